"""What status, history and digest say where documents are damaged: one hides nothing else."""

from datetime import date

import pytest

from daybook import cli
from daybook.digest import _claims
from daybook.operate.days import DayState, read_days
from daybook.operate.documents import Documents, needed
from daybook.operate.history import history_of
from daybook.operate.history_page import tell_as_of, tell_history
from daybook.operate.runs import read_runs
from daybook.operate.status import Status
from daybook.operate.status_page import tell_status
from shared.day_record import DayRecord
from shared.days import Period
from shared.errors import InputError, MismatchError
from shared.ledger import Ledger
from shared.locations import (
    day_record_key,
    digest_claims_prefix,
    outlook_key,
    period_record_key,
    run_record_key,
)
from shared.memory import MemoryStore
from shared.s3 import S3Store
from tests.support.audited import LAST, MemoryAround, clean_world, moment_after
from tests.support.units.aio import in_loop

JUNE = Period.of(LAST)
NOW = moment_after(LAST)
BEFORE = date(2026, 6, 7)
TORN = b'{"torn":'


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


def claim_key(world: MemoryAround, day: date) -> str:
    return next(key for key in world.store.versions if key.startswith(digest_claims_prefix(day)))


async def damaged(key: str, world: MemoryAround, body: bytes = TORN) -> None:
    """Put something else in a document's place, as whoever copies a bucket does."""
    found = await world.store.get(key)
    await world.store.put(key, body, metadata=found.metadata if found else {})


async def status_of(world: MemoryAround) -> Status:
    documents = Documents(world.store)
    days = tuple(await read_days(documents, JUNE, NOW.date()))
    runs = await read_runs(documents, JUNE, NOW)
    return Status(JUNE, "amortized", NOW, days, runs, (), (), {}, tuple(documents.unreadable))


def by_day(status: Status) -> dict[date, DayState]:
    return {state.day: state for state in status.days}


@in_loop
@pytest.mark.parametrize("what", ["status", "light", "digest"])
async def test_what_of_a_day_is_damaged_is_unreadable_and_the_rest_is_as_it_is(
    world: MemoryAround, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = by_day(await status_of(world))
    keys = {"status": day_record_key(LAST), "light": outlook_key(LAST)}
    key = {**keys, "digest": claim_key(world, LAST)}[what]
    await damaged(key, world)

    found = await status_of(world)

    days, record = by_day(found), found.record()
    assert getattr(days[LAST], what) == "unreadable"
    assert {day for day in days if days[day] != clean[day]} == {LAST}
    assert [day[what] for day in record["days"] if day["day"] == str(LAST)] == ["unreadable"]
    assert record["unreadable"] == [key]
    tell_status(found)
    assert f"UNREADABLE: {key}. daybook audit" in capsys.readouterr().out


@in_loop
async def test_days_whose_periods_record_is_damaged_are_unreadable_with_their_totals(
    world: MemoryAround,
) -> None:
    await damaged(period_record_key(JUNE), world, b"\xff\xfe")

    found = await status_of(world)

    assert {state.status for state in found.days} == {"unreadable", "missing"}
    assert by_day(found)[LAST].totals
    assert found.unreadable == (period_record_key(JUNE),)


@in_loop
async def test_a_copy_that_somebody_left_beside_the_documents_is_none(
    world: MemoryAround,
) -> None:
    clean, key = await status_of(world), claim_key(world, LAST)
    found = await world.store.get(key)
    assert found
    strays = [f"{day_record_key(LAST)}.bak", f"{key}.bak", "ledger/days/2026-06/", "ledger/runs/"]
    folder = digest_claims_prefix(LAST)
    copies = [f"{folder}Copy of {LAST}.json", "ledger/digests/2026-06-xx/2026-06-xx-daily-a.json"]
    for stray in (*strays, *copies):
        await world.store.put(stray, found.body)

    seen = await status_of(world)

    assert (seen.days, seen.unreadable) == (clean.days, ())
    assert list(await _claims(Bucket(world.store), LAST, "")) == [key]
    record = await Ledger(world.store).read(day_record_key(LAST), DayRecord)
    assert record
    assert (await history_of(world.store, record.doc, "amortized")).unreadable == ()


@in_loop
async def test_a_damaged_run_is_named_and_the_runs_beside_it_are_told(
    world: MemoryAround, capsys: pytest.CaptureFixture[str]
) -> None:
    key = run_record_key("run-x", JUNE)
    await damaged(key, world)

    found = await status_of(world)

    assert found.unreadable == (key,)
    assert found.runs.open
    tell_status(found)
    assert f"UNREADABLE: {key}. Put its last good version in its place" in capsys.readouterr().out


@in_loop
async def test_a_history_names_the_claims_and_runs_that_it_cannot_read(
    world: MemoryAround, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = await Ledger(world.store).read(day_record_key(BEFORE), DayRecord)
    assert entry
    keys = [claim_key(world, LAST), run_record_key(entry.doc.newest.run, JUNE)]
    for key in keys:
        await damaged(key, world)

    found = await history_of(world.store, entry.doc, "amortized")

    assert found.unreadable == tuple(keys)
    then = found.as_of(date(9999, 12, 31))
    assert found.record()["unreadable"] == then.record()["unreadable"] == keys
    tell_history(found)
    tell_as_of(then)
    assert capsys.readouterr().out.count("UNREADABLE") == 2 * len(keys)


class Bucket(S3Store):
    """A bucket of S3 whose objects are in memory."""

    def __init__(self, store: MemoryStore) -> None:
        """Take the objects of another."""
        super().__init__(None, "archive")
        self.get, self.list = store.get, store.list  # type: ignore[method-assign]


@in_loop
async def test_what_a_command_cannot_do_without_is_named_with_what_to_type(
    world: MemoryAround,
) -> None:
    key = day_record_key(LAST)
    await damaged(key, world)

    with pytest.raises(InputError, match=f"s3://archive/{key}: is no document.*daybook audit"):
        await needed(Bucket(world.store), key, DayRecord)


@in_loop
async def test_a_damaged_claim_does_not_keep_another_of_its_day_from_being_settled(
    world: MemoryAround,
) -> None:
    key = claim_key(world, LAST)
    await world.store.put(f"{digest_claims_prefix(LAST)}{LAST}-chat-abc.json", TORN)
    bucket, name = Bucket(world.store), key.rpartition("/")[2].removesuffix(".json")

    assert list(await _claims(bucket, LAST, name)) == [key]
    with pytest.raises(InputError, match=r"chat-abc\.json: is no document"):
        await _claims(bucket, LAST, "")


def test_a_document_that_is_none_ends_a_command_with_words_and_other_errors_with_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def torn() -> None:
        DayRecord.model_validate_json(TORN)

    def ours() -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(cli, "app", torn)
    with pytest.raises(SystemExit) as end:
        cli.main()
    monkeypatch.setattr(cli, "app", ours)
    with pytest.raises(ValueError, match="a fault of ours"):
        cli.main()

    assert end.value.code == 2
    assert "what was read is no DayRecord: Invalid JSON" in capsys.readouterr().err


def test_figures_that_differ_end_a_command_with_words_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def differs() -> None:
        raise MismatchError("ou-outlook/x does not match its checksum")

    monkeypatch.setattr(cli, "app", differs)

    with pytest.raises(SystemExit) as end:
        cli.main()

    assert end.value.code == 2
    assert "ou-outlook/x does not match its checksum. daybook audit" in capsys.readouterr().err
