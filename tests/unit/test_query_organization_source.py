"""Where a run's account-to-OU table comes from, and what is kept of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from services.query.history import AccountHistory, Place
from services.query.organization_source import OrganizationFile, OrganizationHistory
from shared.errors import Conflict, InputError, Retry
from shared.locations import ACCOUNT_HISTORY, organization_file_key
from shared.memory import MemoryStore
from shared.parquet import sha256
from tests.support.units.aio import in_loop
from tests.support.units.snapshots import FIRST, LAB, SHOP, at, day
from tests.support.units.stores import ForgetfulStore, RacingStore

FILE = b"account_id,account_name,ou_path,valid_from,valid_to,status\n111111111111,s,Root,,,ACTIVE\n"
KEY = "config/organization.csv"


@dataclass
class Told:
    """A directory that answers as it is told, one answer after the other, the last for ever."""

    answers: list[dict[str, Place]] = field(default_factory=lambda: [{SHOP: at()}])

    async def places(self) -> dict[str, Place]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Clock:
    """A clock that goes a day further each time."""

    def __init__(self, days: float = 0) -> None:
        self.moment = FIRST + timedelta(days=days)

    def __call__(self) -> datetime:
        moment, self.moment = self.moment, self.moment + timedelta(days=1)
        return moment


def source(store: MemoryStore, *answers: dict[str, Place], days: float = 0) -> OrganizationHistory:
    return OrganizationHistory(Told([*answers]) if answers else Told(), store, Clock(days))


async def history_in(store: MemoryStore) -> AccountHistory:
    found = await store.get(ACCOUNT_HISTORY)
    assert found
    return AccountHistory.model_validate_json(found.body)


@in_loop
async def test_a_file_is_read_with_its_place_and_checksum() -> None:
    store = MemoryStore("archive")
    await store.put(KEY, FILE)

    known = await OrganizationFile(store, KEY, store).read()

    assert (known.source, known.sha256) == (f"s3://archive/{KEY}", sha256(FILE))
    assert [place.account_id for place in known.placements] == [SHOP]


@in_loop
async def test_a_file_in_the_archive_bucket_is_kept_as_well() -> None:
    store = MemoryStore("archive")
    await store.put(KEY, FILE)
    organization = OrganizationFile(store, KEY, store)

    await organization.observe("run")
    await organization.read()

    assert list(store.versions) == [KEY, organization_file_key(sha256(FILE))]


@in_loop
async def test_a_file_elsewhere_is_kept_in_the_ledger_once_for_each_content() -> None:
    store, archive = MemoryStore("theirs"), MemoryStore("archive")
    organization = OrganizationFile(store, KEY, archive)
    for body in (FILE, FILE, FILE + b"\n"):
        await store.put(KEY, body)
        await organization.read()

    kept = [version.body for key in archive.versions for version in archive.versions[key]]
    assert kept == [FILE, FILE + b"\n"]
    assert organization_file_key(sha256(FILE)) in archive.versions


@in_loop
async def test_a_file_that_is_not_there_is_named() -> None:
    store = MemoryStore("archive")

    with pytest.raises(InputError, match=r"s3://archive/config/organization\.csv: is not there"):
        await OrganizationFile(store, KEY, store).read()


@in_loop
async def test_a_snapshot_is_kept_and_is_the_table() -> None:
    store = MemoryStore("archive")
    organization = source(store)

    await organization.observe("run-1")
    known = await organization.read()

    assert known.source == f"s3://archive/{ACCOUNT_HISTORY}"
    assert known.sha256 == sha256(store.versions[ACCOUNT_HISTORY][-1].body)
    assert [place.ou for place in known.placements] == ["a", "a"]
    assert (await history_in(store)).run == "run-1"


@in_loop
async def test_what_an_earlier_run_saw_is_not_forgotten() -> None:
    store = MemoryStore()
    organization = source(store, {SHOP: at()}, {SHOP: at("b")})

    await organization.observe("run-1")
    await organization.observe("run-2")

    stays = (await history_in(store)).accounts[SHOP]
    assert [(stay.ou_id, stay.valid_from) for stay in stays[1:]] == [
        ("ou-a", day(0)),
        ("ou-b", day(1)),
    ]


@in_loop
async def test_of_two_runs_at_once_neither_loses_what_the_other_saw() -> None:
    store = RacingStore(prefix=ACCOUNT_HISTORY)
    late = source(store, {SHOP: at(), LAB: at("b")}, days=1)

    async def rival() -> None:
        await source(store, {SHOP: at()}).observe("early")

    store.before = [rival]
    await late.observe("late")

    history = await history_in(store)
    assert (history.run, sorted(history.accounts)) == ("late", [SHOP, LAB])
    assert history.accounts[SHOP][1].valid_from == day(0)


@in_loop
async def test_a_run_that_looked_earlier_and_writes_later_changes_nothing() -> None:
    store = RacingStore(prefix=ACCOUNT_HISTORY)

    async def rival() -> None:
        await source(store, {SHOP: at("b")}, days=1).observe("newer")

    store.before = [rival]
    await source(store, {SHOP: at("a")}).observe("older")

    history = await history_in(store)
    assert history.run == "newer"
    assert {stay.ou_id for stay in history.accounts[SHOP]} == {"ou-b"}
    assert len(store.versions[ACCOUNT_HISTORY]) == 1


@in_loop
async def test_many_runs_at_once_agree_on_one_table() -> None:
    store = MemoryStore()
    runs = [source(store, {SHOP: at(ou)}, days=n) for n, ou in enumerate("abc")]

    await asyncio.gather(*(run.observe(f"run-{n}") for n, run in enumerate(runs)))

    assert (await history_in(store)).run == "run-2"


@in_loop
async def test_a_write_whose_answer_was_lost_is_found_again() -> None:
    store = ForgetfulStore(prefix=ACCOUNT_HISTORY)

    await source(store).observe("run")

    assert len(store.versions[ACCOUNT_HISTORY]) == 1


@in_loop
async def test_too_many_lost_races_are_no_success() -> None:
    store = RacingStore(prefix=ACCOUNT_HISTORY)
    rivals = iter(range(10))

    async def rival() -> None:
        waiting, store.before = store.before, []
        number = next(rivals)
        await source(store, days=number).observe(f"rival-{number}")
        store.before = waiting

    store.before = [rival] * 5
    with pytest.raises(Conflict):
        await source(store, days=20).observe("run")


@in_loop
async def test_without_any_snapshot_there_is_no_table() -> None:
    with pytest.raises(Retry, match="no snapshot"):
        await source(MemoryStore()).read()
