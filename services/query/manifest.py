"""Data Exports manifests: which files are the export, and which delivery they belong to.

Layout of CUR 2.0 and FOCUS exports (AWS Data Exports User Guide, "Understanding export
delivery"): data under `data/BILLING_PERIOD=YYYY-MM/`, manifests under
`metadata/BILLING_PERIOD=YYYY-MM/`. The manifest is written after all data files, and only the
files it lists are the export: a folder may also hold files of earlier deliveries.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from services.query.listed import Listed, Lists
from shared.days import Period
from shared.errors import InputError

STAMP = "%Y%m%dT%H%M%S.%fZ"
"""Moments (UTC) as text that sorts by time."""
NOTES = "daybookNotes"
"""Where a manifest that Daybook wrote itself, for files that came without one, says so."""
METADATA = "metadata/BILLING_PERIOD="
Folders = dict[str, str]
"""The folder of the billing period that a manifest lies below, by the manifest's path."""
Body = TypeVar("Body", bound=BaseModel)
_FOLDER = r"(?i:BILLING_PERIOD)="
_DATA_PATH = re.compile(rf"^(.*/)?(data/{_FOLDER}(\d{{4}}-\d{{2}})/(?:([^/]+)/)?.+)$")
_EXECUTION = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z-(.+)")
"""A delivery's folder, where they are kept: its time and its execution's id."""
_NAME = re.compile(r"(?:^|/)([^/]+)-Manifest\.json$")
_MANIFEST = re.compile(rf"(metadata/{_FOLDER}(\d{{4}}-\d{{2}}))/(?:([^/]+)/)?[^/]*Manifest\.json$")


class _ManifestBody(BaseModel):
    execution_id: str = Field(alias="executionId", min_length=1)
    data_files: tuple[str, ...] = Field(alias="dataFiles", min_length=1)
    notes: tuple[str, ...] = Field(default=(), alias=NOTES)


@dataclass(frozen=True)
class Delivery:
    """One delivery of a billing period: its files, relative to the export's root."""

    period: Period
    manifest: str
    execution_id: str
    delivered_at: datetime
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """A text that sorts later for a later delivery."""
        return f"{self.delivered_at.astimezone(UTC):{STAMP}}/{self.execution_id}"


def prefixes(period: Period | None) -> tuple[str, ...]:
    """Return where the manifests of a period, or of all, are; exports of FOCUS use lower case."""
    return tuple(
        f"metadata/{folder}={f'{period}/' if period else ''}"
        for folder in ("BILLING_PERIOD", "billing_period")
    )


def manifests_by_period(paths: Iterable[str]) -> dict[Period, str]:
    """Choose each period's manifest among paths relative to the export's root.

    "Overwrite" exports have one beside the period's folder; "create new" exports also keep one
    per execution in a folder named by its time, of which the newest counts if there is no other.
    Raises InputError when a period has two manifests of the same rank.
    """
    top: dict[Period, Folders] = {}
    nested: dict[Period, Folders] = {}
    for path in paths:
        if found := _MANIFEST.search(path):
            rank = nested if found[3] else top
            rank.setdefault(_period(path, found[2]), {})[path] = found[1]
    for several in (*top.values(), *nested.values()):
        refuse_two_exports(several)
    # Of one rank, one name and one folder, those beside the folder are one.
    return {period: max(several) for period, several in (nested | top).items()}


def _period(path: str, text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        problem = f"{text} is not a billing period"
        raise InputError(path, problem, "Name the folder BILLING_PERIOD=YYYY-MM") from None


def refuse_two_exports(manifests: Folders) -> None:
    """Raise InputError for two exports of a period: else one of them would pass unseen.

    One export's manifests all have its name, and lie below one folder.
    """
    folders = sorted(set(manifests.values()))
    names = {path.rpartition("/")[2] for path in manifests}
    if len(folders) > 1 or len(names) > 1:
        what = "share this folder" if len(folders) == 1 else "are of this billing period"
        raise InputError(
            " and ".join(folders),
            f"two exports {what}: {', '.join(sorted(manifests))}",
            "Point the source at one export",
        )


def read_manifest(period: Period, path: str, body: bytes, delivered_at: datetime) -> Delivery:
    """Read a manifest; raise InputError when it is not one, or lists files that are not its own."""
    manifest = parsed(_ManifestBody, body, path, "a Data Exports manifest")
    lists = Lists(path, "dataFiles", period, export_name(path), manifest.execution_id)
    files = lists.own([_listed(path, uri) for uri in manifest.data_files])
    return Delivery(period, path, manifest.execution_id, delivered_at, files, manifest.notes)


def export_name(manifest: str) -> str:
    """Return the export's name as its manifest's tells it: `<export>-Manifest.json`, or nothing."""
    found = _NAME.search(manifest)
    return found[1] if found else ""


def parsed(model: type[Body], body: bytes, path: str, what: str) -> Body:
    """Read a manifest's JSON; raise InputError that names the field when it is not `what`."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise InputError(
            path,
            f"is not {what}: {problem['msg']}",
            "Copy the manifest again from where AWS delivered it",
            where=".".join(str(part) for part in problem["loc"]),
        ) from None


def _listed(manifest: str, uri: str) -> Listed:
    """Cut a listed file's location down to `data/BILLING_PERIOD=…/file`: buckets may differ."""
    found = _DATA_PATH.search(uri)
    if not found or climbs(uri):
        raise InputError(
            manifest,
            f"{uri!r} is not below data/BILLING_PERIOD=YYYY-MM/",
            "Use the manifest as AWS Data Exports wrote it",
            where="dataFiles",
        )
    root, path, period, folder = found.groups(default="")
    execution = _EXECUTION.fullmatch(folder)
    return Listed(uri, root, period, execution[1] if execution else "", path)


def climbs(location: str) -> bool:
    """Say whether a location leads out of the folder that it begins in."""
    return ".." in location.split("/")
