"""The delivered cost export: finds a period's delivery and brings its files to a local folder."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from services.query.manifest import METADATA, Delivery, manifests_by_period, read_manifest
from shared.days import Period


class ExportStore(Protocol):
    """Where an export lies: an S3 prefix or a folder. Paths are relative to the export's root."""

    async def paths(self, prefix: str) -> list[str]:
        """List the paths that begin with `prefix`."""

    async def read(self, path: str) -> tuple[bytes, datetime]:
        """Return a small file's bytes and when it was written (UTC)."""

    async def fetch(self, path: str, folder: Path) -> Path:
        """Make a file available locally; raise InputError when it is not there."""


class Export:
    """A Data Exports export."""

    def __init__(self, store: ExportStore) -> None:
        """Keep the store."""
        self._store = store

    async def periods(self) -> dict[Period, str]:
        """Return the manifest path of every delivered period."""
        return manifests_by_period(await self._store.paths(METADATA))

    async def delivery(self, period: Period) -> Delivery | None:
        """Return a period's newest delivery; None when nothing was delivered yet."""
        paths = await self._store.paths(f"{METADATA}{period}/")
        manifest = manifests_by_period(paths).get(period)
        if manifest is None:
            return None
        body, written = await self._store.read(manifest)
        return read_manifest(period, manifest, body, written)

    async def fetch(self, delivery: Delivery, folder: Path) -> list[Path]:
        """Bring the delivery's files into `folder`; returns them in the manifest's order."""
        return [await self._store.fetch(path, folder) for path in delivery.files]
