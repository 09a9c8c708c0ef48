"""Owners and executives: each list once, whatever happens around its own calls."""

from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of, single_faults
from tests.faults.sweep import swept

MOST_DIFFERENT = ("kill_before", "kill_after", "lost_answer", "throttle")


def schedules() -> list[Schedule]:
    """Return the faults around the other lists' claims and mails; the rest is the tick's."""
    own = {
        number
        for number, call in enumerate(calls_of("audiences"))
        if call.service == "ses" or "-part-" in call.about or "-executive-" in call.about
    }
    around = single_faults("audiences", MOST_DIFFERENT, beyond="tick", by="notifier")
    return [one for one in around if own & {number for number, _ in one.plan}]


def test_no_single_fault_loses_or_doubles_a_part_or_the_pdf() -> None:
    report = swept("audiences", schedules(), jobs=1)

    assert not report.wrong, report.explain()
    assert len(report.judged) >= 30
