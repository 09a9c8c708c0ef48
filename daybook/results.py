"""What a run leaves behind: written beside `--out` first, moved there only when all is well."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from daybook.observer import Sighting
from shared.aws import clients
from shared.errors import InputError
from shared.events import PeriodArchived, PeriodQueried
from shared.locations import BREAKDOWNS, OUTLOOKS
from shared.s3 import S3Store

RECORD = "run.json"


def check_out(out: Path) -> None:
    """Refuse a folder that holds something else than an earlier run."""
    if out.exists() and not out.is_dir():
        raise InputError(out, "is not a folder", "Choose another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / RECORD).is_file():
        raise InputError(out, "holds files that are not a run's", "Choose an empty --out")


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """Yield a folder to write to; it takes the place of `out` only if nothing went wrong."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield draft
        if out.exists():
            shutil.rmtree(out)
        draft.chmod(0o755)
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


async def write_archive(bucket: str, folder: Path) -> int:
    """Copy the archived tables below `folder`; returns how many objects there are."""
    async with clients("s3") as (s3,):
        store = S3Store(s3, bucket)
        listed = [item for prefix in (BREAKDOWNS, OUTLOOKS) for item in await store.list(prefix)]
        for item in listed:
            found = await store.get(item.key)
            if found:
                target = folder / item.key
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(found.body)
    return len(listed)


@dataclass(frozen=True)
class DigestFiles:
    """The digest's parts, as the message carried them."""

    html: bytes
    csv_name: str
    csv: bytes


def take_apart(message: bytes) -> DigestFiles:
    """Return the HTML and the attachment of a digest."""
    parsed = message_from_bytes(message, _class=EmailMessage, policy=SMTP)
    html = parsed.get_body(("html",))
    attachment = next(iter(parsed.iter_attachments()))
    if html is None:
        raise ValueError("the digest has no HTML part")
    return DigestFiles(
        html=html.get_content().encode(),
        csv_name=str(attachment.get_filename()),
        csv=attachment.get_content().encode(),
    )


def write_digest(message: bytes, folder: Path) -> None:
    """Write the message as it arrived, its HTML and its CSV."""
    files = take_apart(message)
    (folder / "digest.eml").write_bytes(message)
    (folder / "digest.html").write_bytes(files.html)
    (folder / Path(files.csv_name).name).write_bytes(files.csv)


def run_record(sightings: Sequence[Sighting], day: date, alarms: Sequence[str]) -> dict[str, Any]:
    """Return `run.json`: what happened, in whole, with exact totals as decimal strings."""
    events = [sighting.event for sighting in sightings]
    queried = next(event for event in events if isinstance(event, PeriodQueried))
    archived = next(event for event in events if isinstance(event, PeriodArchived))
    data = queried.data
    return {
        "run_id": queried.runid,
        "day": str(day),
        "period": str(data.period),
        "complete_through": str(data.complete_through) if data.complete_through else None,
        "source_version": data.source_version,
        "rows": data.rows,
        "totals": [part.model_dump(mode="json") for part in data.totals],
        "bytes_scanned": data.bytes_scanned,
        "days": [part.model_dump(mode="json") for part in archived.data.days],
        "alarms": list(alarms),
        "events": [
            {
                "type": sighting.event.type,
                "id": sighting.event.id,
                "cause": sighting.event.causeid,
                "time": sighting.event.time.isoformat(),
                "seconds": round(sighting.seconds, 3),
            }
            for sighting in sightings
        ],
    }


def write_record(record: dict[str, Any], folder: Path) -> None:
    """Write `run.json`."""
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
