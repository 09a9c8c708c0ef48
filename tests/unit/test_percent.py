"""A change is a share of the size of what was before, also where that was a credit."""

from decimal import Decimal

import pytest

from services.notifier.figures import Comparison
from services.notifier.percent import change


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("110", "100", "+10.0 %"),
        ("90", "100", "\N{MINUS SIGN}10.0 %"),
        ("5", "-10", "+150.0 %"),
        ("-20", "-10", "\N{MINUS SIGN}100.0 %"),
        ("1", "0", "from zero"),
    ],
)
def test_a_change_is_of_the_earlier_figures_size(now: str, before: str, said: str) -> None:
    assert change(Decimal(now), Decimal(before)) == said


def test_the_mail_and_the_pdf_work_it_out_alike() -> None:
    found = Comparison("before", Decimal(-10)).change(Decimal(5))

    assert found is not None
    assert f"{found:+.1f} %" == change(Decimal(5), Decimal(-10))
