"""The same export in a bucket and in a folder is the same export."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.query.export import Export, ExportStore
from services.query.folder import FolderExportStore
from services.query.manifest import METADATA, Delivery
from services.query.s3 import S3ExportStore
from shared.aws import clients
from shared.days import Period
from shared.errors import InputError
from tests.support.cloud import Cloud
from tests.support.exports import example
from tests.support.looped import Loop

BUCKET = "billing"
MAY, JUNE, JULY = Period(2026, 5), Period(2026, 6), Period(2026, 7)
STALE = "data/BILLING_PERIOD=2026-06/daybook-example-00009.snappy.parquet"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the example with the litter that real export folders hold."""
    root = example(tmp_path_factory.mktemp("example")).source
    (root / STALE).write_bytes(b"left over from an earlier delivery")
    (root / "metadata/notes.txt").write_text("not a manifest", encoding="utf-8")
    nested = root / "metadata/BILLING_PERIOD=2026-06/20260601T000000Z"
    nested.mkdir()
    (nested / "daybook-example-Manifest.json").write_text("{}", encoding="utf-8")
    return root


@pytest.fixture(params=["folder", "s3://billing/cur2/export", "s3://billing/cur2/", "s3://billing"])
def store(request: pytest.FixtureRequest, loop: Loop, source: Path) -> ExportStore:
    location: str = request.param
    if location == "folder":
        return FolderExportStore(source)
    upload(request.getfixturevalue("cloud"), source, location)
    (client,) = loop.enter(clients("s3"))
    return S3ExportStore(client, location)


def upload(cloud: Cloud, source: Path, location: str) -> None:
    s3, prefix = cloud.client("s3"), location.removeprefix("s3://billing").strip("/")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="cur2-of-others/metadata/x-Manifest.json", Body=b"{}")
    for file in (file for file in source.rglob("*") if file.is_file()):
        key = f"{prefix}/{file.relative_to(source).as_posix()}".lstrip("/")
        s3.put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())


def delivery_of(loop: Loop, store: ExportStore, period: Period) -> Delivery:
    delivery = loop(Export(store).delivery(period))
    assert delivery
    return delivery


def test_the_periods_are_those_with_a_manifest(loop: Loop, store: ExportStore) -> None:
    assert loop(Export(store).periods()) == {
        period: f"{METADATA}{period}/daybook-example-Manifest.json" for period in (MAY, JUNE)
    }


@pytest.mark.parametrize("period", [MAY, JUNE], ids=str)
def test_a_delivery_is_what_its_manifest_lists(
    loop: Loop, store: ExportStore, source: Path, period: Period
) -> None:
    path = f"{METADATA}{period}/daybook-example-Manifest.json"
    manifest = json.loads((source / path).read_bytes())
    delivery = delivery_of(loop, store, period)

    assert (delivery.period, delivery.manifest) == (period, path)
    assert delivery.execution_id == manifest["executionId"]
    assert [f"/{file}" for file in delivery.files] == [
        uri[uri.index("/data/") :] for uri in manifest["dataFiles"]
    ]
    assert STALE not in delivery.files
    assert abs(datetime.now(UTC) - delivery.delivered_at) < timedelta(minutes=10)


def test_a_period_without_a_manifest_is_not_delivered(loop: Loop, store: ExportStore) -> None:
    assert loop(Export(store).delivery(JULY)) is None


def test_the_files_are_the_same_bytes(
    loop: Loop, store: ExportStore, source: Path, tmp_path: Path
) -> None:
    delivery = delivery_of(loop, store, MAY)
    fetched = loop(Export(store).fetch(delivery, tmp_path))

    assert len(fetched) == 2
    for file, path in zip(fetched, delivery.files, strict=True):
        assert file.name == Path(path).name
        assert file.read_bytes() == (source / path).read_bytes()


@pytest.mark.parametrize("size", [1, 8, 64 * 1024, 10**9])
def test_the_end_of_a_file_is_read(loop: Loop, store: ExportStore, source: Path, size: int) -> None:
    (path, *_) = delivery_of(loop, store, MAY).files

    assert loop(Export(store).tail(path, size)) == (source / path).read_bytes()[-size:]


def test_paths_are_those_that_begin_with_the_prefix(loop: Loop, store: ExportStore) -> None:
    for prefix in (METADATA, f"{METADATA}2026-05/", "data/BILLING_PERIOD=2026-0", "nothing/"):
        paths = [file.path for file in loop(store.files(prefix))]
        assert all(path.startswith(prefix) for path in paths), prefix
        assert paths == sorted(paths)


def test_a_listed_file_that_is_not_there_is_named(
    loop: Loop, store: ExportStore, tmp_path: Path
) -> None:
    path = "data/BILLING_PERIOD=2026-06/gone.snappy.parquet"
    with pytest.raises(InputError, match=r"gone\.snappy\.parquet: is listed .* but is not there"):
        loop(store.fetch(path, tmp_path))
    with pytest.raises(InputError, match=r"gone\.snappy\.parquet: is listed .* but is not there"):
        loop(store.tail(path, 8))


def test_a_manifest_that_is_none_is_named(loop: Loop, cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    key = f"{METADATA}2026-06/x-Manifest.json"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    (client,) = loop.enter(clients("s3"))

    with pytest.raises(InputError, match=r"x-Manifest\.json.*is not a Data Exports manifest"):
        loop(Export(S3ExportStore(client, f"s3://{BUCKET}")).delivery(JUNE))


def test_a_manifest_that_leads_out_of_the_export_is_refused(loop: Loop, cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    listed = "s3://x/data/BILLING_PERIOD=2026-06/../../../../../../tmp/escaped.parquet"
    manifest = json.dumps({"executionId": "1", "dataFiles": [listed]})
    s3.put_object(Bucket=BUCKET, Key=f"{METADATA}2026-06/x-Manifest.json", Body=manifest)
    (client,) = loop.enter(clients("s3"))

    with pytest.raises(InputError, match="dataFiles"):
        loop(Export(S3ExportStore(client, f"s3://{BUCKET}")).delivery(JUNE))
