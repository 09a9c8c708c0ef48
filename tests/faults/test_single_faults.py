"""Layer 1 in short: every call of the daily run with the kinds of fault that differ most."""

from unittest.mock import patch

from tests.faults import memo
from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of, single_faults
from tests.faults.sweep import Report, judge, swept

MOST_DIFFERENT = (
    "kill_before", "kill_after", "lost_answer", "e500_after", "throttle", "slow",
    "sigterm_cut_after", "conflict",
)  # fmt: skip
MOST_DOUBTS = 0.04
"""Share of schedules that may need a person: those around the digest itself."""


RECOVERED = 300.0
"""Virtual seconds that a killed worker may cost the run."""


def test_no_single_fault_loses_or_doubles_anything() -> None:
    report = swept("single faults", single_faults("tick", MOST_DIFFERENT))

    assert not report.wrong, report.explain()
    assert len(report.judged) >= 400
    assert report.verdicts["alarmed"] <= MOST_DOUBTS * len(report.judged)
    assert _slowest_recovery(report) <= RECOVERED


def _slowest_recovery(report: Report) -> float:
    """Return by how much the slowest run with a killed worker was longer than one without."""
    calm = judge(Schedule("tick")).lasted
    killed = [one for one in report.judged if "kill_" in one.line]
    assert killed
    return max(one.lasted for one in killed) - calm


def test_a_person_is_needed_only_around_the_digest() -> None:
    calls = calls_of("tick")
    around = {n for n, call in enumerate(calls) if "digests" in call.about or call.service == "ses"}
    elsewhere = (n for n in range(0, len(calls), 3) if n not in around)
    schedules = [Schedule("tick", ((n, "lost_answer"),)) for n in elsewhere]

    assert swept("elsewhere", schedules).verdicts["alarmed"] == 0


def test_each_fault_position_of_the_query_worker_holds_with_the_real_engine() -> None:
    calls = calls_of("tick")
    own = [n for n, call in enumerate(calls) if call.by == "query.0"]
    schedules = [Schedule("tick", ((n, "kill_after"),)) for n in own]
    with patch.object(memo, "REAL_ENGINE", [True]):
        report = swept("real engine", schedules, jobs=1)

    assert not report.wrong, report.explain()
