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

from services.query.listed import Listed, Lists
from services.query.manifest import (
    NOTES,
    Delivery,
    Folders,
    climbs,
    export_name,
    parsed,
    refuse_two_exports,
)
from shared.days import Period
from shared.errors import InputError

_MANIFEST = re.compile(r"^((\d{4})(\d{2})01-\d{8})/[^/]+-Manifest\.json$")
_PARTITION = re.compile(r"^(.*/)?(year=(\d{4})/month=(\d{1,2})/.+)$")
_BESIDE = re.compile(r"^(.*/)?((\d{8}-\d{8})/(?:([^/]+)/)?.+)$")


class _BillingPeriod(BaseModel):
    start: str


class _ManifestBody(BaseModel):
    assembly_id: str = Field(alias="assemblyId", min_length=1)
    report_keys: tuple[str, ...] = Field(alias="reportKeys", min_length=1)
    report_name: str = Field(default="", alias="reportName")
    billing_period: _BillingPeriod | None = Field(default=None, alias="billingPeriod")
    notes: tuple[str, ...] = Field(default=(), alias=NOTES)


def prefixes(period: Period | None) -> tuple[str, ...]:
    """Return where the manifests of a period, or of all, are."""
    return (f"{period.first:%Y%m%d}-" if period else "",)


def manifests_by_period(paths: Iterable[str]) -> dict[Period, str]:
    """Choose each period's manifest among paths relative to the report's prefix.

    Raises InputError when a period has the manifests of two reports.
    """
    found: dict[Period, Folders] = {}
    for path in paths:
        if match := _MANIFEST.search(path):
            found.setdefault(_period(path, match[2], match[3]), {})[path] = match[1]
    for manifests in found.values():
        refuse_two_exports(manifests)
    return {period: path for period, (path,) in found.items()}


def _period(path: str, year: str, month: str) -> Period:
    try:
        return Period.parse(f"{year}-{month}")
    except ValueError:
        problem = f"{year}-{month} is not a billing period"
        raise InputError(path, problem, "Name the folder YYYYMM01-YYYYMM01") from None


def read_manifest(period: Period, path: str, body: bytes, delivered_at: datetime) -> Delivery:
    """Read a manifest; raise InputError when it is not one, or lists files that are not its own."""
    manifest = parsed(_ManifestBody, body, path, "the manifest of a Cost and Usage Report")
    _require_period(path, period, manifest)
    report = manifest.report_name or export_name(path)
    lists = Lists(path, "reportKeys", period, report, manifest.assembly_id)
    files = lists.own([_listed(path, key, report) for key in manifest.report_keys])
    return Delivery(period, path, manifest.assembly_id, delivered_at, files, manifest.notes)


def _require_period(path: str, period: Period, manifest: _ManifestBody) -> None:
    """Raise InputError for a manifest that says that it is of another month than its folder's."""
    said = manifest.billing_period
    if said and not re.sub(r"\D", "", said.start).startswith(f"{period.first:%Y%m}"):
        raise InputError(
            path,
            f"{said.start!r} is not of {period}, whose folder it lies in",
            f"Copy the manifest of {period} again from where AWS delivered it",
            where="billingPeriod.start",
        )


def _listed(manifest: str, key: str, report: str) -> Listed:
    """Cut a listed key down to what is below the report's prefix: buckets may differ."""
    found = None if climbs(key) else _beside(key) or _partition(key, report)
    if found is None:
        raise InputError(
            manifest,
            f"{key!r} is neither below yyyymmdd-yyyymmdd/ nor below year=yyyy/month=m/",
            "Use the manifest as AWS wrote it",
            where="reportKeys",
        )
    return found


def _beside(key: str) -> Listed | None:
    if found := _BESIDE.search(key):
        root, path, dates, assembly = found.groups(default="")
        return Listed(key, root, f"{dates[:4]}-{dates[4:6]}", assembly, path)
    return None


def _partition(key: str, report: str) -> Listed | None:
    found = _PARTITION.search(key)
    if found is None:
        return None
    root, path, year, month = found.groups(default="")
    # With the Athena integration the report's name is in the key twice: once of its prefix.
    if f"/{root}".endswith(f"/{report}/{report}/"):
        root, path = root.removesuffix(f"{report}/"), f"{report}/{path}"
    return Listed(key, root, f"{year}-{int(month):02}", "", path)
