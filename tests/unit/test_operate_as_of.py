"""A day as it had been told at the end of another, whatever came or was lost since."""

from datetime import UTC, date, datetime, timedelta

import pytest

from daybook.operate.history import history_of
from daybook.operate.history_page import tell_as_of, tell_history
from daybook.operate.versions import AsOf, History
from shared.day_record import DayRecord, DayVersion
from shared.digest_claim import Claim, ClaimState, ToldDay
from shared.errors import InputError
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from shared.memory import MemoryStore
from shared.money import Amounts
from tests.support.units.aio import in_loop

DAY = date(2026, 3, 16)
MORNING = datetime(2026, 3, 17, 8, tzinfo=UTC)
NEXT = MORNING.date()
LAST = date(9999, 12, 31)


def version(number: int, at: datetime, amount: str) -> DayVersion:
    total = (Amounts(currency="USD", unblended=amount, amortized=amount),)
    return DayVersion(
        sha256=f"{number}" * 64,
        run=f"run-{number}",
        source_version=f"2026031{number}T060000.000000Z/a/{number}",
        archived_at=at,
        rows=1,
        totals=total,
        by_ou={"Root/Prod": total},
    )


FIRST = version(1, MORNING, "5")
REPLAYED = version(2, MORNING + timedelta(hours=7), "6")


async def history(*versions: DayVersion, told: dict[int, datetime]) -> History:
    """Return the day's history; `told` says which version's bytes were mailed, and when."""
    store = MemoryStore()
    for number, at in told.items():
        known = {DAY: ToldDay(sha256=f"{number}" * 64, etag="")}
        claim = Claim(state=ClaimState.SENT, run="r", owner="o", at=at, told=known)
        await Ledger(store).create(digest_claim_key(f"{at.date()}-daily-abc"), claim)
    return await history_of(store, DayRecord(day=DAY, versions=versions), "amortized")


def numbers(found: AsOf) -> list[tuple[int, int]]:
    """Return each version that is shown, and how many mails had told it."""
    return [(version.number, len(version.told)) for version in found.versions]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@in_loop
async def test_what_was_told_in_the_morning_counts_and_the_replay_in_the_afternoon_is_shown_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = await history(FIRST, REPLAYED, told={1: MORNING + timedelta(minutes=5)})

    found = known.as_of(NEXT)

    assert numbers(found) == [(1, 1), (2, 0)]
    assert (found.record()["reported"], found.record()["in_force"]) == (1, 2)
    tell_as_of(found)
    told = said(capsys)
    assert told.index("As it was told by the end of 2026-03-17") < told.index("5.00 USD")
    assert told.index("when nobody had been told of it") < told.index("6.00 USD")


@in_loop
async def test_what_is_told_and_in_force_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    tomorrow = MORNING + timedelta(days=1)
    known = await history(FIRST, REPLAYED, told={1: MORNING, 2: tomorrow})

    assert numbers(known.as_of(NEXT)) == [(1, 1), (2, 0)]
    for later in (tomorrow.date(), LAST):
        found = known.as_of(later)
        assert numbers(found) == [(2, 1)]
        assert found.reported == found.in_force
    tell_as_of(found)
    assert "nobody" not in said(capsys)


@in_loop
async def test_what_nobody_was_told_of_is_what_was_in_force() -> None:
    known = await history(FIRST, told={})

    assert numbers(known.as_of(NEXT)) == [(1, 0)]
    assert known.as_of(NEXT).reported is None
    with pytest.raises(InputError, match="was not archived yet"):
        known.as_of(DAY)


@in_loop
async def test_a_day_whose_record_was_lost_and_made_anew_was_there_when_it_was_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    anew = FIRST.model_copy(update={"archived_at": MORNING + timedelta(days=90)})
    known = await history(anew, told={1: MORNING})

    assert numbers(known.as_of(NEXT)) == [(1, 1)]
    tell_history(known)
    assert "the ledger's record of it was lost and made anew" in said(capsys)


@in_loop
async def test_figures_that_were_told_and_that_no_record_has_are_said_to_have_been(
    capsys: pytest.CaptureFixture[str],
) -> None:
    anew = REPLAYED.model_copy(update={"archived_at": MORNING + timedelta(days=90)})
    known = await history(anew, told={1: MORNING})

    found = known.as_of(NEXT)

    assert numbers(found) == []
    assert [telling.at for telling in found.lost] == [MORNING]
    tell_as_of(found)
    assert "the ledger has no record any more: told its recipients" in said(capsys)
    tell_history(known)
    assert "the ledger has no record any more: told its recipients" in said(capsys)
    with pytest.raises(InputError, match="was not archived yet"):
        known.as_of(DAY)
