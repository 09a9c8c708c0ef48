"""Each day is what the export held when it was read last; and the export holds nothing newer.

The export's figures are those that the query worker took from its lines, which are kept beside
what it staged for as long as staging is kept. What closed months hold is not read again for that:
whether AWS delivered one anew since is seen from its manifest.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from services.auditor.checks.amounts import difference
from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import Listed
from shared.day_record import DayVersion, PeriodRecord
from shared.days import Period
from shared.staging import StagedDay

STAMP = "%Y%m%dT%H%M%S"
"""How the moment of a delivery begins (services/query/manifest.py)."""
TOLERANCE = timedelta(hours=1)
"""A period may have several manifests, written one after the other; a delivery takes minutes."""


def check(listed: Listed) -> Iterator[Finding]:
    """Compare every day whose source is still at hand, and look for newer deliveries."""
    for period, staged in sorted(listed.staged.items()):
        for day in staged.days:
            yield from _day(listed, day, listed.periods[period].source_version)
    for period, record in sorted(listed.periods.items()):
        yield from _newer(listed, period, record)


def _day(listed: Listed, day: StagedDay, delivery: str) -> Iterator[Finding]:
    record = listed.records.get(day.day)
    if record is None or record.source_version > delivery:
        return
    if record.adopted and not day.rows:
        return  # the export began after it
    if found := _differs(day, record):
        yield of_a_backfill("source-differs", day.day, found)


def _differs(day: StagedDay, said: DayVersion) -> str:
    if said.rows != day.rows:
        return f"the ledger has {said.rows} rows, and the export gave {day.rows}"
    if differs := difference(said.totals, day.totals):
        return f"the ledger has {differs} in the export"
    if day.sums and said.sums and said.sums != day.sums.digest:
        return "its control sums are not those of the export"
    return ""


def _newer(listed: Listed, period: Period, record: PeriodRecord) -> Iterator[Finding]:
    """Ticks read this month and the one before; AWS may correct an older one, too."""
    delivered = (listed.delivered or {}).get(period)
    if delivered is None or period >= Period.of(listed.yesterday).previous or record.adopted:
        return
    if delivered > _moment(record) + TOLERANCE:
        found = f"AWS delivered {period} anew on {delivered:%Y-%m-%d}, after it was archived"
        yield of_a_backfill("export-newer", last_day(listed, period), found)


def last_day(listed: Listed, period: Period) -> date:
    """Return the last known day of a period; its last of all where none is left."""
    return max((day for day in listed.known if Period.of(day) == period), default=period.last)


def _moment(record: PeriodRecord) -> datetime:
    return datetime.strptime(record.source_version[:15], STAMP).replace(tzinfo=UTC)
