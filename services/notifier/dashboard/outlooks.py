"""Packs what was assessed of each OU and day, and of everything together."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.notifier.dashboard.places import ALL
from services.notifier.dashboard.series import whole_cents
from services.notifier.report.everything import Everything, everything_by_day
from services.notifier.report.expectations import expectations
from shared.money import exact_sum_if_known
from shared.outlook import Outlook

AMOUNTS = {
    "low": "month_end_low_80",
    "high": "month_end_high_80",
    "next3": "next_3_months",
    "next3Low": "next_3_months_low_80",
    "next3High": "next_3_months_high_80",
    "next6": "next_6_months",
    "next6Low": "next_6_months_low_80",
    "next6High": "next_6_months_high_80",
}
"""What is known of a forecast only, by its name on the page."""
LONGER = tuple(name for name in AMOUNTS if name.startswith("next"))
MOST_LONG = 4000
BESIDE_UNMAPPED = (
    "While an account is in no OU, only Root's estimate has an interval: see its page."
)
FIELDS = ("day", "ou", "budget", "estimate", "light", "reason", "method", "past", *AMOUNTS)
"""Of a row, in order: the page reads them by these names."""


def outlook_rows(
    outlooks: Sequence[Outlook], days: Sequence[date], ous: Mapping[str, int]
) -> list[list[Any]]:
    """Return a row for each OU and day, and one of everything for each day; amounts in cents.

    Of very many, only the last day's have the longer windows: a page must stay under 5 MB.
    """
    whole = everything_by_day(outlooks)
    rows = [
        *((day, ALL, _of_everything(each)) for day, each in whole.items()),
        *((row.as_of, row.ou_path, _of_ou(row)) for row in outlooks),
    ]
    all_long = len(rows) <= MOST_LONG
    return [
        _trimmed([(day - days[0]).days, ous[ou], *_kept(facts, long=all_long or day == days[-1])])
        for day, ou, facts in rows
    ]


def _kept(facts: list[Any], *, long: bool) -> list[Any]:
    return facts if long else facts[: -len(LONGER)]


def _of_ou(row: Outlook) -> list[Any]:
    return [
        _known(row.budget),
        _known(row.month_end_estimate),
        row.light,
        row.reason,
        row.estimate_method,
        _past(row),
        *(_known(getattr(row, field)) for field in AMOUNTS.values()),
    ]


def _of_everything(each: Everything) -> list[Any]:
    """Return the facts of Root and Unmapped together; it has no light and no reason of its own."""
    low, high = each.interval or (None, None)
    known = {"low": low, "high": high} | _ahead(each)
    return [
        _known(each.budget),
        _known(each.estimate),
        None,
        "",
        each.method,
        BESIDE_UNMAPPED if each.unmapped else _past(each.root) if each.root else "",
        *(_known(known.get(name)) for name in AMOUNTS),
    ]


def _ahead(each: Everything) -> dict[str, Decimal | None]:
    """Return the longer windows: with the ends of their intervals where there is but Root."""
    if each.unmapped is None:
        return {name: getattr(each.root, AMOUNTS[name], None) for name in LONGER}
    amounts = {name: AMOUNTS[name] for name in LONGER if not name.endswith(("Low", "High"))}
    return {
        name: exact_sum_if_known(getattr(part, field) for part in each.parts)
        for name, field in amounts.items()
    }


def _past(row: Outlook) -> str:
    """Say how good such forecasts were, or why there is none."""
    return "".join(expectations(row)[-1:])


def _known(amount: Decimal | None) -> int | None:
    return None if amount is None else whole_cents(amount)


def _trimmed(row: list[Any]) -> list[Any]:
    while row[-1] is None:
        row.pop()
    return row
