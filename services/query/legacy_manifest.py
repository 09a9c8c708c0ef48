"""Manifests of the legacy Cost and Usage Report.

Layout (AWS Cost and Usage Reports User Guide, "Understanding your report versions"): a report's
prefix holds one folder per billing period, `20260301-20260401/`, with `<report>-Manifest.json`.
The files that it lists are beside it, or in a folder named by the delivery's `assemblyId`, or,
with the Athena integration, below `<report>/year=2026/month=3/`. A copy of the manifest lies in
each assembly's folder; ids do not sort by time, so only the one beside the folders counts.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, Field

from services.query.manifest import NOTES, Delivery, climbs, parsed, refuse_two_exports
from shared.days import Period
from shared.errors import InputError

_MANIFEST = re.compile(r"^((\d{4})(\d{2})01-\d{8})/[^/]+-Manifest\.json$")
_PARTITION = re.compile(r"(?:^|/)(year=\d{4}/month=\d{1,2}/.+)$")
_BESIDE = re.compile(r"(?:^|/)(\d{8}-\d{8}/.+)$")


class _ManifestBody(BaseModel):
    assembly_id: str = Field(alias="assemblyId", min_length=1)
    report_keys: tuple[str, ...] = Field(alias="reportKeys", min_length=1)
    report_name: str = Field(default="", alias="reportName")
    notes: tuple[str, ...] = Field(default=(), alias=NOTES)


def prefixes(period: Period | None) -> tuple[str, ...]:
    """Return where the manifests of a period, or of all, are."""
    return (f"{period.first:%Y%m%d}-" if period else "",)


def manifests_by_period(paths: Iterable[str]) -> dict[Period, str]:
    """Choose each period's manifest among paths relative to the report's prefix.

    Raises InputError when a period has the manifests of two reports.
    """
    found: dict[str, list[str]] = {}
    periods: dict[str, Period] = {}
    for path in paths:
        if match := _MANIFEST.search(path):
            found.setdefault(match[1], []).append(path)
            periods[match[1]] = _period(path, match[2], match[3])
    for folder, manifests in found.items():
        refuse_two_exports(folder, manifests)
    return {periods[folder]: manifests[0] for folder, manifests in found.items()}


def _period(path: str, year: str, month: str) -> Period:
    try:
        return Period.parse(f"{year}-{month}")
    except ValueError:
        problem = f"{year}-{month} is not a billing period"
        raise InputError(path, problem, "Name the folder YYYYMM01-YYYYMM01") from None


def read_manifest(period: Period, path: str, body: bytes, delivered_at: datetime) -> Delivery:
    """Read a manifest; raise InputError when it is not one."""
    manifest = parsed(_ManifestBody, body, path, "the manifest of a Cost and Usage Report")
    keys = manifest.report_keys
    files = tuple(dict.fromkeys(_relative(path, key, manifest.report_name) for key in keys))
    return Delivery(period, path, manifest.assembly_id, delivered_at, files, manifest.notes)


def _relative(manifest: str, key: str, report: str) -> str:
    """Cut a listed key down to what is below the report's prefix: buckets may differ."""
    # With the Athena integration the report's name is in the key twice: once of its prefix.
    twice = f"/{report}/{report}/year=" in f"/{key}"
    found = _BESIDE.search(key) or _PARTITION.search(key)
    if not found or climbs(key):
        raise InputError(
            manifest,
            f"{key!r} is neither below yyyymmdd-yyyymmdd/ nor below year=yyyy/month=m/",
            "Use the manifest as AWS wrote it",
            where="reportKeys",
        )
    return f"{report}/{found[1]}" if twice else found[1]
