"""Layer 1 in short: every call of the daily run with the kinds of fault that differ most."""

from unittest.mock import patch

import pytest

from tests.faults import memo
from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of, single_faults
from tests.faults.sweep import Report, swept
from tests.faults.verdict import judge
from tests.faults.world import Call

MOST_DIFFERENT = (
    "kill_before", "kill_after", "lost_answer", "throttle", "slow", "sigterm_cut_after", "conflict",
)  # fmt: skip
MOST_DOUBTS = 0.02
"""Share of schedules that may need a person: those around the digest itself."""
MOST_REDRIVEN = 0.01
"""Share of schedules that may end as a dead letter, which a redrive heals."""
RECOVERED = 300.0
"""Virtual seconds that a killed worker may cost the run."""


@pytest.fixture(scope="module")
def report() -> Report:
    return swept("single faults", single_faults("tick", MOST_DIFFERENT, in_turn=True), jobs=1)


def test_no_single_fault_loses_or_doubles_anything(report: Report) -> None:
    assert not report.wrong, report.explain()
    assert len(report.judged) >= 400


def test_few_faults_need_a_person_or_a_redrive(report: Report) -> None:
    assert report.verdicts["alarmed"] <= MOST_DOUBTS * len(report.judged)
    assert report.verdicts["redriven"] <= MOST_REDRIVEN * len(report.judged)


def test_a_killed_worker_costs_its_run_five_minutes_at_most(report: Report) -> None:
    calm = judge(Schedule("tick")).lasted
    killed = [one for one in report.judged if "kill_" in one.line]

    assert killed
    assert max(one.lasted for one in killed) - calm <= RECOVERED


def test_a_person_is_needed_only_around_the_digest(report: Report) -> None:
    calls = calls_of("tick")
    lost = [one for one in report.judged if "'lost_answer'" in one.line]
    elsewhere = [one for one in lost if not _around_the_digest(calls[_struck(one.line)])]

    assert len(elsewhere) > 40
    assert [str(one) for one in elsewhere if one.verdict == "alarmed"] == []


def _struck(line: str) -> int:
    ((number, _),) = Schedule.parse(line).plan
    assert isinstance(number, int)
    return number


def _around_the_digest(call: Call) -> bool:
    return "digests" in call.about or call.service == "ses"


def test_each_fault_position_of_the_query_worker_holds_with_the_real_engine() -> None:
    calls = calls_of("tick")
    own = [n for n, call in enumerate(calls) if call.by == "query.0"]
    schedules = [Schedule("tick", ((n, "kill_after"),)) for n in own]
    with patch.object(memo, "REAL_ENGINE", [True]):
        report = swept("real engine", schedules, jobs=1)

    assert not report.wrong, report.explain()
