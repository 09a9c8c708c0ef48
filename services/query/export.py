"""The delivered cost export: finds a period's delivery and brings its files to a local folder."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from services.query.layouts import DATA_EXPORTS, Layout
from services.query.manifest import Delivery
from services.query.snapshot import ExportFile, Snapshot, folders_of
from shared.days import Period


class ExportStore(Protocol):
    """Where an export lies: an S3 prefix or a folder. Paths are relative to the export's root."""

    async def files(self, prefix: str) -> list[ExportFile]:
        """List the files whose paths begin with `prefix`, in the order of their paths."""

    async def read(self, path: str) -> tuple[bytes, datetime]:
        """Return a small file's bytes and when it was written (UTC)."""

    async def tail(self, path: str, size: int) -> bytes:
        """Return the last `size` bytes of a file, or all; InputError when it is not there."""

    async def fetch(self, path: str, folder: Path) -> Path:
        """Make a file available locally; raise InputError when it is not there."""


class Export:
    """An export: its deliveries by billing period, each as its manifest says."""

    def __init__(self, store: ExportStore, layout: Layout = DATA_EXPORTS) -> None:
        """Keep the store and how its manifests are laid out."""
        self._store = store
        self._layout = layout

    async def periods(self) -> Mapping[Period, str]:
        """Return the manifest path of every delivered period."""
        return await self._manifests(None)

    async def delivery(self, period: Period) -> Delivery | None:
        """Return a period's newest delivery; None when nothing was delivered yet."""
        manifest = (await self._manifests(period)).get(period)
        if manifest is None:
            return None
        body, written = await self._store.read(manifest)
        return self._layout.read(period, manifest, body, written)

    async def snapshot(self, period: Period) -> Snapshot | None:
        """Return a period's newest delivery with its files as they lie there now."""
        delivery = await self.delivery(period)
        if delivery is None:
            return None
        listed = [await self._store.files(folder) for folder in folders_of(delivery)]
        return Snapshot.of(delivery, (file for files in listed for file in files))

    async def tail(self, path: str, size: int) -> bytes:
        """Return the last `size` bytes of a listed file, or all of a smaller one."""
        return await self._store.tail(path, size)

    async def fetch(self, delivery: Delivery, folder: Path) -> list[Path]:
        """Bring the delivery's files into `folder`; returns them in the manifest's order."""
        return [await self._store.fetch(path, folder) for path in delivery.files]

    async def _manifests(self, period: Period | None) -> Mapping[Period, str]:
        prefixes = self._layout.prefixes(period)
        found = [file for prefix in prefixes for file in await self._store.files(prefix)]
        return self._layout.manifests_by_period(file.path for file in found)
