"""The files that a manifest lists must be its own: of its period, its export and its delivery.

A manifest that was copied into the wrong folder, or edited by hand, lists files that lie where such
files should lie, and their lines would be booked in a month or an export that is not theirs. The
paths tell, since AWS writes the export's name, the period and, where deliveries are kept, the
delivery's id into them (docs/decisions/0040-a-manifest-lists-its-own-files.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.days import Period
from shared.errors import InputError


@dataclass(frozen=True)
class Listed:
    """A listed file, by the parts of its location; a part that it does not have is empty.

    `root` is what its export's folders lie in; `period` is as its folder says it, where it says one
    that is none; `path` is relative to the export's root.
    """

    uri: str
    root: str
    period: str
    delivery: str
    path: str

    @property
    def export(self) -> str:
        """The export's name, which is its folder's; empty for a bucket's root."""
        _, _, folders = self.root.rpartition("://")
        bucket = "" if folders == self.root else folders.partition("/")[0]
        return folders.removeprefix(bucket).rstrip("/").rpartition("/")[2]


@dataclass(frozen=True)
class Lists:
    """A manifest and what it says of itself; `field` lists the files, `export` may be unknown."""

    manifest: str
    field: str
    period: Period
    export: str
    delivery: str

    def own(self, files: Sequence[Listed]) -> tuple[str, ...]:
        """Return the files' paths, each once; raise InputError for one that is not its own."""
        for file in files:
            self._require("billing period", file, file.period, str(self.period))
            self._require("export", file, file.export, self.export)
            self._require("delivery", file, file.delivery, self.delivery)
            if file.root != files[0].root:
                raise self._refusal(f"{file.uri!r} lies elsewhere than {files[0].uri!r}")
        return tuple(dict.fromkeys(file.path for file in files))

    def _require(self, what: str, file: Listed, found: str, own: str) -> None:
        if found and own and found != own:
            raise self._refusal(f"{file.uri!r} is of the {what} {found}, the manifest of {own}")

    def _refusal(self, problem: str) -> InputError:
        return InputError(
            self.manifest,
            problem,
            f"Point the source at one export, and copy its manifest of {self.period} there again "
            "from where AWS delivered it",
            where=self.field,
        )
