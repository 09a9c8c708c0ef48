"""Mistakes in the effects: mail, ledger, archive, catalog."""

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pyarrow as pa

import shared.aws
import shared.s3
from services.archiver import day_archive
from services.archiver import handler as archiver
from services.archiver.day_archive import DayArchive
from services.archiver.handler import ArchivePeriod
from services.catalog import glue
from services.catalog.glue import GluePartitions
from services.catalog.quicksight import SpiceRefresher
from services.forecaster import handler as forecaster
from services.notifier import earlier_digest
from services.notifier.sending import claim, one_list, ses
from services.notifier.sending.claim import Claim, Claims, ClaimState, claim_name
from services.notifier.sending.delivery import Delivery
from services.notifier.sending.post import NotSent
from services.query import asked
from services.query.handler import QueryPeriods
from services.query.month_before import MonthBefore
from shared import newest
from shared.breakdown import ARCHIVED, archive_table
from shared.day_record import DayRecord, DayVersion
from shared.errors import Conflict, Retry, Wait
from shared.locations import digest_claim_key
from shared.s3 import S3Store
from shared.sns import SnsAlarmBell
from tests.faults.clock import current
from tests.faults.mutants import Patches

_CREATE, _REPLACE, _RING = S3Store.create, S3Store.replace, SnsAlarmBell.ring
_TABLE, _REFRESH, _OUTCOME = archive_table, SpiceRefresher.refresh, newest._outcome
_BEGIN, _TAKE = ArchivePeriod._begin, Claims.take
_FOUND = Delivery._found


def day_from_clock() -> Patches:
    def yesterday(_moment: Any) -> date:
        return (current().wall() - timedelta(days=1)).date()

    return ((asked, "day_before", yesterday),)


def ses_retries() -> Patches:
    return ((shared.aws, "NEVER_TWICE", frozenset({"sns"})),)


def timeout_is_no() -> Patches:
    return ((ses, "MaybeSent", lambda reason: NotSent(reason, later=True)),)


def reset_is_no() -> Patches:
    return ((ses, "_from_connection", lambda error: NotSent(repr(error), later=True)),)


def claim_expires() -> Patches:
    async def doubt(self: Delivery, claims: Claims, name: str, entry: Any, reason: str) -> None:
        await self._settle(claims, name, entry, ClaimState.FREE, reason)
        raise Retry("free again", after=1)

    return ((Delivery, "_doubt", doubt),)


def send_then_record() -> Patches:
    async def send_once(
        self: Delivery, name: str, run: str, envelope: Any, _told: Any
    ) -> str | None:
        key = digest_claim_key(name)
        entry = await self.ledger.read(key, Claim)
        if entry:
            return None
        message_id = await self.post.send(envelope, name)
        claim = Claim(state=ClaimState.SENT, run=run, owner="me", at=self.now())
        await self.ledger.create(key, claim)
        return message_id

    return ((Delivery, "send_once", send_once),)


def blind(where: str) -> Callable[[], Patches]:
    """Write without a condition below a prefix."""

    async def create(self: S3Store, key: str, body: bytes, **more: Any) -> Any:
        if where in key:
            return await self._put(key, body, more.get("metadata"))
        return await _CREATE(self, key, body, **more)

    async def replace(self: S3Store, key: str, body: bytes, *, etag: str, **more: Any) -> Any:
        if where in key:
            return await self._put(key, body, more.get("metadata"))
        return await _REPLACE(self, key, body, etag=etag, **more)

    return lambda: ((S3Store, "create", create), (S3Store, "replace", replace))


def key_by_message() -> Patches:
    return ((one_list, "claim_name", lambda day, kind, _recipients: f"{day}-{kind}-{uuid4()}"),)


def no_alarm() -> Patches:
    async def doubt(self: Delivery, claims: Claims, name: str, entry: Any, reason: str) -> None:
        await self._settle(claims, name, entry, ClaimState.UNKNOWN, reason)

    return ((Delivery, "_doubt", doubt),)


def state_before_alarm() -> Patches:
    async def doubt(self: Delivery, claims: Claims, name: str, entry: Any, reason: str) -> None:
        await self._settle(claims, name, entry, ClaimState.UNKNOWN, reason)
        await self.bell.ring("Daybook: nobody knows whether a digest was sent", f"{name}: {reason}")

    return ((Delivery, "_doubt", doubt),)


def quiet_bell() -> Patches:
    async def ring(self: SnsAlarmBell, subject: str, text: str) -> None:
        with contextlib.suppress(Exception):
            await _RING(self, subject, text)

    return ((SnsAlarmBell, "ring", ring),)


def told_nowhere() -> Patches:
    async def take(self: Claims, key: str, run: str, now: Any, _told: Any, to: Any = ()) -> Any:
        return await _TAKE(self, key, run, now, None, to)

    return ((Claims, "take", take),)


def nothing_restated() -> Patches:
    return ((earlier_digest, "_changes", lambda _record, _was: []),)


def month_before_first() -> Patches:
    async def leave(_self: Any, _period: Any, error: Exception, _message: Any) -> None:
        raise Wait(str(error), after=600)

    return ((MonthBefore, "_leave", leave),)


def says_once() -> Patches:
    async def found(self: Delivery, *given: Any) -> str | None:
        await _FOUND(self, *given)
        return None

    return ((Delivery, "_found", found),)


def one_kind() -> Patches:
    return ((one_list, "claim_name", lambda day, _kind, to: claim_name(day, "daily", to)),)


def float_money() -> Patches:
    def table(rows: pa.Table, metric: str) -> pa.Table:
        made = _TABLE(rows, metric)
        for name in ("UnblendedCost", "AmortizedCost"):
            floats = [Decimal(f"{float(v):.6f}") for v in made[name].to_pylist()]
            column = pa.array(floats, ARCHIVED.field(name).type)
            made = made.set_column(made.schema.get_field_index(name), ARCHIVED.field(name), column)
        return made

    async def trusting(*_: Any) -> None:
        return None

    return (
        (day_archive, "archive_table", table),
        (day_archive, "_check", lambda *_: None),
        (day_archive, "require_source", trusting),
        (archiver, "require_month", lambda *_: None),
    )


def always_write() -> Patches:
    def outcome(found: Any, ours: dict[str, str]) -> Any:
        same = found.metadata.get("sha256") == ours["sha256"]
        return None if same else _OUTCOME(found, ours)

    return ((newest, "_outcome", outcome),)


def arrival_order() -> Patches:
    def outcome(found: Any, ours: dict[str, str]) -> Any:
        same = found.metadata.get("sha256") == ours["sha256"]
        return _OUTCOME(found, ours) if same else None

    async def begin(self: ArchivePeriod, _period: Any, ours: Any) -> Any:
        del self
        return ours

    return ((newest, "_outcome", outcome), (ArchivePeriod, "_begin", begin))


def looks_once() -> Patches:
    """Archive what was the newest at the start, and do not look again at the end."""
    begun: dict[int, Any] = {}

    async def begin(self: ArchivePeriod, period: Any, ours: Any) -> Any:
        found = await _BEGIN(self, period, ours)
        return begun.pop(id(ours)) if id(ours) in begun else begun.setdefault(id(ours), found)

    return ((ArchivePeriod, "_begin", begin),)


def assessed_once() -> Patches:
    async def unchanged(*_: Any) -> list[date]:
        return []

    return ((forecaster, "changed_since", unchanged),)


def no_record() -> Patches:
    async def record(self: Any, day: date, version: Any) -> Any:
        del self
        return DayRecord(day=day, versions=(version,))

    return ((DayArchive, "_record", record),)


def trust_the_twin() -> Patches:
    async def commit(self: QueryPeriods, prefix: str, body: bytes) -> bytes:
        with contextlib.suppress(Conflict):
            await self.store.create(f"{prefix}manifest.json", body)
        return body

    lost = (shared.s3, "LOST", {*shared.s3.LOST, *shared.s3.UNDECIDED})
    return ((QueryPeriods, "_commit", commit), lost)


def ignore_batch_errors() -> Patches:
    return ((glue, "_refuse_errors", lambda *_, **__: None),)


def never_moves() -> Patches:
    async def update(*_: Any) -> None: ...

    return ((GluePartitions, "_update", update),)


def random_ingestions() -> Patches:
    async def refresh(self: SpiceRefresher, dataset: str, name: str) -> Any:
        return await _REFRESH(self, dataset, f"{name[:40]}-{uuid4()}")

    return ((SpiceRefresher, "refresh", refresh),)


def ingestion_exists_is_error() -> Patches:
    async def start(self: SpiceRefresher, dataset: str, ingestion: str) -> None:
        await self.client.create_ingestion(
            AwsAccountId=self.account, DataSetId=dataset, IngestionId=ingestion
        )

    return ((SpiceRefresher, "_start", start),)


def settles_once() -> Patches:
    return ((claim, "PAUSES", ()),)


def cut_between() -> Patches:
    async def unprotected(work: Any) -> Any:
        return await work

    return ((one_list, "finished", unprotected),)


def arrival_in_ledger() -> Patches:
    def with_version(self: DayRecord, version: DayVersion) -> DayRecord:
        known = {found.sha256 for found in self.versions}
        versions = self.versions if version.sha256 in known else (*self.versions, version)
        return self.model_copy(update={"versions": versions})

    return ((DayRecord, "with_version", with_version),)
