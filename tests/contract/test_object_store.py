"""The object store port: the fake in memory and S3 keep the same promises."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from shared.aws import clients
from shared.errors import Conflict
from shared.memory import MemoryStore
from shared.ports import ObjectStore
from shared.s3 import S3Store
from tests.support.cloud import Cloud
from tests.support.looped import Loop

BUCKET = "contract"
METADATA = {"sha256": "ab" * 32, "source-version": "20260601T000000.000000Z/7 f", "rows": "0"}
AWKWARD = ("a b+c=d&e:f", "percent%20sign", "plus+", "é/ß", "year=2026/month=6/day=1/x.parquet")


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest, loop: Loop) -> ObjectStore:
    if request.param == "memory":
        return MemoryStore(BUCKET)
    cloud: Cloud = request.getfixturevalue("cloud")
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    (client,) = loop.enter(clients("s3"))
    return S3Store(client, BUCKET)


def etag_of(loop: Loop, store: ObjectStore, key: str) -> str:
    found = loop(store.head(key))
    assert found
    return found.etag


def body_of(loop: Loop, store: ObjectStore, key: str) -> bytes | None:
    found = loop(store.get(key))
    return found.body if found else None


def test_the_store_names_its_bucket(store: ObjectStore) -> None:
    assert store.bucket == BUCKET


def test_a_key_that_was_never_written_is_none(loop: Loop, store: ObjectStore) -> None:
    assert loop(store.get("missing")) is None
    assert loop(store.head("missing")) is None
    assert loop(store.list("missing")) == []


@pytest.mark.parametrize("body", [b"", b"\x00\xff\r\n", secrets.token_bytes(9 * 1024 * 1024)])
def test_what_was_put_is_read_back(loop: Loop, store: ObjectStore, body: bytes) -> None:
    loop(store.put("key", body, metadata=METADATA))
    found = loop(store.get("key"))

    assert found
    assert (found.key, found.body, found.metadata) == ("key", body, METADATA)


def test_get_head_and_list_agree_and_only_list_lacks_metadata(
    loop: Loop, store: ObjectStore
) -> None:
    loop(store.put("key", b"body", metadata=METADATA))
    got, head, (listed,) = loop(store.get("key")), loop(store.head("key")), loop(store.list("key"))

    assert got
    assert head
    assert {got.etag, head.etag, listed.etag} == {'"841a2d689ad86bd1611447453c22c6fc"'}
    assert (head.key, head.size, listed.key, listed.size) == ("key", 4, "key", 4)
    assert (head.metadata, listed.metadata) == (METADATA, {})


def test_an_object_without_metadata_has_none(loop: Loop, store: ObjectStore) -> None:
    loop(store.put("key", b"first", metadata=METADATA))
    loop(store.put("key", b"second"))
    found = loop(store.get("key"))

    assert found
    assert found.metadata == {}


def test_times_are_those_of_the_write_in_utc(loop: Loop, store: ObjectStore) -> None:
    loop(store.put("key", b"body"))
    got, head, (listed,) = loop(store.get("key")), loop(store.head("key")), loop(store.list("key"))

    assert got
    assert head
    for modified in (got.modified, head.modified, listed.modified):
        assert modified.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - modified) < timedelta(seconds=60)


@pytest.mark.parametrize("key", AWKWARD)
def test_any_key_comes_back_as_it_was_written(loop: Loop, store: ObjectStore, key: str) -> None:
    loop(store.create(key, b"body"))

    assert [item.key for item in loop(store.list(key))] == [key]
    assert body_of(loop, store, key) == b"body"


def test_a_list_is_in_key_order_and_by_prefix_not_by_folder(loop: Loop, store: ObjectStore) -> None:
    for key in ("a/2", "a/10", "ab", "a", "b/a", "a/1/x", "A", "a/é"):
        loop(store.put(key, b""))

    assert [item.key for item in loop(store.list("a"))] == [
        "a",
        "a/1/x",
        "a/10",
        "a/2",
        "a/é",
        "ab",
    ]
    assert [item.key for item in loop(store.list("a/"))] == ["a/1/x", "a/10", "a/2", "a/é"]
    assert len(loop(store.list(""))) == 8


def test_a_list_goes_on_beyond_the_first_page_of_a_thousand(loop: Loop, store: ObjectStore) -> None:
    keys = [f"many/{number:04d}" for number in range(1003)]

    async def fill() -> None:
        for start in range(0, len(keys), 50):
            await asyncio.gather(*(store.put(key, b"x") for key in keys[start : start + 50]))

    loop(fill())

    assert [item.key for item in loop(store.list("many/"))] == keys


def test_create_refuses_a_key_that_is_taken_and_leaves_it_alone(
    loop: Loop, store: ObjectStore
) -> None:
    loop(store.create("key", b"first", metadata=METADATA))
    with pytest.raises(Conflict):
        loop(store.create("key", b"first"))
    found = loop(store.get("key"))

    assert found
    assert (found.body, found.metadata) == (b"first", METADATA)


def winners_of(results: list[str | BaseException]) -> list[int]:
    """Return whose writes got an ETag; the others must have met a conflict and nothing else."""
    assert all(isinstance(result, str | Conflict) for result in results)
    return [number for number, result in enumerate(results) if isinstance(result, str)]


def test_every_write_returns_the_etag_that_a_reader_sees(loop: Loop, store: ObjectStore) -> None:
    created = loop(store.create("key", b"1"))
    assert created == etag_of(loop, store, "key")

    replaced = loop(store.replace("key", b"2", etag=created))
    assert replaced == etag_of(loop, store, "key")
    assert loop(store.put("key", b"3")) == etag_of(loop, store, "key")


def test_of_twelve_that_create_at_once_one_wins(loop: Loop, store: ObjectStore) -> None:
    async def race() -> list[int]:
        created = await asyncio.gather(
            *(store.create("key", b"%d" % number) for number in range(12)), return_exceptions=True
        )
        return winners_of(created)

    winners = loop(race())

    assert len(winners) == 1
    assert body_of(loop, store, "key") == b"%d" % winners[0]


def test_of_twelve_that_replace_the_same_version_one_wins(loop: Loop, store: ObjectStore) -> None:
    loop(store.create("key", b"seen by all"))
    etag = etag_of(loop, store, "key")

    async def race() -> list[int]:
        replaced = await asyncio.gather(
            *(store.replace("key", b"%d" % number, etag=etag) for number in range(12)),
            return_exceptions=True,
        )
        return winners_of(replaced)

    winners = loop(race())

    assert len(winners) == 1
    assert body_of(loop, store, "key") == b"%d" % winners[0]


def test_replace_takes_the_place_of_the_version_it_names(loop: Loop, store: ObjectStore) -> None:
    loop(store.put("key", b"old"))
    loop(store.replace("key", b"new", etag=etag_of(loop, store, "key"), metadata=METADATA))
    found = loop(store.get("key"))

    assert found
    assert (found.body, found.metadata) == (b"new", METADATA)


def test_replace_refuses_a_version_that_is_no_longer_there(loop: Loop, store: ObjectStore) -> None:
    loop(store.put("key", b"old"))
    stale = etag_of(loop, store, "key")
    loop(store.put("key", b"new"))

    with pytest.raises(Conflict):
        loop(store.replace("key", b"newer", etag=stale))
    assert body_of(loop, store, "key") == b"new"


def test_replace_refuses_a_key_that_is_not_there(loop: Loop, store: ObjectStore) -> None:
    with pytest.raises(Conflict):
        loop(store.replace("missing", b"new", etag='"841a2d689ad86bd1611447453c22c6fc"'))
    assert loop(store.head("missing")) is None


@pytest.mark.parametrize("metadata", [{"rows": "ü"}, {"zeilen-ä": "1"}])
def test_metadata_beyond_ascii_is_refused_and_nothing_is_written(
    loop: Loop, store: ObjectStore, metadata: dict[str, str]
) -> None:
    with pytest.raises(Exception, match=r"(?i)ascii"):
        loop(store.put("key", b"body", metadata=metadata))
    assert loop(store.head("key")) is None


def test_what_a_reader_does_to_metadata_stays_with_the_reader(
    loop: Loop, store: ObjectStore
) -> None:
    loop(store.put("key", b"body", metadata=METADATA))
    found = loop(store.get("key"))
    assert found
    found.metadata["rows"] = "changed"

    again = loop(store.head("key"))
    assert again
    assert again.metadata == METADATA
