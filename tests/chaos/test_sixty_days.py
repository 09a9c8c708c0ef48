"""Two months of operation with everything going wrong that does; `make faults` has more of them."""

from tests.faults.chaos import DAYS, operate


def test_after_sixty_days_each_day_is_its_source_and_each_digest_went_out_once() -> None:
    result, operation = operate(seed=1, days=DAYS)

    assert result.violations == []
    assert operation.troubles.total() == DAYS
    assert set(operation.troubles) == {
        "calm", "archive_is_out", "replayed", "late", "mail_is_out", "torn", "restated"
    }  # fmt: skip
    assert {alarm.subject.split(" ")[0] for alarm in result.world.alarms} >= {"dead", "Daybook:"}
