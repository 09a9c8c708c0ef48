"""Manifests: which files are the export, and which delivery they belong to."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.manifest import Delivery, manifests_by_period, read_manifest
from shared.days import Period
from shared.errors import InputError
from tests.support.units.aio import in_loop
from tests.support.units.exports import manifest, write_export

MARCH = Period(2026, 3)
FOLDER = "metadata/BILLING_PERIOD=2026-03"
DATA = "data/BILLING_PERIOD=2026-03"
WHEN = datetime(2026, 3, 17, 6, tzinfo=UTC)


def delivery(*uris: str) -> Delivery:
    return read_manifest(MARCH, f"{FOLDER}/cur-Manifest.json", manifest(*uris), WHEN)


def test_an_export_that_is_overwritten_has_one_manifest_per_period() -> None:
    paths = [f"{FOLDER}/cur-Manifest.json", "metadata/BILLING_PERIOD=2026-02/cur-Manifest.json"]

    assert manifests_by_period(paths) == {Period(2026, 2): paths[1], MARCH: paths[0]}


def test_of_an_export_that_is_created_anew_the_newest_manifest_counts() -> None:
    older, newer = (f"{FOLDER}/2026031{n}T06/cur-Manifest.json" for n in (6, 7))

    assert manifests_by_period([newer, older]) == {MARCH: newer}


def test_the_manifest_beside_the_folders_counts_before_those_inside() -> None:
    top, inside = f"{FOLDER}/cur-Manifest.json", f"{FOLDER}/20260317T06/cur-Manifest.json"

    assert manifests_by_period([inside, top]) == {MARCH: top}


def test_files_that_are_no_manifest_are_passed_over() -> None:
    paths = [f"{FOLDER}/cur-create-table.sql", f"{DATA}/x-Manifest.json", ".DS_Store"]

    assert manifests_by_period(paths) == {}


def test_two_exports_in_one_folder_are_refused() -> None:
    paths = [f"{FOLDER}/one-Manifest.json", f"{FOLDER}/two-Manifest.json"]

    with pytest.raises(InputError, match=r"2026-03: two exports .*one-Manifest.*two-Manifest"):
        manifests_by_period(paths)


def test_two_exports_that_are_created_anew_in_one_folder_are_refused() -> None:
    paths = [f"{FOLDER}/20260316T06/one-Manifest.json", f"{FOLDER}/20260317T06/two-Manifest.json"]

    with pytest.raises(InputError, match="two exports"):
        manifests_by_period(paths)


@pytest.mark.parametrize("inside", ["", "20260317T06/"])
def test_two_folders_of_one_month_are_refused(inside: str) -> None:
    """An S3 bucket and Linux tell them apart: one of the exports would pass unseen."""
    paths = [
        f"{FOLDER}/{inside}cur-Manifest.json",
        f"metadata/billing_period=2026-03/{inside}cur-Manifest.json",
    ]

    for order in (paths, paths[::-1]):
        with pytest.raises(InputError) as refused:
            manifests_by_period(order)

        assert str(refused.value) == (
            f"{FOLDER} and metadata/billing_period=2026-03: two exports are of this billing "
            f"period: {', '.join(paths)}. Point the source at one export"
        )


def test_a_folder_of_an_impossible_month_is_not_a_crash() -> None:
    with pytest.raises(InputError):
        manifests_by_period(["metadata/BILLING_PERIOD=2026-13/cur-Manifest.json"])


@pytest.mark.parametrize("prefix", ["s3://bucket/", "s3://bucket/deep/cur/", "", "/cur/"])
def test_listed_files_are_cut_down_to_the_exports_root(prefix: str) -> None:
    assert delivery(f"{prefix}{DATA}/part-1.parquet").files == (f"{DATA}/part-1.parquet",)


def test_a_listed_file_outside_the_data_folder_is_refused() -> None:
    with pytest.raises(InputError, match=r"cur-Manifest\.json, dataFiles: 's3://b/x\.parquet'"):
        delivery(f"s3://b/{DATA}/ok.parquet", "s3://b/x.parquet")


@pytest.mark.parametrize("escape", ["../../../etc/passwd", "a/../../../../x", ".."])
def test_a_listed_file_cannot_climb_out_of_the_export(escape: str) -> None:
    with pytest.raises(InputError, match="dataFiles"):
        delivery(f"s3://b/{DATA}/{escape}")


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("s3://b/cur/data/BILLING_PERIOD=2026-02/x", "is of the billing period 2026-02, the man"),
        ("data/BILLING_PERIOD=2026-04/x", "is of the billing period 2026-04, the manifest of 2026"),
        ("s3://b/cur/data/billing_period=2025-03/x", "is of the billing period 2025-03"),
        (f"{DATA}/data/BILLING_PERIOD=2026-02/x", "is of the billing period 2026-02"),
        (f"s3://b/other/{DATA}/x", "is of the export other, the manifest of cur"),
        (f"s3://c/cur/{DATA}/x", f"lies elsewhere than 's3://b/cur/{DATA}/ok.parquet'"),
        (f"s3://b/deep/cur/{DATA}/x", "lies elsewhere than 's3://b/cur/"),
        (f"s3://b/cur/{DATA}/2026-03-09T06:12:09.101Z-e-2/x", "is of the delivery e-2, the mani"),
    ],
)
def test_a_file_of_another_period_export_or_delivery_is_refused(uri: str, problem: str) -> None:
    good = f"s3://b/cur/{DATA}/ok.parquet"

    with pytest.raises(InputError) as refused:
        delivery(good, uri)

    text = str(refused.value)
    assert text.startswith(f"{FOLDER}/cur-Manifest.json, dataFiles: {uri!r} {problem}")
    assert "copy its manifest of 2026-03 there again" in text


def test_the_files_of_a_kept_delivery_lie_in_its_own_folder() -> None:
    uri = f"s3://b/cur/{DATA}/2026-03-09T06:12:09.101Z-execution-1/x.parquet"

    assert delivery(uri).files == (uri.removeprefix("s3://b/cur/"),)


@pytest.mark.parametrize("folder", ["BILLING_PERIOD", "billing_period"])
def test_a_folder_in_either_case_is_the_periods(folder: str) -> None:
    assert delivery(f"s3://b/cur/data/{folder}=2026-03/x").files == (f"data/{folder}=2026-03/x",)


def test_a_file_that_is_listed_twice_is_read_once() -> None:
    assert delivery(f"s3://b/{DATA}/x", f"s3://b/{DATA}/x").files == (f"{DATA}/x",)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"not json", ""),
        (b"\xff\xfe", ""),
        (b"[]", ""),
        (b"{}", "executionId"),
        (b'{"executionId": "", "dataFiles": ["x"]}', "executionId"),
        (b'{"executionId": "e"}', "dataFiles"),
        (b'{"executionId": "e", "dataFiles": []}', "dataFiles"),
        (b'{"executionId": "e", "dataFiles": [7]}', "dataFiles.0"),
    ],
)
def test_what_is_no_manifest_is_refused_with_file_field_and_remedy(body: bytes, where: str) -> None:
    with pytest.raises(InputError) as refused:
        read_manifest(MARCH, "m.json", body, WHEN)

    assert str(refused.value).startswith(f"m.json, {where}: is not" if where else "m.json: is not")
    assert "Copy the manifest again" in str(refused.value)


def test_unknown_fields_of_a_manifest_are_passed_over() -> None:
    body = json.dumps({"executionId": "e", "dataFiles": [f"s3://b/{DATA}/x"], "columns": [1]})

    assert read_manifest(MARCH, "m.json", body.encode(), WHEN).execution_id == "e"


def test_the_version_of_a_later_delivery_sorts_later_whatever_its_time_zone() -> None:
    earlier = Delivery(MARCH, "m", "z", WHEN, ())
    tokyo = timezone(timedelta(hours=9))
    later = Delivery(MARCH, "m", "a", (WHEN + timedelta(microseconds=1)).astimezone(tokyo), ())

    assert earlier.version < later.version


@in_loop
async def test_an_export_without_the_period_has_no_delivery(tmp_path: Path) -> None:
    write_export(tmp_path, "2026-03", part_parquet=b"")
    export = Export(FolderExportStore(tmp_path))

    assert await export.delivery(Period(2026, 4)) is None
    assert list(await export.periods()) == [MARCH]


@in_loop
async def test_a_listed_file_may_lie_there_decompressed(tmp_path: Path) -> None:
    write_export(tmp_path, part_csv_gz=b"")
    folder = tmp_path / DATA
    (folder / "part.csv.gz").rename(folder / "part.csv")
    export = Export(FolderExportStore(tmp_path))
    found = await export.delivery(MARCH)
    assert found

    assert await export.fetch(found, tmp_path / "elsewhere") == [folder / "part.csv"]


@in_loop
async def test_a_listed_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_export(tmp_path, part_parquet=b"")
    (tmp_path / DATA / "part.parquet").unlink()
    export = Export(FolderExportStore(tmp_path))
    found = await export.delivery(MARCH)
    assert found

    with pytest.raises(InputError, match=r"part\.parquet: is listed in the manifest but"):
        await export.fetch(found, tmp_path)
