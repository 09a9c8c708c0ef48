"""Layer 7 in short: eight days of operation; `make faults` lives through two months, twice."""

from tests.faults.chaos import lived


def test_after_days_of_trouble_every_day_is_its_source_and_each_digest_went_out_once() -> None:
    report = lived(1, days=8)

    assert not report.wrong, report.explain()
