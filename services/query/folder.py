"""An export in a local folder, laid out as Data Exports lays it out in a bucket."""

from datetime import UTC, datetime
from pathlib import Path

from services.query.snapshot import ExportFile
from shared.errors import InputError


class FolderExportStore:
    """Reads an export where it lies; nothing is copied."""

    def __init__(self, root: Path) -> None:
        """`root` holds `data/` and `metadata/`."""
        self._root = root

    async def files(self, prefix: str) -> list[ExportFile]:
        """List the files below the prefix's folder."""
        folder = self._root / prefix.rpartition("/")[0]
        found = (self._file(path) for path in sorted(folder.rglob("*")) if path.is_file())
        return [file for file in found if file.path.startswith(prefix)]

    def _file(self, path: Path) -> ExportFile:
        state = path.stat()
        modified = datetime.fromtimestamp(state.st_mtime, UTC)
        identity = f"{state.st_mtime_ns}-{state.st_size}"
        return ExportFile(path.relative_to(self._root).as_posix(), identity, modified)

    async def read(self, path: str) -> tuple[bytes, datetime]:
        """Read a small file and its modification time."""
        file = self._root / path
        return file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)

    async def tail(self, path: str, size: int) -> bytes:
        """Read the end of a file."""
        return (await self.fetch(path, self._root)).read_bytes()[-size:]

    async def fetch(self, path: str, folder: Path) -> Path:
        """Return the file itself, or its decompressed twin (`.csv` for a listed `.csv.gz`)."""
        del folder
        exact = self._root / path
        for file in (exact, exact.with_suffix("") if exact.suffix == ".gz" else exact):
            if file.is_file():
                return file
        raise InputError(
            exact,
            "is listed in the manifest but is not there",
            "Copy the export's data/ folder completely",
        )
