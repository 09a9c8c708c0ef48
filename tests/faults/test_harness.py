"""The harness itself: the calm run, determinism, and that no real time leaks in."""

import time

import pytest

from tests.faults.clock import VirtualLoop, virtual_clock
from tests.faults.run import run
from tests.faults.scenarios import SCENARIOS, scenario_of
from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of, single_faults


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_faults_nothing_is_violated(name: str) -> None:
    result = run(Schedule(name), scenario_of(name))

    assert result.violations == []
    assert result.verdict == "clean"


@pytest.mark.parametrize(
    "line",
    [
        "plan={} seed=0 scenario=at-once",
        "plan={30: 'lost_answer', 60: 'kill_after'} seed=7 scenario=tick",
        "plan={41: 'slow'} seed=3 scenario=two-days instances=2",
        "plan={90: 'sigterm_cut_after'} seed=1 scenario=backfill instances=2",
        "plan={} seed=5 scenario=at-once+twice-apart-all instances=2",
    ],
)
def test_a_line_replays_the_same_calls(line: str) -> None:
    schedule = Schedule.parse(line)
    first, second = (run(schedule, scenario_of(schedule.scenario)) for _ in range(2))

    assert str(schedule) == line
    assert [str(call) for call in first.world.log] == [str(call) for call in second.world.log]
    assert first.world.loop.now == second.world.loop.now
    assert first.world.s3.objects == second.world.s3.objects


def test_every_worker_and_every_service_is_driven() -> None:
    calls = calls_of("tick")

    workers = {call.by.partition(".")[0] for call in calls}
    assert workers == {"query", "archiver", "forecaster", "catalog", "notifier"}
    assert {call.service for call in calls} == {"s3", "sqs", "sns", "ses", "glue", "quicksight"}


def test_there_are_more_than_a_thousand_single_faults() -> None:
    assert len(list(single_faults("tick"))) > 1000


def test_a_real_sleep_is_refused_while_a_schedule_runs() -> None:
    loop = VirtualLoop()
    with virtual_clock(), pytest.raises(AssertionError, match="real time"):
        time.sleep(1)
    loop.close()


def test_a_day_of_waiting_takes_no_time() -> None:
    began = time.monotonic()
    result = run(Schedule("tick+late14d-1"), scenario_of("tick+late14d-1"))

    assert result.violations == []
    assert result.world.loop.now > 14 * 86_400
    assert time.monotonic() - began < 30
