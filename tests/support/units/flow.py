"""A month's bill through every worker in one process, from the export's files to the mail."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pyarrow as pa

from services.query.embedded_engine import EmbeddedEngine
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.handler import QueryPeriods
from services.query.organization import Placement
from services.query.readiness import Readiness
from services.query.sources import CUR2
from shared.events import (
    CatalogedData,
    PeriodArchived,
    PeriodAssessed,
    PeriodCataloged,
    PeriodQueried,
    follow_up,
)
from shared.locations import BREAKDOWNS, split_uri
from shared.memory import MemoryBell, MemoryStore
from shared.parquet import from_parquet
from shared.staging import StagedPeriod
from tests.support.units.bills import Bill, Key
from tests.support.units.events import archive, assess, tick
from tests.support.units.exports import parquet, write_export
from tests.support.units.leases import new_lease
from tests.support.units.notifier import Notifier
from tests.support.units.queries import Placed
from tests.support.units.rows import DAY

FIGURES = ("UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost")
LATER = ("line_item_usage_account_name", "product_servicecode", "line_item_operation")
"""Columns that the first half of the month's files do not have, if they say nothing there."""
Cells = dict[Key, list[Decimal | None]]


def write_bill(root: Path, bill: Bill, change: int) -> None:
    """Write a bill as two files: on day `change` columns come, and money becomes doubles."""
    cut = date(2026, 3, change)
    early = [each for each in bill.lines if each["line_item_usage_start_date"].date() < cut]
    late = [each for each in bill.lines if each["line_item_usage_start_date"].date() >= cut]
    unsaid = [name for name in LATER if all(each[name] is None for each in early)]
    named = [{**each, "line_item_usage_account_name": None} for each in early]
    write_export(
        root,
        early_parquet=parquet(named, without=[*unsaid, "line_item_usage_account_name"]),
        late_parquet=parquet(late, money=pa.float64()),
    )


@dataclass
class Flow:
    """What every step said, over one bucket."""

    store: MemoryStore
    queried: PeriodQueried
    archived: PeriodArchived
    assessed: PeriodAssessed
    notifier: Notifier

    @property
    def staged(self) -> StagedPeriod:
        """What the query worker staged, lines counted."""
        key = split_uri(self.queried.data.staging.uri)[1]
        return StagedPeriod.model_validate_json(self.store.versions[key][-1].body)

    def archive_cells(self) -> Cells:
        """Return every archived row, read back from the bucket."""
        keys = [key for key in self.store.versions if key.startswith(BREAKDOWNS)]
        tables = [from_parquet(self.store.versions[key][-1].body) for key in keys]
        return cells(row for table in tables for row in table.to_pylist())

    def mail(self) -> tuple[str, Cells]:
        """Return the text of the mail, and the rows of its CSV."""
        ((envelope, _),) = self.notifier.post.sent
        message = message_from_bytes(envelope.message, policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        (attached,) = message.iter_attachments()
        assert body
        rows = csv.DictReader(io.StringIO(attached.get_content(), newline=""))
        return str(body.get_content()), cells(_read(row) for row in rows)


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    money = {name: Decimal(row[name]) if row[name] else None for name in FIGURES}
    return {**row, **money, "BillingDate": date.fromisoformat(row["BillingDate"])}


def cells(rows: Iterable[Mapping[str, Any]]) -> Cells:
    """Return rows by day, account, service, charge type and currency; no two have the same."""
    found: Cells = {}
    for row in rows:
        where = (row["BillingDate"], row["LinkedAccount"], row["Service"])
        key = (*where, row["ChargeType"], row["Currency"])
        assert key not in found
        found[key] = [row[name] for name in FIGURES]
    return found


def by(cells_: Mapping[Key, list[Decimal | None]], place: int) -> dict[Any, Decimal]:
    """Add up amortized costs by one part of the key and the currency."""
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for key, figures in cells_.items():
        found[key[place], key[4]] += figures[1] or Decimal(0)
    return dict(found)


async def run_bill(root: Path, bill: Bill, ous: Mapping[str, str], change: int = 16) -> Flow:
    """Run the tick of the 17th over a bill of March; `ous` has the OU path of each account."""
    write_bill(root, bill, change)
    store, organization = MemoryStore(), Placed()
    organization.placements = [
        Placement(2, account, f"account {account}", "", ou, date.min, date.max)
        for account, ou in ous.items()
    ]
    export = Export(FolderExportStore(root))
    engine = EmbeddedEngine(export, CUR2, store, "amortized")
    ready = Readiness(None)
    handle = QueryPeriods(export, engine, organization, store, ready, MemoryBell())
    (queried,) = await handle(tick(), new_lease())
    assert isinstance(queried, PeriodQueried)
    archived = await archive(store, queried)
    assessed = await assess(store, archived)
    data = CatalogedData(**assessed.data.model_dump(), partitions=0, refreshes=())
    said = follow_up(assessed, PeriodCataloged, data, source="daybook.catalog", about=DAY)
    notifier = Notifier(store=store)
    await notifier.hear(said)
    return Flow(store, queried, archived, assessed, notifier)
