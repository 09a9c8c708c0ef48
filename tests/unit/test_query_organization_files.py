"""Accounts that are changed in the organization file in place, without a date, are told once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.query.changes import changes_on
from services.query.organization_source import OrganizationFile
from shared.account_changes import AccountChanges
from shared.locations import ORGANIZATION_FILES, organization_file_key, split_uri
from shared.memory import MemoryStore
from shared.parquet import sha256
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill, tick
from tests.support.units.queries import MARCH, Query
from tests.support.units.rows import DAY
from tests.support.units.snapshots import LAB, SHOP

KEY = "config/organization.csv"
HEADER = "account_id,account_name,ou_path,valid_from,valid_to,status\n"
OLD = "999999999999,old,Root/Old,,,ACTIVE"
WAS = f"{SHOP},shop,Root/A,,,ACTIVE"
Told = tuple[list[str], list[str], list[str]]
NOTHING: Told = ([], [], [])


class World:
    """A file that a person edits, and the runs that read it."""

    def __init__(self) -> None:
        self.config, self.archive = MemoryStore("config"), MemoryStore("archive")
        self.organization = OrganizationFile(self.config, KEY, self.archive)

    async def run(self, day: date, *lines: str, digest: bool = True) -> Told:
        """Return whom a run of a day names as new, moved and closed, by the file as it is now."""
        await self.config.put(KEY, body(*lines))
        known = await self.organization.read()
        before, now = await self.organization.compared(known, day, digest=digest)
        found = changes_on(before, now, day)
        assert (found.sha256_before, found.sha256) == (before.sha256, now.sha256)
        new, moved, closed = (
            [each.account_id for each in kind] for kind in (found.new, found.moved, found.closed)
        )
        return new, moved, closed


def body(*lines: str) -> bytes:
    return (HEADER + "\n".join((OLD, *lines, ""))).encode()


def after(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((WAS, f"{LAB},lab,Root/B,,,ACTIVE"), ([LAB], [], []), id="new row"),
        pytest.param((f"{SHOP},shop,Root/B,,,ACTIVE",), ([], [SHOP], []), id="another path"),
        pytest.param((f"{SHOP},shop,Root/A,,,SUSPENDED",), ([], [], [SHOP]), id="suspended"),
        pytest.param((f"{SHOP},shop,Root/B,,,CLOSED",), ([], [SHOP], [SHOP]), id="both"),
        pytest.param((), ([], [], [SHOP]), id="row taken out"),
        pytest.param((f"{SHOP},renamed,Root/A,,,ACTIVE",), NOTHING, id="another name"),
    ],
)
@in_loop
async def test_what_is_edited_in_place_is_told_with_the_next_digest_and_no_other(
    lines: tuple[str, ...], expected: Told
) -> None:
    world = World()

    found = [await world.run(DAY, WAS), *[await world.run(after(n), *lines) for n in (1, 2)]]

    assert found == [NOTHING, expected, NOTHING]


@pytest.mark.parametrize("written", range(5))
@in_loop
async def test_a_change_with_a_date_is_told_once_whenever_it_is_written(written: int) -> None:
    world = World()
    dated = (
        f"{SHOP},shop,Root/A,,{after(2)},ACTIVE",
        f"{SHOP},shop,Root/B,{after(2)},,ACTIVE",
        f"{LAB},lab,Root/B,{after(2)},,ACTIVE",
    )

    found = [await world.run(after(n), *(dated if n > written else (WAS,))) for n in range(6)]

    told_on = max(2, written + 1)
    assert found == [([LAB], [SHOP], []) if n == told_on else NOTHING for n in range(6)]


@in_loop
async def test_a_day_that_is_run_again_tells_the_same_by_a_file_that_was_edited_since() -> None:
    world = World()
    moved = f"{SHOP},shop,Root/B,,,ACTIVE"
    closed = f"{SHOP},shop,Root/B,,,CLOSED"
    for n, line in enumerate((WAS, moved)):
        await world.run(after(n), line)

    again = [await world.run(after(n), closed) for n in (0, 1)]

    assert again == [NOTHING, ([], [SHOP], [])]
    assert await world.run(after(2), closed) == ([], [], [SHOP])
    assert await world.run(DAY - timedelta(days=9), closed) == NOTHING


@in_loop
async def test_a_run_without_a_digest_takes_nothing_from_the_next_one() -> None:
    world = World()
    moved = f"{SHOP},shop,Root/B,,,ACTIVE"
    await world.run(DAY, WAS)

    quiet = await world.run(after(1), moved, digest=False)

    assert quiet == ([], [SHOP], [])
    assert await world.run(after(1), moved) == ([], [SHOP], [])
    assert len(world.archive.versions[ORGANIZATION_FILES]) == 2


@in_loop
async def test_days_without_a_digest_lose_no_edit() -> None:
    world = World()
    await world.run(DAY, WAS)

    assert await world.run(after(4), f"{SHOP},shop,Root/B,,,ACTIVE") == ([], [SHOP], [])


@pytest.mark.parametrize("copy", [None, b"what an earlier release took"])
@in_loop
async def test_without_the_earlier_copy_the_dates_tell(copy: bytes | None) -> None:
    world = World()
    await world.run(DAY, WAS)
    key = organization_file_key(sha256(body(WAS)))
    del world.archive.versions[key]
    if copy:
        await world.archive.put(key, copy)
    moved = (f"{SHOP},shop,Root/A,,{after(1)},ACTIVE", f"{SHOP},shop,Root/B,{after(1)},,ACTIVE")

    assert await world.run(after(1), *moved, f"{LAB},lab,Root,,,ACTIVE") == ([], [SHOP], [])


@in_loop
async def test_the_worker_keeps_an_edit_for_the_next_digest() -> None:
    query, config = Query(MARCH), MemoryStore("config")
    query.shelf.delivered = datetime(2026, 3, 25, 6, tzinfo=UTC)
    query.accounts = OrganizationFile(config, KEY, query.store)
    await config.put(KEY, body(WAS))
    (first,) = await query.hear(tick())

    await config.put(KEY, body(f"{SHOP},shop,Root/B,,,ACTIVE"))
    await query.hear(backfill(after(2), after(2)))
    (told,) = await query.hear(tick("2026-03-18T07:00:00Z", "tick-2"))
    (next_day,) = await query.hear(tick("2026-03-19T07:00:00Z", "tick-3"))

    assert first.data.accounts is None
    assert told.data.accounts
    (kept,) = query.store.versions[split_uri(told.data.accounts.uri)[1]]
    (moved,) = AccountChanges.model_validate_json(kept.body).moved
    assert (moved.account_id, moved.moved_from, moved.ou) == (SHOP, "A", "B")
    assert next_day.data.accounts is None
