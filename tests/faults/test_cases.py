"""Schedules that failed once, and never may again; and a short walk of the state machine."""

import pytest

from tests.faults.cases import judge_line, known
from tests.faults.machine import explored
from tests.faults.schedule import Schedule


@pytest.mark.parametrize("case", known(), ids=lambda case: str(case[0]))
def test_what_failed_once_holds(case: tuple[str, str]) -> None:
    judged = judge_line(case[0])

    assert not judged.violations, f"{judged}\n{case[1]}"
    # A call that is made no more, or is called otherwise, would leave a case that proves nothing.
    assert judged.struck == faults_of(case[0])


def faults_of(line: str) -> int:
    return len(Schedule.parse(line).plan) if line.startswith("plan=") else 0


def test_a_plan_that_names_a_call_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="names a call twice"):
        Schedule.parse("plan={'ses:': 'throttle', 'ses:': 'lost_answer'} seed=0 scenario=tick")


def test_the_state_machine_finds_nothing() -> None:
    report = explored(examples=12)

    assert not report.wrong, report.explain()
