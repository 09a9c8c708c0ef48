"""A day as it had been told at the end of another, whatever came or was lost since."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from daybook.digest import settle
from daybook.operate.history import history_of
from daybook.operate.history_page import tell_as_of, tell_history
from daybook.operate.versions import AsOf, History
from services.notifier.sending.claim import Claims
from services.notifier.sending.mail_reports import MailReports
from shared.day_record import DayRecord, DayVersion
from shared.digest_claim import Claim, ClaimState, ToldDay
from shared.errors import InputError
from shared.event_data import MailData
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from shared.memory import MemoryBell, MemoryStore
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


NAME = f"{DAY}-daily-abc"
KEY = digest_claim_key(NAME)
MAILED = MORNING + timedelta(minutes=5)
RESTATED = version(2, MORNING + timedelta(days=2), "6")


async def in_doubt(store: MemoryStore, *, older: bool) -> None:
    """Leave the first version's mail in doubt, as this release does or an older one."""
    told = {DAY: ToldDay(sha256=FIRST.sha256, etag="")}
    taken, entry = await Claims(Ledger(store)).take(KEY, "r", MAILED, told, ("finops@example.com",))
    assert taken
    at = MAILED if older else MAILED + timedelta(days=1)
    known = {"state": ClaimState.UNKNOWN, "at": at} | ({"claimed_at": None} if older else {})
    assert await Ledger(store).replace(KEY, entry, entry.doc.model_copy(update=known))


async def by_hand(store: MemoryStore, *, sent: bool = True) -> None:
    entry = await Ledger(store).read(KEY, Claim)
    assert entry
    await settle(Ledger(store), KEY, entry, sent=sent, requested_by="ops")


async def by_ses(store: MemoryStore) -> None:
    said = MailData(kind="Delivery", claim=NAME, message_id="ses-1")
    await MailReports(store, MemoryBell()).take(said)


@in_loop
@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("settled", [by_hand, by_ses])
async def test_a_doubt_that_is_settled_as_sent_was_told_when_the_mail_left_and_not_when_it_was_said(
    settled: Callable[[MemoryStore], Awaitable[None]], older: bool
) -> None:
    store = MemoryStore()
    await in_doubt(store, older=older)
    await settled(store)

    known = await history_of(store, DayRecord(day=DAY, versions=(FIRST, RESTATED)), "amortized")

    for when in (NEXT, RESTATED.archived_at.date() + timedelta(days=1)):
        reported = known.as_of(when).reported
        assert reported
        assert [(told.at, told.state) for told in reported.told] == [(MAILED, "sent")]
        assert reported.number == 1


@in_loop
async def test_a_mail_that_was_given_up_told_nobody() -> None:
    store = MemoryStore()
    await in_doubt(store, older=False)
    record = DayRecord(day=DAY, versions=(FIRST,))
    before = await history_of(store, record, "amortized")
    await by_hand(store, sent=False)

    after = await history_of(store, record, "amortized")

    assert [told.state for told in before.versions[0].told] == ["unknown"]
    assert after.versions[0].told == ()
    assert after.as_of(NEXT).reported is None
