"""Layer 7 in short: a week with each trouble once; `make faults` lives through two months."""

from tests.faults.chaos import FIRST_WEEK, operate


def test_after_a_week_of_trouble_every_day_is_its_source_and_each_digest_went_out_once() -> None:
    result, operation = operate(seed=1, days=FIRST_WEEK)

    assert result.violations == []
    assert set(operation.troubles.values()) == {1}
    assert len(operation.troubles) == FIRST_WEEK
    assert {alarm.subject.split(" ")[0] for alarm in result.world.alarms} >= {"dead", "Daybook:"}
