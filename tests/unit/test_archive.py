"""Reading the archive back, and the ledger's record of a day."""

from datetime import UTC, datetime

import pytest

from shared.archive import read_day, read_earlier_day
from shared.day_record import DayRecord, DayVersion
from shared.errors import MismatchError, Retry
from shared.events import ArchivedData
from shared.locations import breakdown_key
from shared.memory import MemoryStore
from shared.parquet import sha256, to_parquet
from tests.support.units.aio import in_loop
from tests.support.units.rows import DAY, archived_table, row, usd

KEY = breakdown_key(DAY)
BODY = to_parquet(archived_table(row("7")))


def said(version: str, checksum: str = "") -> ArchivedData:
    day = {"day": DAY, "outcome": "unchanged", "sha256": checksum, "rows": 1}
    return ArchivedData.model_validate(
        {
            "period": "2026-03",
            "first_day": DAY,
            "day": DAY,
            "notify": True,
            "source_version": version,
            "rows": 1,
            "totals": [],
            "bucket": "memory",
            "days": [day],
        }
    )


async def archive_of(body: bytes = BODY) -> MemoryStore:
    store = MemoryStore()
    await store.put(KEY, body, metadata={"sha256": sha256(BODY), "source-version": "v2"})
    return store


@pytest.mark.parametrize("version", ["v2", "v3"])
@in_loop
async def test_the_very_object_of_a_run_is_read_whatever_delivery_it_was_written_from(
    version: str,
) -> None:
    table = await read_day(await archive_of(), DAY, said(version, sha256(BODY)))

    assert table.rows["DailyCost"].to_pylist() == [7.0]
    assert table.sha256 == sha256(BODY)


@in_loop
async def test_a_newer_deliverys_object_is_read_in_its_place() -> None:
    table = await read_day(await archive_of(), DAY, said("v1", "0" * 64))

    assert table.rows["DailyCost"].to_pylist() == [7.0]


@pytest.mark.parametrize("version", ["v2", "v3"])
@in_loop
async def test_another_object_that_is_no_newer_is_not_read(version: str) -> None:
    with pytest.raises(Retry) as retry:
        await read_day(await archive_of(), DAY, said(version, "0" * 64))

    assert retry.value.after == 60


@in_loop
async def test_a_day_that_is_not_archived_is_waited_for() -> None:
    with pytest.raises(Retry, match=KEY):
        await read_day(MemoryStore(), DAY, said("v1", sha256(BODY)))


@in_loop
async def test_an_earlier_day_is_read_when_there_is_one() -> None:
    found = await read_earlier_day(await archive_of(), DAY)

    assert found
    assert found.rows.num_rows == 1
    assert await read_earlier_day(MemoryStore(), DAY) is None


@in_loop
async def test_a_truncated_object_is_not_believed() -> None:
    with pytest.raises(MismatchError, match=KEY):
        await read_day(await archive_of(BODY[:-1]), DAY, said("v2", sha256(BODY)))


@pytest.mark.parametrize("position", [0, len(BODY) // 2, len(BODY) - 1])
@in_loop
async def test_one_flipped_bit_is_not_believed(position: int) -> None:
    flipped = bytearray(BODY)
    flipped[position] ^= 1

    with pytest.raises(MismatchError, match=KEY):
        await read_earlier_day(await archive_of(bytes(flipped)), DAY)


def version(run: str) -> DayVersion:
    return DayVersion(
        sha256=sha256(run.encode()),
        run=run,
        source_version="v1",
        archived_at=datetime(2026, 3, 17, tzinfo=UTC),
        rows=1,
        totals=(usd("1"),),
        by_ou={"Root": (usd("1"),)},
    )


def record(*runs: str) -> DayRecord:
    return DayRecord(day=DAY, versions=tuple(version(run) for run in runs))


@pytest.mark.parametrize(
    ("runs", "outcome"),
    [(["a"], "new"), (["b"], "unchanged"), (["b", "a"], "restated"), (["a", "b"], "new")],
)
def test_a_record_tells_what_a_run_did_to_the_day_whatever_came_after(
    runs: list[str], outcome: str
) -> None:
    assert record(*runs).outcome_for("a") == outcome


def test_the_newest_version_is_in_force() -> None:
    assert record("a", "b").newest.run == "b"


def test_a_record_is_read_back_as_it_was_written() -> None:
    assert DayRecord.model_validate_json(record("a", "b").model_dump_json()) == record("a", "b")


def test_an_older_version_that_is_recorded_late_does_not_come_into_force() -> None:
    newer = version("b").model_copy(update={"source_version": "v2"})

    late = DayRecord(day=DAY, versions=(newer,)).with_version(version("a"))

    assert [known.run for known in late.versions] == ["a", "b"]


def test_the_same_bytes_are_recorded_once() -> None:
    assert record("a").with_version(version("a")) == record("a")
    assert record("a", "b").with_version(version("a")) == record("a", "b")
