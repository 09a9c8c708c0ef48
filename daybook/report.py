"""The report of a month by OU from the archive, against the month before, under either tree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from daybook.attribution import (
    Line,
    Moved,
    Spent,
    Tree,
    lines_of,
    moved_accounts,
    places_on,
)
from daybook.whole_days import days_due, read_whole_day, recorded_days
from services.query.history import AccountHistory
from services.query.organization import Placement, parse_organization
from shared.breakdown import METRICS, states
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import InputError
from shared.ledger import Ledger
from shared.locations import (
    ACCOUNT_HISTORY,
    PERIOD_RECORDS,
    organization_file_key,
    period_record_key,
    split_uri,
)
from shared.money import not_stated
from shared.ports import ObjectStore
from shared.staging import StagedPeriod, UsedOrganization

REMEDY = "Give --organization, the CSV of accounts and OUs"


@dataclass(frozen=True)
class Asked:
    """What a person asks a report for; `organization` is a CSV in the place of the run's own."""

    month: Period
    tree: Tree
    metric: str
    organization: Path | None = None


@dataclass(frozen=True)
class Report:
    """A month to its last complete day, and as many days of the month before.

    `archived` and `before_archived` count the days that were added up: fewer than there are only
    where the archive begins among them.
    """

    asked: Asked
    last_day: date
    before_last_day: date
    archived: int
    before_archived: int
    lines: tuple[Line, ...]
    moved: tuple[Moved, ...]

    @property
    def whole(self) -> bool:
        """Whether both have all their days, so that their difference is one of cost."""
        days = self.last_day.day, self.before_last_day.day
        return (self.archived, self.before_archived) == days

    def record(self) -> dict[str, Any]:
        """Return it as JSON, money as exact decimals."""
        return {
            "ou": self.asked.tree.value,
            "metric": self.asked.metric,
            "days": [str(self.asked.month.first), str(self.last_day)],
            "before": [str(self.asked.month.previous.first), str(self.before_last_day)],
            "archived": {
                "days": f"{self.archived} of {self.last_day.day} days",
                "before": f"{self.before_archived} of {self.before_last_day.day} days",
            },
            "lines": [_line(line) for line in self.lines],
            "moved": [_moved(moved) for moved in self.moved],
        }


async def report(store: ObjectStore, asked: Asked, today: date) -> Report:
    """Read the archive; raise InputError when it lacks the month, a day, or the table of OUs."""
    entry = await Ledger(store).read(period_record_key(asked.month), PeriodRecord)
    through = entry.doc.complete_through if entry else None
    if entry is None or through is None:
        where = f"s3://{store.bucket}/{period_record_key(asked.month)}"
        raise InputError(where, "no day of the month is archived in whole", "Choose another month")
    before = asked.month.previous
    as_far = min(before.last, before.first.replace(day=min(through.day, before.length)))
    recorded = await recorded_days(store)
    days = days_due(recorded, asked.month.first, through)
    days_before = days_due(recorded, before.first, as_far)
    spent = [
        *await _spent(store, asked, days, before=False),
        *await _spent(store, asked, days_before, before=True),
    ]
    places = await _places(store, asked, today)
    return Report(
        asked,
        through,
        as_far,
        len(days),
        len(days_before),
        tuple(lines_of(spent, places)),
        tuple(moved_accounts(spent, places)),
    )


async def _spent(
    store: ObjectStore, asked: Asked, days: Iterable[date], *, before: bool
) -> list[Spent]:
    found = []
    for day in days:
        rows = await read_whole_day(store, day)
        if not states(rows, asked.metric):
            raise not_stated(asked.metric, day)
        found += _costs(rows, METRICS[asked.metric], before=before)
    return found


def _costs(rows: pa.Table, amount: str, *, before: bool) -> list[Spent]:
    keys = ["LinkedAccount", "OUPath", "Currency"]
    sums = rows.group_by(keys).aggregate([(amount, "sum"), ("AccountName", "max")])
    return [
        Spent(
            account=row["LinkedAccount"],
            name=row["AccountName_max"] or "",
            ou_path=row["OUPath"],
            currency=row["Currency"],
            amount=row[f"{amount}_sum"],
            before=before,
        )
        for row in sums.sort_by([(key, "ascending") for key in keys]).to_pylist()
    ]


async def _places(store: ObjectStore, asked: Asked, today: date) -> Mapping[str, str] | None:
    """Return where the accounts are now; None for a report as it was, which needs no table."""
    if asked.tree is Tree.AS_WAS:
        return None
    if asked.organization:
        return places_on(_read(asked.organization), today)
    return places_on(await _table(store), today)


def _read(file: Path) -> list[Placement]:
    try:
        return parse_organization(file.read_bytes(), file)
    except OSError as error:
        raise InputError(file, error.strerror or "cannot be read", REMEDY) from None


async def _table(store: ObjectStore) -> list[Placement]:
    """Return the table as the newest month's run knows it."""
    used = await _used(store)
    bucket, key = split_uri(used.source)
    # A file elsewhere was copied when it was used; one of the archive bucket is read as it is now.
    key = key if bucket == store.bucket else organization_file_key(used.sha256)
    found = await store.get(key)
    if found is None:
        raise InputError(f"s3://{store.bucket}/{key}", "is not there", REMEDY)
    if key == ACCOUNT_HISTORY:
        return AccountHistory.model_validate_json(found.body).placements()
    return parse_organization(found.body, used.source)


async def _used(store: ObjectStore) -> UsedOrganization:
    """Return which table the newest month's run used, as its staging says for two weeks."""
    newest = (await store.list(PERIOD_RECORDS))[-1].key
    entry = await Ledger(store).read(newest, PeriodRecord)
    reference = entry.doc.staging if entry else None
    staging = await store.get(split_uri(reference.uri)[1]) if reference else None
    used = StagedPeriod.model_validate_json(staging.body).organization if staging else None
    if used is None:
        where = f"s3://{store.bucket}/{newest}"
        raise InputError(where, "no longer says which table its run used", REMEDY)
    return used


def today_utc() -> date:
    """Return the day whose tree is today's."""
    return datetime.now(UTC).date()


def _line(line: Line) -> dict[str, str]:
    return {
        "ou": line.ou_path,
        "currency": line.currency,
        "amount": format(line.amount, "f"),
        "before": format(line.before, "f"),
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {
        "account": moved.account,
        "name": moved.name,
        "ous": list(moved.ou_paths),
        "now": moved.now,
        "cost": [_line(line) for line in moved.lines],
    }
