"""What a digest says of the months to come."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.notifier.mail.render import render
from services.notifier.report.expectations import SHORT, expectations
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from shared.outlook import Outlook
from tests.support.units.mail import outlook
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import DAY, archived_table, row


def forecast(error: float | None = 0.04, months: int = 3) -> Outlook:
    return replace(
        outlook(),
        estimate_method="forecast",
        month_end_low_80=Decimal(18),
        month_end_high_80=Decimal(22),
        next_3_months=Decimal(60),
        next_3_months_low_80=Decimal(50),
        next_3_months_high_80=Decimal(70),
        next_6_months=Decimal(125),
        next_6_months_low_80=Decimal(90),
        next_6_months_high_80=Decimal(160),
        back_test_error=error,
        back_tests=months,
    )


def test_a_forecast_is_told_with_its_interval_for_each_window() -> None:
    assert expectations(forecast())[0] == (
        "This month 20.00 [18.00 to 22.00]; next 3 months 60.00 [50.00 to 70.00]; "
        "next 6 months 125.00 [90.00 to 160.00] USD (forecast; 80 of 100 lie in brackets)."
    )


@pytest.mark.parametrize(
    ("error", "months", "words"),
    [
        (0.04, 3, "Month-long forecasts of the last 3 months were off by 4 %."),
        (0.126, 1, "The month-long forecast of the last month was off by 13 %."),
        (
            None,
            0,
            "No forecast of a month could be checked yet: what costs there is too new.",
        ),
    ],
)
def test_a_forecast_tells_how_good_such_forecasts_were(
    error: float | None, months: int, words: str
) -> None:
    assert expectations(forecast(error, months))[1] == words


def test_a_run_rate_says_that_it_is_one() -> None:
    assert expectations(outlook()) == (SHORT,)


def test_a_day_without_an_estimate_says_nothing() -> None:
    assert expectations(replace(outlook(), month_end_estimate=None)) == ()


def test_both_parts_of_the_digest_tell_it() -> None:
    told = figures(DAY, {DAY: archived_table(row())}, [forecast()], "amortized", complete=True)

    rendered = render(Report(told, Origin("run-1", "version", replay=False)))

    for text in (rendered.text, Page(rendered.html).text):
        for sentence in expectations(forecast()):
            assert sentence in squeezed(text)
