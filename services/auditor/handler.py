"""Audits the archive: looks, decides, records, asks for repairs, and rings for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from services.auditor.checks import findings
from services.auditor.checks.queues import DEAD
from services.auditor.finding import Kind
from services.auditor.listed import Listed, Queue
from services.auditor.look import Look
from services.auditor.repair import WHO, alarm, batches, run_of
from services.auditor.report import AuditReport
from shared import metrics
from shared.errors import Reject, Wait
from shared.events import AuditRequested, BackfillData, BackfillRequested, Event, follow_up
from shared.lease import Lease
from shared.ledger import Ledger
from shared.locations import LATEST_AUDIT
from shared.ports import AlarmBell, ObjectStore

AFTER_A_RUN = 300
"""Seconds until it looks again when a run was just under way."""
PATIENCE = timedelta(minutes=90)
"""How long it waits for the workers to be at rest; then it looks all the same, before the alarm
that no audit has ended (infra/modules/observability/audit.tf)."""
OF_TWO_READS: frozenset[Kind] = frozenset(
    {
        "object-altered",
        "second-object",
        "ledger-gone",
        "rows-differ",
        "total-differs",
        "source-differs",
        "rows-by-query",
    }
)
"""What a day seems to be when its record was read before a run wrote it, and its object after."""
MAY_WAIT = "daybook-query"
"""How the queues begin whose messages may wait for days, for an export that is late."""
BACKFILLS = "daybook-query-backfill"
"""That of months which wait for their turn: what waits for an export is in hand, or put back."""
log = structlog.get_logger()


@dataclass(frozen=True)
class AuditArchive:
    """The auditor's handler."""

    look: Look
    store: ObjectStore
    bell: AlarmBell

    async def __call__(self, event: Event, _: Lease) -> Sequence[Event]:
        """Audit; say which billing periods are to be run again."""
        if not isinstance(event, AuditRequested):
            raise Reject(f"the auditor does not hear {event.type}")
        listed = await looked(self.look, full=event.data.full)
        if (busy := under_way(listed)) and listed.now - event.time < PATIENCE:
            raise Wait(f"{', '.join(busy)}: a run is under way", after=AFTER_A_RUN)
        asks = event.data.repair and not months_wait(listed)
        found = report_of(listed, event.runid).model_copy(update={"asked": asks})
        report = await self._recorded(found)
        mends = batches(report.findings) if asks else []
        if told := alarm(report, repairs=sum(map(len, mends))):
            await self.bell.ring(*told)
        log.info("audited", findings=len(report.findings), days=report.days, full=report.full)
        metrics.count("Audited")
        return [said for batch in mends for said in _asked(event, batch)]

    async def _recorded(self, report: AuditReport) -> AuditReport:
        """Keep what was found as the latest; know what the one before has asked for."""
        return await Ledger(self.store).update(LATEST_AUDIT, AuditReport, report.after)


def _asked(event: Event, batch: Sequence[BackfillData]) -> list[Event]:
    """Ask for a batch, as a run of its own: two batches may have a billing period in common."""
    run = run_of(event.id, batch)
    said = (
        follow_up(event, BackfillRequested, wish, source=WHO, about=f"{run}/{wish.part}")
        for wish in batch
    )
    return [wish.model_copy(update={"runid": run}) for wish in said]


async def looked(look: Look, *, full: bool, through: date | None = None) -> Listed:
    """Look, and again at what is not as it must be: it may just have been written."""
    listed = await look.listed(full=full, through=through)
    days = {each.day for each in findings(listed) if each.day and each.kind in OF_TWO_READS}
    return await look.again(listed, sorted(days))


def report_of(listed: Listed, run: str) -> AuditReport:
    """Return what the checks find."""
    days = list(listed.expected())
    return AuditReport(
        run=run,
        at=listed.now,
        full=listed.contents is not None,
        first=listed.first,
        last=listed.last if listed.first else None,
        through=listed.through,
        days=len(days),
        findings=tuple(findings(listed)),
    )


def under_way(listed: Listed) -> list[str]:
    """Return what says that a run is under way: what is found may be of its making."""
    written = [f"{day} was written meanwhile" for day in sorted(listed.restated)]
    return written + [queue.name for queue in listed.queues if _at_work(queue)]


def _at_work(queue: Queue) -> bool:
    if _months_wait(queue):
        return True
    waits = queue.name.endswith(DEAD) or queue.name.startswith(MAY_WAIT)
    return not waits and (queue.waiting or queue.in_hand) > 0


def months_wait(listed: Listed) -> bool:
    """Say whether backfills wait that nobody has begun: what they mend is not to be asked twice."""
    return any(map(_months_wait, listed.queues))


def _months_wait(queue: Queue) -> bool:
    return queue.name == BACKFILLS and queue.waiting > 0
