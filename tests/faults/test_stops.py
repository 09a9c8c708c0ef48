"""The stops in short, and the faults around a wait for an export."""

from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of
from tests.faults.stops import SEND, stops
from tests.faults.sweep import swept

KINDS = ("kill_before", "kill_after", "lost_answer")


def test_no_stop_leaves_a_doubt_that_nobody_need_have() -> None:
    report = swept("stops", stops(("drain",), (SEND,)), jobs=1)

    assert not report.wrong, report.explain()
    assert set(report.verdicts) == {"clean"}


def test_no_fault_loses_or_repeats_what_waits_for_its_export() -> None:
    report = swept("late", _around_the_first_wait(), jobs=1)

    assert not report.wrong, report.explain()
    assert set(report.verdicts) == {"clean", "alarmed"}


def _around_the_first_wait() -> list[Schedule]:
    """Strike every effect up to the end of the mail that says that the data is late."""
    calls = calls_of("late")
    told = next(n for n, call in enumerate(calls) if str(call).startswith("notifier.0 sqs:Delete"))
    struck = [
        n
        for n, call in enumerate(calls[: told + 1])
        if call.effect and call.operation != "ChangeMessageVisibility"
    ]
    assert {calls[n].operation for n in struck} >= {"SendMessage", "SendRawEmail", "PutObject"}
    return [Schedule("late", ((n, kind),)) for n in struck for kind in KINDS]
