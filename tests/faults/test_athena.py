"""Layer 1 in short for a query worker that scans by Athena; the long sweep has every kind."""

import pytest

from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.singles import single_faults
from tests.faults.sweep import swept

MOST_DIFFERENT = ("kill_after", "lost_answer", "outage")


def test_no_fault_around_a_scan_loses_or_repeats_it() -> None:
    schedules = single_faults("athena", MOST_DIFFERENT, by="query")
    report = swept("athena", schedules, jobs=1)

    assert not report.wrong, report.explain()
    assert len(report.judged) >= 100
    assert set(report.verdicts) == {"clean", "redriven"}


@pytest.mark.parametrize(
    "kind", ["kill_before", "kill_after", "lost_answer", "e500_after", "sigterm_cut_after"]
)
def test_a_worker_that_died_after_the_start_takes_its_query_up_again(kind: str) -> None:
    schedule = Schedule("athena", (("athena:StartQueryExecution", kind),))

    world = run(schedule, scenario_of("athena")).world

    assert len(world.athena.executions) == 1
    starts = [call for call in world.log if call.operation == "StartQueryExecution"]
    assert len(starts) == 2


@pytest.mark.parametrize("scenario", ["athena-fails", "athena-full"])
def test_a_query_that_fails_or_has_to_wait_is_followed_by_one_that_succeeds(scenario: str) -> None:
    result = run(Schedule(scenario), scenario_of(scenario))

    assert result.verdict == "clean"
    states = [e.fate["State"] for e in result.world.athena.executions.values()]
    assert states == ["FAILED"] * (len(states) - 1) + ["SUCCEEDED"]
