"""How the formats lay out their manifests: the `layout` that a source's `.sql` file names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.query import legacy_manifest, manifest
from services.query.manifest import Delivery
from shared.days import Period


@dataclass(frozen=True)
class Layout:
    """Where manifests are, which of them counts for a period, and what one says."""

    prefixes: Callable[[Period | None], tuple[str, ...]]
    manifests_by_period: Callable[[Iterable[str]], Mapping[Period, str]]
    read: Callable[[Period, str, bytes, datetime], Delivery]
    example: str


DATA_EXPORTS = Layout(
    manifest.prefixes,
    manifest.manifests_by_period,
    manifest.read_manifest,
    "metadata/BILLING_PERIOD=YYYY-MM/…-Manifest.json",
)
LEGACY = Layout(
    legacy_manifest.prefixes,
    legacy_manifest.manifests_by_period,
    legacy_manifest.read_manifest,
    "yyyymmdd-yyyymmdd/…-Manifest.json",
)
LAYOUTS = {"data-exports": DATA_EXPORTS, "legacy": LEGACY}
