"""Cost files without a manifest, as an export: for `daybook run` and `daybook up` only.

The workers read what a manifest lists and nothing else. A person may still have just a file, or a
folder of files, of a legacy CUR or of FOCUS. They are sorted by billing period, a file that holds
several is split, and a manifest is written for each period that says: nothing proves that the
files are complete. Two folders with files of one period are refused, since they may be two
deliveries of the same lines, and so are two files that hold the same lines (`loose_twins.py`).
"""

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from daybook.loose_twins import refuse_copies, refuse_shared_lines
from services.query.columns import find_columns
from services.query.export_files import columns_of, read_files, typed
from services.query.manifest import NOTES
from services.query.snapshot import ExportFile
from services.query.sources import TIMESTAMP, Column, SourceFormat
from services.query.unreadable import unreadable
from shared.days import Period
from shared.errors import InputError

SUFFIXES = (".parquet", ".csv", ".csv.gz")
FOLDERS = ("legacy", "focus")
"""Formats whose folders are read without a manifest; CUR 2.0 is always delivered with one."""
NOTE = "The files came without a manifest: nothing proves that they are complete."


class LooseFiles:
    """An export store over plain files and the manifests written for them."""

    def __init__(self, root: Path, source: SourceFormat) -> None:
        """Sort the files by period; raise InputError for one that cannot be told to belong."""
        self._source = source
        self._files: dict[str, Path] = {}
        self._manifests: dict[str, bytes] = {}
        self._written = datetime.fromtimestamp(0, UTC)
        self._parts = Path(tempfile.mkdtemp(prefix="daybook-loose-"))
        weakref.finalize(self, shutil.rmtree, self._parts, ignore_errors=True)
        for period, parts in _by_period(_found(root), source, self._parts).items():
            self._add(period, parts)

    async def files(self, prefix: str) -> list[ExportFile]:
        """List the manifests below the prefix."""
        paths = sorted(path for path in self._manifests if path.startswith(prefix))
        return [ExportFile(path, "", self._written) for path in paths]

    async def read(self, path: str) -> tuple[bytes, datetime]:
        """Return a manifest, and when the newest file was written."""
        return self._manifests[path], self._written

    async def tail(self, path: str, size: int) -> bytes:
        """Read the end of a file."""
        return self._files[path].read_bytes()[-size:]

    async def fetch(self, path: str, folder: Path) -> Path:
        """Return the file itself, or the part of it that belongs to the period."""
        del folder
        return self._files[path]

    def _add(self, period: Period, parts: list[Path]) -> None:
        data, manifest, keys = _layout(self._source.layout, period)
        listed = {f"{data}/{number:05d}-{part.name}": part for number, part in enumerate(parts)}
        self._files |= listed
        moments = [datetime.fromtimestamp(part.stat().st_mtime, UTC) for part in parts]
        self._written = max([self._written, *moments])
        body = {keys[0]: _identity(parts), keys[1]: list(listed), NOTES: [NOTE]}
        self._manifests[manifest] = json.dumps(body).encode()


def manifests_below(folder: Path) -> list[Path]:
    """Return every manifest below a folder, wherever it lies."""
    return sorted(folder.rglob("*Manifest.json"))


def _found(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    files = [path for path in sorted(root.rglob("*")) if path.name.endswith(SUFFIXES)]
    if not files:
        remedy = "Point --source at a file or a folder of files"
        raise InputError(root, f"has no {', '.join(SUFFIXES)} file", remedy)
    _refuse_twins(files)
    refuse_copies(files)
    return files


def _refuse_twins(files: list[Path]) -> None:
    """Refuse a file that lies there packed as well: both would be counted."""
    for path in files:
        if path.suffix == ".gz" and path.with_suffix("") in files:
            problem = f"lies beside {path.with_suffix('').name}, and may hold the same lines"
            raise InputError(path, problem, "Take one of the two away")


def _layout(name: str, period: Period) -> tuple[str, str, tuple[str, str]]:
    """Return the period's data folder, its manifest, and that manifest's two keys."""
    if name == "legacy":
        folder = f"{period.first:%Y%m%d}-{period.next.first:%Y%m%d}"
        return folder, f"{folder}/daybook-Manifest.json", ("assemblyId", "reportKeys")
    folder = f"BILLING_PERIOD={period}"
    manifest = f"metadata/{folder}/daybook-Manifest.json"
    return f"data/{folder}", manifest, ("executionId", "dataFiles")


def _identity(parts: list[Path]) -> str:
    names = "".join(f"{part.name}:{part.stat().st_size};" for part in parts)
    return f"loose-{hashlib.sha256(names.encode()).hexdigest()[:16]}"


def _by_period(files: list[Path], source: SourceFormat, folder: Path) -> dict[Period, list[Path]]:
    periods: dict[Period, dict[Path, Path]] = {}
    for number, file in enumerate(files):
        try:
            for period, part in _parts(file, source, folder / str(number)):
                periods.setdefault(period, {})[file] = part
        except duckdb.Error as error:
            raise unreadable(file, error) from None
    for period, parts in periods.items():
        _refuse_several_folders(period, parts)
        refuse_shared_lines(source, period, parts, folder)
    return {period: list(parts.values()) for period, parts in periods.items()}


def _refuse_several_folders(period: Period, files: Iterable[Path]) -> None:
    places = sorted({file.parent for file in files})
    if len(places) > 1:
        problem = f"files of {period} lie in several folders: {', '.join(map(str, places))}"
        raise InputError(places[0], problem, "Point --source at the one that counts")


def _parts(file: Path, source: SourceFormat, folder: Path) -> Iterator[tuple[Period, Path]]:
    """Yield the file for its billing period, or a part of it for each that it holds."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        relation = read_files(db, source, [file])
        month = _month(file, relation, source)
        found = relation.aggregate(f"{month} AS month").order("month NULLS LAST").fetchall()
        months = [row[0] for row in found if row[0]]
        if not months:
            raise InputError(file, "has no line with a date", "Choose a file that has lines")
        if len(months) == 1:
            yield Period.parse(months[0]), file
            return
        folder.mkdir()
        for name in months:
            part = folder / f"{file.name.split('.')[0]}-{name}.parquet"
            relation.filter(f"coalesce({month}, '{months[0]}') = '{name}'").to_parquet(str(part))
            yield Period.parse(name), part


def _month(file: Path, relation: duckdb.DuckDBPyRelation, source: SourceFormat) -> str:
    """Return the expression for a line's billing period, from the columns that there are."""
    columns = find_columns(file, columns_of(relation), source.period)
    dates = [
        f"CAST({typed(Column(found[0], TIMESTAMP), found)} AS TIMESTAMP)"
        for found in columns
        if found
    ]
    if not dates:
        raise InputError(
            file, f"has no column {source.period[-1]}", "State the --format that it has"
        )
    return f"strftime(coalesce({', '.join(dates)}), '%Y-%m')"
