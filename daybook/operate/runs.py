"""The runs of the last days: which are done, which are on their way, and which are stuck."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from daybook.operate.documents import Documents, is_document
from daybook.operate.reach import each
from services.query.handler import LOOKED
from services.query.readiness import GIVE_UP, Looked
from shared.day_record import PeriodRecord
from shared.days import ONE_DAY, Period
from shared.locations import RUN_RECORDS, STAGING, period_record_key, staging_prefix
from shared.money import exact_sum
from shared.ports import ObjectInfo
from shared.run_record import RunRecord

STUCK = timedelta(hours=1)
"""Without a step for so long a run needs a person; a worker that died is over it in 5 minutes."""
LATELY = timedelta(days=7)
"""Runs of so long ago are worth a look whatever month is asked for: the 1st has a day before."""
WAITED = GIVE_UP + ONE_DAY
"""So long a run may wait for the export: the tick gives up ten days after the day's deadline."""
COST_EXPLORER = Decimal("0.01")
"""US dollars a request (AWS Cost Explorer pricing)."""


@dataclass(frozen=True)
class OpenRun:
    """A billing period of a run that is not in the catalog yet: how far it is, since when."""

    run: str
    period: Period
    step: str
    since: datetime
    stuck: bool
    reason: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "run": self.run,
            "period": str(self.period),
            "step": self.step,
            "since": self.since.isoformat(),
            "stuck": self.stuck,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Spent:
    """What a month's runs cost where AWS says so by the run, in US dollars."""

    runs: int
    refreshes: int
    queries: Decimal
    cost_explorer: Decimal

    @property
    def total(self) -> Decimal:
        """Both together."""
        return exact_sum((self.queries, self.cost_explorer))


@dataclass(frozen=True)
class Runs:
    """All that the ledger and the staging area know of runs."""

    done: tuple[RunRecord, ...]
    """Those that were cataloged in the month."""
    open: tuple[OpenRun, ...]
    recent: tuple[RunRecord, ...]
    """Those of the last days, whatever the month."""
    parts: Mapping[str, int]
    """How many billing periods of each run were ever cataloged."""

    @property
    def last_refresh(self) -> RunRecord | None:
        """The newest run that refreshed the dashboards."""
        refreshed = [run for run in (*self.done, *self.recent) if run.refreshes]
        return max(refreshed, key=lambda run: run.cataloged_at, default=None)

    def backfills(self) -> list[tuple[RunRecord, int]]:
        """Return one record of each backfill of several months, and how many of them are done."""
        known = {run.run: run for run in (*self.recent, *self.done)}
        return [
            (run, self.parts[run.run]) for run in known.values() if run.batch and run.batch.of > 1
        ]

    def spent(self) -> Spent:
        """Add up what the month's cost."""
        queries = exact_sum(run.query_cost for run in self.done if run.query_cost is not None)
        requests = sum(run.cost_explorer_requests for run in self.done)
        refreshes = sum(len(run.refreshes) for run in self.done)
        return Spent(len(self.done), refreshes, queries, requests * COST_EXPLORER)


async def read_runs(documents: Documents, month: Period, now: datetime) -> Runs:
    """Return the runs that were cataloged in a month (UTC) or lately, and all that are not yet."""
    listed = [item for item in await documents.store.list(RUN_RECORDS) if is_document(item.key)]
    known = {tuple(item.key.removeprefix(RUN_RECORDS).split("/")) for item in listed}
    since = min(month.first, (now - LATELY).date())
    worth = [item.key for item in listed if item.modified.date() >= since]
    records = list((await documents.read_all(worth, RunRecord)).values())
    staged = await _staged(documents)
    begun = [part for part in staged if (part[0], f"{part[1]}.json") not in known]
    opened = await each(lambda part: _open(documents, _Begun(*part, staged), now), begun)
    return Runs(
        done=tuple(run for run in records if Period.of(run.cataloged_at.date()) == month),
        open=tuple(sorted(filter(None, opened), key=lambda run: run.since)),
        recent=tuple(run for run in records if run.cataloged_at >= now - LATELY),
        parts=Counter(run for run, *_ in known),
    )


async def _staged(documents: Documents) -> dict[tuple[str, Period], list[ObjectInfo]]:
    """Return what lies in the staging area, by run and billing period."""
    found = defaultdict[tuple[str, Period], list[ObjectInfo]](list)
    for item in await documents.store.list(f"{STAGING}run="):
        if name := _staged_by(item.key):
            found[name].append(item)
    return found


def _staged_by(key: str) -> tuple[str, Period] | None:
    """Return a staged key's run and billing period; None when no worker wrote it."""
    run, _, rest = key.removeprefix(f"{STAGING}run=").partition("/")
    period, slash, _ = rest.removeprefix("period=").partition("/")
    try:
        return (run, Period.parse(period)) if slash else None
    except ValueError:
        return None


class _Version(BaseModel):
    """Of which delivery a run's staged rows are."""

    source_version: str


@dataclass(frozen=True)
class _Begun:
    """A billing period of a run that staged something, beside what all runs have staged."""

    run: str
    period: Period
    staged: Mapping[tuple[str, Period], list[ObjectInfo]]

    @property
    def prefix(self) -> str:
        return staging_prefix(self.run, self.period)

    @property
    def has_manifest(self) -> bool:
        items = self.staged[self.run, self.period]
        return f"{self.prefix}manifest.json" in {item.key for item in items}

    def last_step(self, run: str) -> datetime:
        """Return when a run staged something of the period last."""
        items = self.staged.get((run, self.period), [])
        return max((item.modified for item in items), default=datetime.min.replace(tzinfo=UTC))


async def _open(documents: Documents, begun: _Begun, now: datetime) -> OpenRun | None:
    """Return how far a run is; None when it stopped for good and another has done its work."""
    newest = await documents.read(period_record_key(begun.period), PeriodRecord)
    found = await _step(documents, begun, newest, now)
    # Only then: until it is stuck, a run whose rows are old still ends, and may have a digest.
    if found.stuck and newest and await _is_newer(documents, newest, begun):
        return None
    return found


async def _is_newer(documents: Documents, newest: PeriodRecord, begun: _Begun) -> bool:
    """Say whether the period was read again after a run: by delivery, else by time."""
    if newest.run == begun.run:
        return False
    if begun.has_manifest:
        staged = await documents.read(f"{begun.prefix}manifest.json", _Version)
        return staged is not None and newest.order > (staged.source_version, begun.run)
    return begun.last_step(newest.run) > begun.last_step(begun.run)


async def _step(
    documents: Documents, begun: _Begun, newest: PeriodRecord | None, now: datetime
) -> OpenRun:
    run, period, since = begun.run, begun.period, begun.last_step(begun.run)
    late = now - since > STUCK
    if not begun.has_manifest:
        looked = await documents.read(f"{begun.prefix}{LOOKED}", Looked)
        if looked:
            late = now - since > WAITED
            return OpenRun(run, period, "waits for the export", since, late, looked.reason)
        return OpenRun(run, period, "reads the export: query", since, late)
    if newest and newest.run == run:
        step = "is archived: forecaster, catalog"
        return OpenRun(run, period, step, since, late)
    return OpenRun(run, period, "is read: archiver", since, late)
