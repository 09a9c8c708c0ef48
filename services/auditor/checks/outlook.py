"""Each month's newest outlook is of the archive as it is.

Earlier outlooks of a month stay as their digests told them: a day that AWS restates later does not
make them wrong. The newest is what dashboards show of the month, and has to be its sum. An adopted
month has none.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import OUTLOOK_TABLE, Listed, day_of
from shared.breakdown import METRICS
from shared.currency import Display
from shared.days import Period
from shared.errors import InputError
from shared.locations import day_of_partition
from shared.money import HALF_UNIT, Amounts, add_amounts, exact_sum, plain
from shared.outlook import Outlook

Sums = dict[str, Decimal]
"""Amounts by currency."""


def check(listed: Listed) -> Iterator[Finding]:
    """Judge what was read: the newest outlook of each month."""
    for day, held in sorted(listed.assessed.items()):
        if day in listed.strays:
            continue  # said of the object
        if held.trouble:
            found = f"the month's outlook cannot be read: {held.trouble}"
            yield of_a_backfill("outlook-stale", day, found)
        else:
            yield from _compared(listed, day, held.rows)
    yield from _without(listed)


def _without(listed: Listed) -> Iterator[Finding]:
    """Look for months of which every outlook is gone; every run over an export leaves one."""
    there = {day for item in listed.outlooks if (day := day_of_partition(item.key))}
    # Where a partition is left, its day is said to have lost its outlook.
    there |= {day for values in listed.partitions.get(OUTLOOK_TABLE, {}) if (day := day_of(values))}
    told = {Period.of(day) for day in there}
    ran = (day for day, record in listed.records.items() if not record.adopted)
    for day in newest_days(day for day in ran if day <= listed.through):
        if Period.of(day) not in told:
            yield of_a_backfill("outlook-gone", day, f"there is no outlook of {Period.of(day)}")


def _compared(listed: Listed, day: date, rows: Sequence[Outlook]) -> Iterator[Finding]:
    month = list(Period.of(day).days(until=day))
    days = [each for each in month if listed.expects(each)]
    if not all(each in listed.records for each in days):
        return  # said of the day itself
    if any(map(listed.given_up, month)):
        return  # it may tell of the day, which nobody can any more
    totals = add_amounts(part for each in days for part in listed.records[each].totals)
    if not _fits(rows, totals, Period.of(day), listed.display):
        yield of_a_backfill("outlook-stale", day, _told(rows, totals))


def _fits(
    rows: Sequence[Outlook], totals: Sequence[Amounts], period: Period, display: Display | None
) -> bool:
    """Say whether the OUs' own costs add up to the month, by whichever metric was configured."""
    own = _own(rows)
    for metric in METRICS:
        stated = [part for part in totals if part.states(metric)]
        if len(stated) < len(totals):
            continue
        billed = {part.currency: part.metric(metric) for part in stated}
        if own == billed or _converted(own, billed, period, display, len(rows)):
            return True
    return False


def _converted(own: Sums, billed: Sums, period: Period, display: Display | None, rows: int) -> bool:
    """Compare in the display currency, where each row may have been rounded (decision 15)."""
    if display is None or own.keys() - {display.currency}:
        return False
    try:
        shown = exact_sum(display.convert(billed[code], code, period) for code in billed)
    except InputError:
        return False
    ours = own.get(display.currency, Decimal(0))
    return abs(ours - shown) <= HALF_UNIT * rows


def _own(rows: Sequence[Outlook]) -> Sums:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        found[row.currency].append(row.own_month_to_date)
    return {currency: exact_sum(amounts) for currency, amounts in found.items()}


def _told(rows: Sequence[Outlook], totals: Sequence[Amounts]) -> str:
    told = ", ".join(f"{plain(a)} {c}" for c, a in sorted(_own(rows).items())) or "nothing"
    stands = ", ".join(f"{plain(part.amortized)} {part.currency}" for part in totals) or "nothing"
    return f"the month's outlook is of {told} to date, and the archive has {stands} (amortized)"


def newest_days(days: Iterator[date]) -> list[date]:
    """Return the last of the days of each month."""
    newest: dict[Period, date] = {}
    for day in days:
        newest[Period.of(day)] = max(day, newest.get(Period.of(day), day))
    return sorted(newest.values())
