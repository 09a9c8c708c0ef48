"""Manifests of the legacy Cost and Usage Report: which files are the report."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.layouts import LEGACY
from services.query.legacy_manifest import manifests_by_period, read_manifest
from services.query.manifest import Delivery
from shared.days import Period
from shared.errors import InputError
from tests.support.units.aio import in_loop

MARCH, APRIL = Period(2026, 3), Period(2026, 4)
FOLDER = "20260301-20260401"
MANIFEST = f"{FOLDER}/costs-Manifest.json"
WHEN = datetime(2026, 3, 17, 6, tzinfo=UTC)


START = "20260301T000000.000Z"


def body(*keys: str, assembly: str = "0f1e", report: str = "costs", start: str = START) -> bytes:
    period = {"start": start, "end": "20260401T000000.000Z"}
    return json.dumps(
        {
            "assemblyId": assembly,
            "reportName": report,
            "billingPeriod": period,
            "reportKeys": list(keys),
        }
    ).encode()


def delivery(*keys: str, report: str = "costs") -> Delivery:
    return read_manifest(MARCH, MANIFEST, body(*keys, report=report), WHEN)


def test_the_manifest_beside_the_assemblies_counts() -> None:
    paths = [
        f"{FOLDER}/0f1e/costs-Manifest.json",
        MANIFEST,
        f"{FOLDER}/9a8b/costs-Manifest.json",
        "20260401-20260501/costs-Manifest.json",
        "costs/year=2026/month=3/costs-00001.snappy.parquet",
        f"{FOLDER}/costs-create-table.sql",
    ]

    assert manifests_by_period(paths) == {
        MARCH: MANIFEST,
        APRIL: "20260401-20260501/costs-Manifest.json",
    }


def test_a_copy_in_an_assembly_alone_is_no_delivery() -> None:
    assert manifests_by_period([f"{FOLDER}/0f1e/costs-Manifest.json"]) == {}


def test_two_reports_in_one_folder_are_refused() -> None:
    with pytest.raises(InputError, match=r"20260301-20260401: two exports .*one-M.*two-M"):
        manifests_by_period([f"{FOLDER}/one-Manifest.json", f"{FOLDER}/two-Manifest.json"])


@pytest.mark.parametrize("name", ["costs", "other"])
def test_two_reports_of_one_month_are_refused(name: str) -> None:
    paths = ["20260301-20260315/costs-Manifest.json", f"{FOLDER}/{name}-Manifest.json"]

    for order in (paths, paths[::-1]):
        with pytest.raises(InputError) as refused:
            manifests_by_period(order)

        assert str(refused.value) == (
            f"20260301-20260315 and {FOLDER}: two exports are of this billing period: "
            f"{', '.join(paths)}. Point the source at one export"
        )


def test_a_folder_of_an_impossible_month_is_named() -> None:
    with pytest.raises(InputError, match="2026-13 is not a billing period"):
        manifests_by_period(["20261301-20261401/costs-Manifest.json"])


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (f"cur/costs/{FOLDER}/costs-1.csv.gz", f"{FOLDER}/costs-1.csv.gz"),
        (f"cur/costs/{FOLDER}/0f1e/costs-1.csv.gz", f"{FOLDER}/0f1e/costs-1.csv.gz"),
        (f"{FOLDER}/0f1e/costs-1.csv.gz", f"{FOLDER}/0f1e/costs-1.csv.gz"),
        (
            "cur/costs/costs/year=2026/month=3/costs-1.snappy.parquet",
            "costs/year=2026/month=3/costs-1.snappy.parquet",
        ),
        (
            "costs/costs/year=2026/month=03/costs-1.snappy.parquet",
            "costs/year=2026/month=03/costs-1.snappy.parquet",
        ),
        (
            "my-costs/costs/year=2026/month=3/costs-1.snappy.parquet",
            "year=2026/month=3/costs-1.snappy.parquet",
        ),
    ],
)
def test_listed_keys_are_cut_down_to_the_reports_prefix(key: str, path: str) -> None:
    assert delivery(key).files == (path,)


def test_a_reports_name_is_no_pattern() -> None:
    key = "cur/c.st(s/c.st(s/year=2026/month=3/x"

    assert delivery(key, report="c.st(s").files == ("c.st(s/year=2026/month=3/x",)
    with pytest.raises(InputError, match="is of the export"):
        delivery(key, report="c.*")


OTHERS = [
    ("cur/costs/20260201-20260301/x", "is of the billing period 2026-02, the manifest of 2026-03"),
    ("20250301-20250401/x", "is of the billing period 2025-03"),
    ("cur/costs/costs/year=2026/month=2/x", "is of the billing period 2026-02"),
    ("cur/costs/costs/year=2026/month=02/x", "is of the billing period 2026-02"),
    ("cur/costs/costs/year=2025/month=3/x", "is of the billing period 2025-03"),
    ("cur/costs/costs/year=2026/month=13/x", "is of the billing period 2026-13"),
    (f"cur/other/{FOLDER}/x", "is of the export other, the manifest of costs"),
    ("cur/costs/other/year=2026/month=3/x", "is of the export other"),
    (f"elsewhere/costs/{FOLDER}/x", "lies elsewhere than"),
    ("elsewhere/costs/costs/year=2026/month=3/x", "lies elsewhere than"),
    (f"cur/costs/{FOLDER}/9a8b/x", "is of the delivery 9a8b, the manifest of 0f1e"),
]


@pytest.mark.parametrize(("key", "problem"), OTHERS)
def test_a_file_of_another_period_report_or_delivery_is_refused(key: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        delivery(f"cur/costs/{FOLDER}/0f1e/ok.csv.gz", key)

    text = str(refused.value)
    assert text.startswith(f"{MANIFEST}, reportKeys: {key!r} {problem}")
    assert "copy its manifest of 2026-03 there again" in text


def test_without_a_reports_name_the_manifests_own_name_tells_it() -> None:
    text = json.dumps({"assemblyId": "a", "reportKeys": [f"cur/other/{FOLDER}/x"]}).encode()

    with pytest.raises(InputError, match="is of the export other, the manifest of costs"):
        read_manifest(MARCH, MANIFEST, text, WHEN)


@pytest.mark.parametrize("start", ["20260301T000000.000Z", "2026-03-01T00:00:00Z"])
def test_a_manifest_may_say_its_period_in_either_spelling(start: str) -> None:
    text = body(f"{FOLDER}/x", start=start)

    assert read_manifest(MARCH, MANIFEST, text, WHEN).period == MARCH


@pytest.mark.parametrize("start", ["20260201T000000.000Z", "2025-03-01T00:00:00Z", ""])
def test_a_manifest_of_another_period_in_the_periods_folder_is_refused(start: str) -> None:
    with pytest.raises(InputError) as refused:
        read_manifest(MARCH, MANIFEST, body(f"{FOLDER}/x", start=start), WHEN)

    assert str(refused.value).startswith(f"{MANIFEST}, billingPeriod.start: {start!r} is not of")
    assert "Copy the manifest of 2026-03 again" in str(refused.value)


@pytest.mark.parametrize(
    "key", ["elsewhere/x.csv", f"cur/{FOLDER}/../../x.csv", "year=2026/month=3/../../x", ""]
)
def test_a_key_outside_the_report_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=r"costs-Manifest\.json, reportKeys: "):
        delivery(key)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b"not json", ""),
        (b"{}", "assemblyId"),
        (b'{"assemblyId": "a"}', "reportKeys"),
        (b'{"assemblyId": "a", "reportKeys": []}', "reportKeys"),
    ],
)
def test_what_is_no_manifest_is_refused_with_file_and_field(text: bytes, where: str) -> None:
    with pytest.raises(InputError) as refused:
        read_manifest(MARCH, "m.json", text, WHEN)

    assert str(refused.value).startswith(f"m.json, {where}: is not" if where else "m.json: is not")


def test_the_assembly_and_the_time_are_the_version() -> None:
    assert delivery(f"{FOLDER}/x").version == "20260317T060000.000000Z/0f1e"


@in_loop
async def test_a_folder_with_leftovers_gives_only_what_the_manifest_lists(tmp_path: Path) -> None:
    data = tmp_path / FOLDER / "0f1e"
    data.mkdir(parents=True)
    for name in ("costs-1.csv.gz", "costs-2.csv.gz", "stale.csv.gz"):
        (data / name).write_bytes(b"")
    listed = [f"cur/costs/{FOLDER}/0f1e/costs-{n}.csv.gz" for n in (1, 2)]
    (tmp_path / MANIFEST).write_bytes(body(*listed))
    export = Export(FolderExportStore(tmp_path), LEGACY)

    found = await export.delivery(MARCH)

    assert found
    assert list(await export.periods()) == [MARCH]
    assert await export.delivery(APRIL) is None
    assert [path.name for path in await export.fetch(found, tmp_path)] == [
        "costs-1.csv.gz",
        "costs-2.csv.gz",
    ]
