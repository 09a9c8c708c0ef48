"""The month before, which a tick reads again until it is final, and which holds no digest back.

Credits, support fees and the invoice come after a month's end. What is not there or not whole just
now is left to the next tick.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from services.query.asked import Asked, month_before
from services.query.export import Export
from services.query.readiness import NotReady, Torn
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import InputError, LeaseLost, MismatchError
from shared.events import DayReady, Event
from shared.ledger import Ledger
from shared.locations import period_record_key, staging_prefix
from shared.ports import AlarmBell, Message, ObjectStore

Stage = Callable[[Event, Asked, Message], Awaitable[Event]]
PATIENCE = 3
"""Deliveries of a tick that the month before may cost it: two are left for today."""
log = structlog.get_logger()


@dataclass(frozen=True)
class MonthBefore:
    """Decides whether the month before is read, and rings where it cannot be."""

    export: Export
    store: ObjectStore
    bell: AlarmBell

    async def read(self, event: Event, message: Message, stage: Stage) -> list[Event]:
        """Stage it again with a tick, as long as it may still change."""
        if not isinstance(event, DayReady):
            return []
        asked = month_before(event)
        if message.receives > PATIENCE:
            await self._give_up(event, asked.period, message)
            return []
        try:
            if await self._open(asked.period):
                await self._begin(event, asked.period, message)
                return [await stage(event, asked, message)]
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - rung for, or raised again
            await self._leave(asked.period, error, message)
        return []

    async def _open(self, period: Period) -> bool:
        """Say whether an archived period may still change: not final, or delivered anew since.

        What was never archived is a person's to ask for, by a backfill: how far back, only they
        can say.
        """
        entry = await Ledger(self.store).read(period_record_key(period), PeriodRecord)
        if entry is None or not entry.doc.final:
            return entry is not None
        delivery = await self.export.delivery(period)
        return delivery is not None and delivery.version != entry.doc.delivery

    async def _begin(self, event: Event, period: Period, message: Message) -> None:
        """Note that the month is begun: the delivery after one that is killed here knows of what.

        From the second on: most ticks have one delivery, and three are needed to give up.
        """
        if message.receives > 1:
            await self.store.put(_begun(event, period), b"")

    async def _leave(self, period: Period, error: Exception, message: Message) -> None:
        """Leave the month to the next tick, and ring unless it is only late.

        What may pass by itself, such as an S3 that is not there, is raised while there are
        deliveries of the tick to spare.
        """
        if isinstance(error, NotReady) and not isinstance(error, Torn):
            log.warning("month-before-left", period=str(period), reason=str(error))
            return
        lasting = isinstance(error, (Torn, InputError, MismatchError))
        if not lasting and message.receives < PATIENCE:
            raise error
        log.error("month-before-unreadable", period=str(period), exc_info=error)
        await self._ring(period, str(error))

    async def _give_up(self, event: Event, period: Period, message: Message) -> None:
        """Leave the month unread: who was killed in it, or took too long, can raise nothing.

        It rings where the month was begun; else other things have cost the tick its deliveries.
        """
        log.error("month-before-given-up", period=str(period), receives=message.receives)
        if await self.store.head(_begun(event, period)) is None:
            return
        await self._ring(
            period,
            f"{message.receives - 1} deliveries of the tick came to no end, maybe because of "
            "memory or time that it takes: the query worker's log says more",
        )

    async def _ring(self, period: Period, why: str) -> None:
        await self.bell.ring(
            f"Daybook: {period} cannot be read again",
            f"{why}. The digest is not held back by it. Daybook tries again with every tick "
            f"until the month after {period} is over. When AWS has delivered it anew: "
            f"daybook replay {period}. docs/runbook.md: a month cannot be read again.",
        )


def _begun(event: Event, period: Period) -> str:
    return f"{staging_prefix(event.runid, period)}begun"
