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
        """List the files whose path, as it is spelled on disk, begins with the prefix."""
        # Below its first folder: where case does not matter, a deeper one of another spelling
        # would be found as well, and its files be listed twice.
        first, slash, _ = prefix.partition("/")
        folder = self._root / first if slash else self._root
        paths = [path for path in sorted(folder.rglob("*")) if self._named(path).startswith(prefix)]
        return [self._file(path) for path in paths if path.is_file()]

    def _file(self, path: Path) -> ExportFile:
        state = path.stat()
        modified = datetime.fromtimestamp(state.st_mtime, UTC)
        identity = f"{state.st_mtime_ns}-{state.st_size}"
        return ExportFile(self._named(path), identity, modified)

    def _named(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

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
