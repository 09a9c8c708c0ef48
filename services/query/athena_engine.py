"""The Athena engine: Athena scans the export where it lies, once, and the rest happens here.

Athena adds the export's lines up and unloads them (`reduced.py`); what is left is fetched,
queried and staged exactly as the embedded engine does it. A query goes on whatever becomes of the
worker: whoever is given the message again finds it by its token (docs/decisions/0020).
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

import structlog
from sqlglot import exp

from services.query.embedded_engine import EmbeddedEngine, Scanned
from services.query.manifest import Delivery
from services.query.parquet_shape import AlikeFiles, Columns, Shape, shape_of
from services.query.reduced import reduced, selected, unload
from services.query.scan import Scan, ScanService, Tables, cost_of
from services.query.sources import SourceFormat
from services.query.unloaded import UnloadedQuery
from shared.days import Period
from shared.errors import InputError, Retry
from shared.locations import scan_prefix
from shared.ports import Message

LONGEST = 262_144
"""Characters of a query string (Amazon Athena service quotas)."""
SECONDS_BETWEEN_LOOKS = (1, 2, 4, 8, 15)
"""The last one for as long as it takes."""
AGAIN = 60
"""Seconds until a query that failed for reasons of Athena's own is tried by the next delivery."""
TABLE = "daybook_export_"
TOKEN = "the_token_of_this_attempt"  # noqa: S105 - it stands for one, in lower case as tables are
log = structlog.get_logger()


@lru_cache(maxsize=16)
def scan_text(
    source: SourceFormat, period: Period, columns: tuple[Columns, ...], place: str
) -> str:
    """Return the statement that scans the tables of an attempt, in which `TOKEN` stands for its.

    `columns` are those that each of the tables has. The text depends neither on how many files
    there are nor on who is in the organization.
    """
    views = [selected(source, found, f"{TABLE}{TOKEN}_{n}") for n, found in enumerate(columns)]
    every = views[0] if len(views) == 1 else exp.union(*views, distinct=False)
    query = reduced(source, period, every)
    return unload(query.sql(dialect="athena", comments=False), place)


@dataclass(frozen=True)
class Plan:
    """One attempt at a scan: what tells it from every other, and its text.

    The token is a function of the message, the attempt, the delivery and the text. So a message
    that is delivered again finds the query that it started, one that came by a redrive starts
    anew, and no token is ever used with another text.
    """

    token: str
    sql: str
    tables: dict[str, AlikeFiles]


@dataclass(frozen=True)
class AthenaEngine(EmbeddedEngine):
    """Scans by `queries`, over `tables`, what lies below `location` (s3://bucket/prefix)."""

    queries: ScanService
    tables: Tables
    location: str
    usd_per_tb: Decimal

    async def scan(self, delivery: Delivery, message: Message, folder: Path) -> Scanned:
        """Have the export scanned, and fetch what Athena made of it."""
        shape = await shape_of(self.export, self.source, delivery)
        plan, scan = await self._succeeded(delivery, shape, message)
        cost = cost_of(scan.bytes_scanned, self.usd_per_tb)
        log.info("scanned", execution=scan.id, bytes=scan.bytes_scanned, usd=str(cost))
        files = await self._fetch(plan, folder)
        return Scanned(files, partial(UnloadedQuery, self.source, shape), scan.bytes_scanned, cost)

    async def _succeeded(
        self, delivery: Delivery, shape: Shape, message: Message
    ) -> tuple[Plan, Scan]:
        """Return the first attempt that succeeds.

        Each delivery of a message has one attempt more than those before could have used up.
        """
        for attempt in range(message.receives + 2):
            plan = self._plan(delivery, shape, f"{message.id}/{attempt}")
            scan = await self._run(plan)
            if scan.state == "SUCCEEDED":
                return plan, scan
            log.warning("scan-failed", execution=scan.id, state=scan.state, reason=scan.reason)
            _require_another_may_succeed(scan)
        raise Retry(f"Athena failed: {scan.reason}", after=AGAIN)

    def _plan(self, delivery: Delivery, shape: Shape, attempt: str) -> Plan:
        columns = tuple(alike.columns for alike in shape.alike)
        text = scan_text(
            self.source, delivery.period, columns, self._uri(f"{scan_prefix(TOKEN)}rows/")
        )
        parts = [attempt, delivery.version, delivery.files, self.location, text]
        token = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        tables = {f"{TABLE}{token}_{n}": alike for n, alike in enumerate(shape.alike)}
        return Plan(token, _short_enough(delivery, text.replace(TOKEN, token)), tables)

    async def _run(self, plan: Plan) -> Scan:
        """Start a plan's query, or find it, and follow it to its end."""
        for name, alike in plan.tables.items():
            prefix = f"{scan_prefix(plan.token)}{name}/"
            await self.staging.put(f"{prefix}symlink.txt", self._listed(alike.files))
            await self.tables.create(name, _columns(alike), self._uri(prefix))
        results = self._uri(f"{scan_prefix(plan.token)}results/")
        query = await self.queries.start(plan.sql, plan.token, results)
        scan = await self._followed(query)
        for name in plan.tables:
            await self.tables.drop(name)
        return scan

    async def _followed(self, query: str) -> Scan:
        looks = 0
        while not (scan := await self.queries.look(query)).ended:
            last = len(SECONDS_BETWEEN_LOOKS) - 1
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS[min(looks, last)])
            looks += 1
        return scan

    async def _fetch(self, plan: Plan, folder: Path) -> list[Path]:
        """Bring the unloaded files here: the prefix was empty, and only this query writes there."""
        files: list[Path] = []
        for item in await self.staging.list(f"{scan_prefix(plan.token)}rows/"):
            found = await self.staging.get(item.key)
            if found is None:
                raise Retry(f"{item.key} is gone", after=AGAIN)
            files.append(folder / f"reduced-{len(files):05d}.parquet")
            files[-1].write_bytes(found.body)
        return files

    def _listed(self, files: Iterable[str]) -> bytes:
        root = self.location.rstrip("/")
        return "".join(f"{root}/{file}\n" for file in files).encode()

    def _uri(self, key: str) -> str:
        return f"s3://{self.staging.bucket}/{key}"


def _columns(alike: AlikeFiles) -> list[tuple[str, str]]:
    """Return a table's columns: those that are read, in the lower case that Glue keeps."""
    return [(found[0].lower(), found[1]) for found in alike.columns if found]


def _short_enough(delivery: Delivery, sql: str) -> str:
    if len(sql) > LONGEST:
        raise InputError(
            delivery.manifest,
            f"lists files of so many kinds that the query has {len(sql)} characters",
            "Deliver the export again, or set `engine: duckdb`",
        )
    return sql


def _require_another_may_succeed(scan: Scan) -> None:
    """Raise InputError for a query that nobody but a person can help."""
    if scan.state == "CANCELLED":
        raise InputError(
            f"Athena query {scan.id}",
            f"was cancelled after {scan.bytes_scanned} bytes: {scan.reason}",
            "Mend the workgroup's limit or ask who cancelled it, then move the message back",
        )
    if not scan.may_succeed:
        raise InputError(
            f"Athena query {scan.id}", scan.reason, "Mend that, then move the message back"
        )
