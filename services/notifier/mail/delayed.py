"""A day's data is late: the short mail that says so, and the alarm. The full digest follows."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from services.notifier.mail.message import Envelope, build_message
from services.notifier.mail.render import render_delayed
from services.notifier.report.origin import Origin
from shared.config_people import Digest
from shared.days import Period
from shared.events import DataDelayed
from shared.frozen import Frozen
from shared.ledger import Ledger
from shared.locations import late_alarm_key
from shared.ports import AlarmBell, ObjectStore


def delayed_message(event: DataDelayed, digest: Digest, now: datetime) -> Envelope:
    """Put the mail together."""
    origin = Origin(event.runid, "none yet", replay=False)
    rendered = render_delayed(event.data)
    return build_message(digest, rendered, (), day=event.data.day, origin=origin, now=now)


class RungLate(Frozen):
    """The ledger's record that the alarm about a day has rung."""

    reason: str = Field(description="What was missing.")


@dataclass(frozen=True)
class LateAlarm:
    """Rings once a day whose data is not there at its deadline."""

    store: ObjectStore
    bell: AlarmBell

    async def ring(self, event: DataDelayed) -> None:
        """Ring, then remember: a worker that dies between rings again, and none stays silent."""
        data = event.data
        ledger, key = Ledger(self.store), late_alarm_key(data.day)
        if await ledger.read(key, RungLate):
            return
        await self.bell.ring(
            f"Daybook: the data of {data.day} is late",
            f"At {data.deadline:%Y-%m-%d %H:%M} UTC the digest of {data.day} could not be sent: "
            f"{data.reason}. Daybook looks again every quarter of an hour and sends it when the "
            f"data is there. To see what is missing: daybook status {Period.of(data.day)}. "
            "docs/runbook.md: the data of a day is late.",
        )
        await ledger.create(key, RungLate(reason=data.reason))
