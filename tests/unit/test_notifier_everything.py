"""What everything is expected to cost: Root and Unmapped together, as far as both are known."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from services.notifier.report.everything import everything, everything_by_day
from shared.outlook import Outlook

DAY = date(2026, 3, 16)
ROOT = Outlook(
    DAY, "Root", "Root", "USD", Decimal(0), Decimal(52), Decimal(110), Decimal("93.37"),
    "forecast", "green", "fine", Decimal(90), Decimal(97),
)  # fmt: skip
UNMAPPED = replace(
    ROOT, ou="Unmapped", ou_path="Unmapped", budget=None, month_end_estimate=Decimal("0.64")
)
PROD = replace(ROOT, ou="Prod", ou_path="Root/Prod")


def test_without_anything_unmapped_it_is_root_with_its_interval_and_budget() -> None:
    found = everything([PROD, ROOT])

    assert found.estimate == ROOT.month_end_estimate
    assert found.interval == (Decimal(90), Decimal(97))
    assert (found.budget, found.method) == (Decimal(110), "forecast")


def test_unmapped_cost_is_added_and_no_interval_is_claimed_for_the_sum() -> None:
    found = everything([ROOT, PROD, UNMAPPED])

    assert found.estimate == Decimal("94.01")
    assert found.interval is None
    assert found.budget == 110


def test_an_estimate_that_one_part_lacks_is_none_of_everything() -> None:
    unknown = replace(UNMAPPED, month_end_estimate=None, estimate_method="")

    assert everything([ROOT, unknown]).estimate is None


def test_what_is_all_unmapped_has_an_estimate_and_no_budget() -> None:
    found = everything([replace(UNMAPPED, budget=Decimal(5))])

    assert found.estimate == Decimal("0.64")
    assert (found.budget, found.interval) == (None, None)


def test_nothing_is_expected_of_nothing() -> None:
    assert everything([]).estimate is None


def test_parts_that_were_estimated_differently_say_both_ways() -> None:
    assert everything([ROOT, replace(UNMAPPED, estimate_method="run-rate")]).method == (
        "forecast and run-rate"
    )


def test_each_day_has_its_own() -> None:
    before = replace(ROOT, as_of=DAY - timedelta(days=1), month_end_estimate=Decimal(80))

    found = everything_by_day([before, ROOT, UNMAPPED])

    assert {day: each.estimate for day, each in found.items()} == {
        before.as_of: Decimal(80),
        DAY: Decimal("94.01"),
    }
