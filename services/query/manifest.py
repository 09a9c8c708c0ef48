"""Data Exports manifests: which files are the export, and which delivery they belong to.

Layout (AWS Data Exports User Guide, "Understanding export delivery"): data under
`data/BILLING_PERIOD=YYYY-MM/`, manifests under `metadata/BILLING_PERIOD=YYYY-MM/`. The manifest
is written after all data files, and only the files it lists are the export: a folder may also
hold files of earlier deliveries.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, Field, ValidationError

from shared.days import Period
from shared.errors import InputError

STAMP = "%Y%m%dT%H%M%S.%fZ"
"""Moments (UTC) as text that sorts by time."""
METADATA = "metadata/BILLING_PERIOD="
_DATA_PATH = re.compile(r"(?:^|/)(data/BILLING_PERIOD=\d{4}-\d{2}/.+)$")
_MANIFEST = re.compile(r"metadata/BILLING_PERIOD=(\d{4}-\d{2})/(?:([^/]+)/)?[^/]*Manifest\.json$")


class _ManifestBody(BaseModel):
    executionId: str = Field(min_length=1)  # noqa: N815 - the manifest's own spelling
    dataFiles: tuple[str, ...] = Field(min_length=1)  # noqa: N815 - the manifest's own spelling


@dataclass(frozen=True)
class Delivery:
    """One delivery of a billing period: its files, relative to the export's root."""

    period: Period
    manifest: str
    execution_id: str
    delivered_at: datetime
    files: tuple[str, ...]

    @property
    def version(self) -> str:
        """A text that sorts later for a later delivery."""
        return f"{self.delivered_at.astimezone(UTC):{STAMP}}/{self.execution_id}"


def manifests_by_period(paths: Iterable[str]) -> dict[Period, str]:
    """Choose each period's manifest among paths relative to the export's root.

    "Overwrite" exports have one beside the period's folder; "create new" exports also keep one
    per execution in a folder named by its time, of which the newest counts if there is no other.
    Raises InputError when a period has two manifests of the same rank.
    """
    top: dict[Period, list[str]] = {}
    nested: dict[Period, list[str]] = {}
    for path in paths:
        if found := _MANIFEST.search(path):
            rank = nested if found[2] else top
            rank.setdefault(_period(path, found[1]), []).append(path)
    for rank in (top, nested):
        for period, several in rank.items():
            _refuse_two_exports(period, several)
    newest = {period: max(several) for period, several in nested.items()}
    return newest | {period: several[0] for period, several in top.items()}


def _period(path: str, text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        problem = f"{text} is not a billing period"
        raise InputError(path, problem, "Name the folder BILLING_PERIOD=YYYY-MM") from None


def _refuse_two_exports(period: Period, manifests: list[str]) -> None:
    """An export's manifests all have its name, in whatever folder they lie."""
    if len({path.rpartition("/")[2] for path in manifests}) > 1:
        raise InputError(
            f"{METADATA}{period}",
            f"two exports share this folder: {', '.join(sorted(manifests))}",
            "Point the source at one export",
        )


def read_manifest(period: Period, path: str, body: bytes, delivered_at: datetime) -> Delivery:
    """Read a manifest; raise InputError when it is not one."""
    try:
        manifest = _ManifestBody.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise InputError(
            path,
            f"is not a Data Exports manifest: {problem['msg']}",
            "Copy the manifest again from the export's metadata/ folder",
            where=".".join(str(part) for part in problem["loc"]),
        ) from None
    files = tuple(dict.fromkeys(_relative(path, uri) for uri in manifest.dataFiles))
    return Delivery(period, path, manifest.executionId, delivered_at, files)


def _relative(manifest: str, uri: str) -> str:
    """Cut a listed file's location down to `data/BILLING_PERIOD=…/file`: buckets may differ."""
    found = _DATA_PATH.search(uri)
    if not found or ".." in uri.split("/"):
        raise InputError(
            manifest,
            f"{uri!r} is not below data/BILLING_PERIOD=YYYY-MM/",
            "Use the manifest as AWS Data Exports wrote it",
            where="dataFiles",
        )
    return found[1]
