"""One worker's handler over a bucket in a folder: `python -m benchmarks.scale_step STEP FOLDER`.

STEP is query, archiver, forecaster or notifier (digest and dashboard). Each reads the event that
the step before it said, from the folder, and leaves its own there.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.folder import WritableFolder
from benchmarks.lines import PERIOD
from benchmarks.peers.timed import timed
from shared.events import (
    CatalogedData,
    DayReady,
    Event,
    PeriodAssessed,
    PeriodCataloged,
    follow_up,
    parse,
)
from shared.lease import Lease
from shared.memory import MemoryBell, MemoryInbox
from shared.ports import Message

METRIC = "amortized"
VISIBILITY = 43_200
Handle = Callable[[Event, Lease], Awaitable[Sequence[Event]]]


@dataclass(frozen=True)
class Sent:
    """A post office that takes everything."""

    async def send(self, envelope: object, claim: str) -> str:
        """Take it."""
        del envelope
        return f"message-{claim}"


async def handled(handle: Handle, event: Event) -> Sequence[Event]:
    """Handle one event under a lease of a queue in memory."""
    inbox = MemoryInbox()
    inbox.send(event.to_json())
    message = await inbox.receive()
    if not isinstance(message, Message):
        raise TypeError(message)
    lease = Lease(inbox, message, VISIBILITY)
    await lease.extend()
    return await handle(event, lease)


def query(folder: Path) -> Handle:
    """Return the query worker over the month below `folder/export`."""
    from services.query.embedded_engine import EmbeddedEngine  # noqa: PLC0415 - a step's own
    from services.query.export import Export  # noqa: PLC0415
    from services.query.folder import FolderExportStore  # noqa: PLC0415
    from services.query.handler import QueryPeriods  # noqa: PLC0415
    from services.query.organization_source import OrganizationFile  # noqa: PLC0415
    from services.query.readiness import Readiness  # noqa: PLC0415
    from services.query.sources import CUR2  # noqa: PLC0415

    export, store = Export(FolderExportStore(folder / "export")), WritableFolder(folder / "bucket")
    beside = WritableFolder(folder / "organization")
    organization = OrganizationFile(beside, "organization.csv", beside)
    engine = EmbeddedEngine(export, CUR2, store, METRIC)
    readiness = Readiness(None)
    return QueryPeriods(export, engine, organization, store, readiness, MemoryBell())


def archiver(folder: Path) -> Handle:
    """Return the archiver."""
    from services.archiver.handler import ArchivePeriod  # noqa: PLC0415

    return ArchivePeriod(WritableFolder(folder / "bucket"), METRIC)


def forecaster(folder: Path) -> Handle:
    """Return the forecaster, without budgets."""
    from services.forecaster.assess import Rules  # noqa: PLC0415
    from services.forecaster.handler import AssessPeriod  # noqa: PLC0415
    from shared.config_outlook import Lights  # noqa: PLC0415

    return AssessPeriod(WritableFolder(folder / "bucket"), METRIC, Rules((), Lights()))


def notifier(folder: Path) -> Handle:
    """Return the notifier: digest, CSV and dashboard."""
    from services.notifier.audiences import Audiences  # noqa: PLC0415
    from services.notifier.handler import SendDigest  # noqa: PLC0415
    from shared.config_people import Digest  # noqa: PLC0415

    digest = Digest(sender="daybook@example.com", recipients=("finops@example.com",))
    store = WritableFolder(folder / "bucket")
    return SendDigest(store, Sent(), MemoryBell(), Audiences(digest), METRIC)


STEPS: Mapping[str, Callable[[Path], Handle]] = {
    "query": query,
    "archiver": archiver,
    "forecaster": forecaster,
    "notifier": notifier,
}


def heard(folder: Path, step: str) -> Event:
    """Return what the step before said, or the tick."""
    names = list(STEPS)
    if step == names[0]:
        moment = datetime(PERIOD.next.year, PERIOD.next.month, 1, 7, tzinfo=UTC)
        return DayReady(id="tick", source="benchmark", time=moment, runid="run")
    before = names[names.index(step) - 1]
    event = parse((folder / f"{before}.json").read_text(encoding="utf-8"))
    if isinstance(event, PeriodAssessed):
        data = CatalogedData(**event.data.model_dump(), partitions=31, refreshes=())
        return follow_up(event, PeriodCataloged, data, source="benchmark", about=PERIOD)
    return event


def work() -> dict[str, object]:
    """Handle, and leave what was said."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    event, handle = heard(folder, step), STEPS[step](folder)
    said = asyncio.run(handled(handle, event))
    (folder / f"{step}.json").write_text(said[0].to_json(), encoding="utf-8")
    return {"said": said[0].type}


if __name__ == "__main__":
    timed(work)
