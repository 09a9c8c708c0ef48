"""What a reader should know about the export behind a digest; rings for unknown line types."""

from dataclasses import dataclass

from pydantic import Field

from shared.events import PeriodCataloged, PeriodScope
from shared.frozen import Frozen
from shared.ledger import Ledger
from shared.locations import unknown_types_alarm_key
from shared.ports import AlarmBell, ObjectStore

MOST_TYPES = 10
"""Line types that a digest names; the others are counted."""


@dataclass(frozen=True)
class AboutData:
    """The digest's section: line types by name with their lines, how many more, and notes."""

    types: tuple[tuple[str, int], ...]
    more: int
    notes: tuple[str, ...]


def noted(notes: tuple[str, ...]) -> AboutData | None:
    """Return the section of a digest about which there is no more to say than these notes."""
    return AboutData((), 0, notes) if notes else None


def about_data(data: PeriodScope, more: tuple[str, ...] = ()) -> AboutData | None:
    """Return what is to be said of the data, `more` notes included; None when that is nothing."""
    types = tuple(sorted(data.unknown_types.items(), key=lambda each: (-each[1], each[0])))
    notes = (*data.notes, *more)
    if not types and not notes:
        return None
    return AboutData(types[:MOST_TYPES], max(0, len(types) - MOST_TYPES), notes)


class Rung(Frozen):
    """The ledger's record that an alarm has rung."""

    types: dict[str, int] = Field(description="Lines by type that it was about.")


@dataclass(frozen=True)
class UnknownTypesAlarm:
    """Rings once a run and billing period that has line types which Daybook does not know."""

    store: ObjectStore
    bell: AlarmBell

    async def ring(self, event: PeriodCataloged) -> None:
        """Ring, then remember: a worker that dies between rings again, and none stays silent."""
        data = event.data
        if not data.unknown_types:
            return
        ledger, key = Ledger(self.store), unknown_types_alarm_key(event.runid, data.period)
        if await ledger.read(key, Rung):
            return
        listed = ", ".join(
            f"{''.join(c if c.isprintable() else ' ' for c in name)} ({lines} lines)"
            for name, lines in sorted(data.unknown_types.items())
        )
        await self.bell.ring(
            f"Daybook: line types that it does not know in {data.period}",
            f"{listed}. They are counted in with their unblended cost, each as a charge type of "
            "its own. See whether that is right, and whether a newer release knows them; after an "
            f"update: daybook replay {data.period}. docs/runbook.md: line types that it does not "
            "know.",
        )
        await ledger.create(key, Rung(types=data.unknown_types))
