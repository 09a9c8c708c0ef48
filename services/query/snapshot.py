"""The snapshot rule: what was read is one delivery, and not two halves of two.

AWS overwrites an export's files one after the other and its manifest last, several times a day,
and says nothing when it begins (AWS Cost and Usage Reports User Guide, "Querying Cost and Usage
Reports using Amazon Athena"). That the manifest is the same before and after a query is not
enough: a query may lie wholly inside a refresh. So the files must be the same, too, and none may
be newer than the manifest that lists it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.query.manifest import Delivery

DATA = (".parquet", ".csv", ".gz", ".zip")
LONG = timedelta(hours=6)
"""A refresh takes minutes. What is left alone for so long is no refresh any more."""


@dataclass(frozen=True)
class ExportFile:
    """A file of an export: `identity` changes with its content; `modified` is UTC."""

    path: str
    identity: str
    modified: datetime


@dataclass(frozen=True)
class Snapshot:
    """A delivery and the data files in its folders at one moment."""

    delivery: Delivery
    files: tuple[ExportFile, ...]

    @classmethod
    def of(cls, delivery: Delivery, found: Iterable[ExportFile]) -> "Snapshot":
        """Keep what is data."""
        return cls(delivery, tuple(file for file in found if file.path.endswith(DATA)))

    @property
    def strays(self) -> tuple[str, ...]:
        """The files that the manifest does not list: they are not read."""
        listed = set(self.delivery.files)
        return tuple(file.path for file in self.files if file.path not in listed)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the folder."""
        count = len(self.strays)
        if not count:
            return ()
        found, was = ("1 file lies", "was") if count == 1 else (f"{count} files lie", "were")
        where = "in the export's folder but not in its manifest"
        return (f"{found} {where}, and {was} not read.",)

    def being_refreshed(self, now: datetime) -> str | None:
        """Return a file that is newer than its manifest, for which it waits."""
        newer = self._newer()
        return newer[0].path if newer and not _left_alone(newer, now) else None

    def left_torn(self, now: datetime) -> str | None:
        """Return what is to be said of a file that has been newer than its manifest for hours.

        Whether a refresh broke off or somebody copied the manifest first, nothing here can tell:
        such files are never read.
        """
        newer = self._newer()
        if not newer or not _left_alone(newer, now):
            return None
        since = f"{newer[0].modified.astimezone(UTC):%d %b %H:%M} UTC"
        return (
            f"{newer[0].path} has been newer than its manifest since {since}: AWS's refresh broke "
            "off, or the export was copied with its manifest before its files; copy the manifest "
            "again, last"
        )

    def _newer(self) -> list[ExportFile]:
        # S3 tells the time of an object in seconds, and of a listed one sometimes in more.
        written = self.delivery.delivered_at.replace(microsecond=0)
        return [f for f in self.files if f.modified.replace(microsecond=0) > written]


def _left_alone(files: list[ExportFile], now: datetime) -> bool:
    return now - max(file.modified for file in files) > LONG


def folders_of(delivery: Delivery) -> tuple[str, ...]:
    """Return the folders that hold a delivery's files."""
    return tuple(sorted({f"{path.rpartition('/')[0]}/" for path in delivery.files}))
