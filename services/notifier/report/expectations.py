"""What a digest says of the months to come, in sentences."""

from decimal import Decimal

from shared.money import cents
from shared.outlook import Outlook

FORECAST = "forecast"
SHORT = (
    "Estimates are the run rate: there are fewer than 35 days of history to forecast from, or the "
    "day was part of a large backfill."
)


def expectations(outlook: Outlook) -> tuple[str, ...]:
    """Say what an OU is expected to cost, how sure that is, and how good such forecasts were."""
    if outlook.month_end_estimate is None:
        return ()
    if outlook.estimate_method != FORECAST:
        return (SHORT,)
    ahead = (
        ("This month", outlook.month_end_estimate, outlook.month_end_low_80),
        ("next 3 months", outlook.next_3_months, outlook.next_3_months_low_80),
        ("next 6 months", outlook.next_6_months, outlook.next_6_months_low_80),
    )
    highs = (
        outlook.month_end_high_80,
        outlook.next_3_months_high_80,
        outlook.next_6_months_high_80,
    )
    said = "; ".join(_expected(*each, high) for each, high in zip(ahead, highs, strict=True))
    return f"{said} {outlook.currency} (forecast; 80 of 100 lie in brackets).", _past(outlook)


def _expected(name: str, amount: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    text = f"{name} {cents(amount if amount is not None else Decimal(0))}"
    return text if low is None or high is None else f"{text} [{cents(low)} to {cents(high)}]"


def _past(outlook: Outlook) -> str:
    if outlook.back_test_error is None:
        return "No forecast of a month could be checked yet: what costs there is too new."
    percent = f"{100 * outlook.back_test_error:.0f} %"
    if outlook.back_tests == 1:
        return f"The month-long forecast of the last month was off by {percent}."
    return f"Month-long forecasts of the last {outlook.back_tests} months were off by {percent}."
