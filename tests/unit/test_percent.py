"""A change is a share of the size of what was before, also where that was a credit."""

from decimal import Decimal

import pytest

from services.notifier.report.figures import Comparison
from services.notifier.report.percent import change, share


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("110", "100", "+10.0 %"),
        ("90", "100", "\N{MINUS SIGN}10.0 %"),
        ("5", "-10", "+150.0 %"),
        ("-20", "-10", "\N{MINUS SIGN}100.0 %"),
        ("1", "0", "from zero"),
        ("0", "0", "±0.0 %"),
        ("99.99", "100", "±0.0 %"),
        ("100.01", "100", "±0.0 %"),
    ],
)
def test_a_change_is_of_the_earlier_figures_size(now: str, before: str, said: str) -> None:
    assert change(Decimal(now), Decimal(before)) == said


def test_a_comparison_is_written_so_too() -> None:
    assert Comparison("before", Decimal(-10)).said(Decimal(5)) == "+150.0 %"


def test_a_share_has_the_same_sign_and_no_plus() -> None:
    assert share(Decimal(-1), Decimal(3)) == "\N{MINUS SIGN}33.3 %"
    assert share(Decimal(1), Decimal(3)) == "33.3 %"
