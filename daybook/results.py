"""What a run leaves behind: written beside `--out` first, moved there only when all is well."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from daybook.observer import Sighting
from daybook.run_folder import DASHBOARD, EXECUTIVE, RECORD
from shared.aws import clients
from shared.errors import InputError
from shared.events import PeriodArchived, PeriodCataloged, PeriodQueried
from shared.locations import (
    ACCOUNT_CHANGES,
    ANOMALIES,
    BREAKDOWNS,
    CHANGES,
    COST_CHECKS,
    DAY_RECORDS,
    OUTLOOKS,
    PERIOD_RECORDS,
    csv_key,
    dashboard_key,
    snapshot_key,
)
from shared.s3 import S3Store

COPIED = (
    BREAKDOWNS,
    OUTLOOKS,
    ANOMALIES,
    CHANGES,
    DAY_RECORDS,
    PERIOD_RECORDS,
    ACCOUNT_CHANGES,
    COST_CHECKS,
)
"""What the reports are made from: the tables, and what the ledger says of their days."""
OURS = re.compile(
    r"archive|dashboard\.html|executive\.pdf|digest\.(eml|html)|run\.json|ou-breakdown-[0-9-]+\.csv"
)


def check_out(out: Path) -> None:
    """Refuse a place that cannot be replaced, or that holds something else than a run's results."""
    place = next(folder for folder in (out, *out.parents) if folder.exists())
    if not place.is_dir():
        raise InputError(place, "is not a folder", "Choose another --out")
    if out.resolve() in (Path.cwd(), *Path.cwd().parents) or out.is_symlink():
        raise InputError(
            out, "cannot be replaced as a whole", "Choose a folder of its own as --out"
        )
    if not os.access(place if place != out else out.parent, os.W_OK):
        raise InputError(place, "may not be written to", "Choose another --out")
    if out.is_dir() and any(not OURS.fullmatch(item.name) for item in out.iterdir()):
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
    """Copy what reports are made from below `folder`; returns how many objects there are."""
    async with clients("s3") as (s3,):
        store = S3Store(s3, bucket)
        listed = [item for prefix in COPIED for item in await store.list(prefix)]
        for item in listed:
            found = await store.get(item.key)
            if found:
                target = folder / item.key
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(found.body)
    return len(listed)


async def write_digest(message: bytes, day: date, bucket: str, folder: Path) -> None:
    """Write the message as it arrived, its HTML and its CSV, attached or kept beside the archive.

    Raises ValueError for a message that is no digest.
    """
    parsed = message_from_bytes(message, _class=EmailMessage, policy=SMTP)
    html = parsed.get_body(("html",))
    if html is None:
        raise ValueError("the digest has no HTML part")
    attached = [part.get_content().encode() for part in parsed.iter_attachments()]
    (folder / "digest.eml").write_bytes(message)
    (folder / "digest.html").write_bytes(html.get_content().encode())
    csv = attached[0] if attached else await _kept_csv(bucket, day)
    (folder / f"ou-breakdown-{day}.csv").write_bytes(csv)


async def write_pages(day: date, bucket: str, folder: Path) -> None:
    """Write the day's dashboard and PDF as they lie in the bucket.

    Raises ValueError when there is none.
    """
    async with clients("s3") as (s3,):
        for name, key in ((DASHBOARD, dashboard_key(day)), (EXECUTIVE, snapshot_key(day))):
            found = await S3Store(s3, bucket).get(key)
            if found is None:
                raise ValueError(f"the run left no {name}")
            (folder / name).write_bytes(found.body)


async def _kept_csv(bucket: str, day: date) -> bytes:
    async with clients("s3") as (s3,):
        found = await S3Store(s3, bucket).get(csv_key(day))
    if found is None:
        raise ValueError("the digest has no CSV")
    return found.body


def run_record(sightings: Sequence[Sighting], day: date, alarms: Sequence[str]) -> dict[str, Any]:
    """Return `run.json`: what happened, in whole, with exact totals as decimal strings."""
    events = [sighting.event for sighting in sightings]
    queried = next(event for event in events if isinstance(event, PeriodQueried))
    archived = next(event for event in events if isinstance(event, PeriodArchived))
    told_of = next(e for e in reversed(events) if isinstance(e, PeriodCataloged) and e.data.notify)
    data = queried.data
    return {
        "run_id": queried.runid,
        "day": str(day),
        "period": str(data.period),
        "complete_through": str(data.complete_through) if data.complete_through else None,
        "status": data.status,
        "source_version": data.source_version,
        "rows": data.rows,
        "totals": [part.model_dump(mode="json", exclude_none=True) for part in data.totals],
        "unknown_types": data.unknown_types,
        "notes": list(data.notes),
        "bytes_scanned": data.bytes_scanned,
        "days": [part.model_dump(mode="json") for part in archived.data.days],
        "compared": archived.data.compared and archived.data.compared.model_dump(mode="json"),
        "alarms": list(alarms),
        "told_of": told_of.model_dump(mode="json", exclude_none=True),
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
