"""Schedules that failed once, and never may again; and a short walk of the state machine."""

import pytest

from tests.faults.cases import judge_line, known
from tests.faults.machine import explored


@pytest.mark.parametrize("case", known(), ids=lambda case: str(case[0]))
def test_what_failed_once_holds(case: tuple[str, str]) -> None:
    judged = judge_line(case[0])

    assert not judged.violations, f"{judged}\n{case[1]}"


def test_the_state_machine_finds_nothing() -> None:
    report = explored(examples=12)

    assert not report.wrong, report.explain()
