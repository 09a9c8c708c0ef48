"""A doubt that an operator settles while SES's own event does the same."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from daybook.digest import _chosen, _wish, resolve, settle
from services.auditor.checks.digest import check
from services.auditor.listed import Listed
from services.notifier.sending.claim import Claim, ClaimState
from shared.errors import InputError
from shared.ledger import Entry, Ledger
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop

KEY = "ledger/digests/2026-06-17-daily.json"
DOUBT = Claim(state=ClaimState.UNKNOWN, run="run-1", owner="gone", at=datetime.now(UTC))


async def raced(ledger: Ledger, winner: ClaimState) -> Entry[Claim]:
    """Return a doubt as it was read, before somebody else changed its record."""
    read = await ledger.create(KEY, DOUBT)
    assert read
    await ledger.replace(KEY, read, DOUBT.model_copy(update={"state": winner, "reason": "faster"}))
    return read


@in_loop
async def test_a_doubt_becomes_what_the_operator_says() -> None:
    ledger = Ledger(MemoryStore())
    read = await ledger.create(KEY, DOUBT)
    assert read

    settled = await settle(ledger, KEY, read, sent=False, requested_by="ops")

    kept = await ledger.read(KEY, Claim)
    assert kept
    assert kept.doc == settled
    assert (settled.state, settled.reason) == (ClaimState.RESENT, "resolved by ops")


@in_loop
async def test_what_ses_reported_meanwhile_counts_and_nothing_is_sent_again() -> None:
    ledger = Ledger(MemoryStore())
    read = await raced(ledger, ClaimState.SENT)

    settled = await settle(ledger, KEY, read, sent=False, requested_by="ops")

    assert settled.state is ClaimState.SENT


@in_loop
async def test_a_doubt_that_changed_and_is_one_still_has_to_be_looked_at_again() -> None:
    ledger = Ledger(MemoryStore())
    read = await raced(ledger, ClaimState.UNKNOWN)

    with pytest.raises(InputError, match="changed meanwhile"):
        await settle(ledger, KEY, read, sent=True, requested_by="ops")


DAILY, CHAT, DELAYED = (f"2026-06-17-{kind}-0123456789ab" for kind in ("daily", "chat", "delayed"))


def in_doubt(*names: str) -> dict[str, Entry[Claim]]:
    return {f"ledger/digests/2026-06-17/{name}.json": Entry(DOUBT, "etag") for name in names}


def test_of_several_doubts_each_is_settled_by_its_own_name() -> None:
    claims = in_doubt(DAILY, CHAT)

    with pytest.raises(InputError, match=f"{DAILY}, {CHAT} are in doubt.*--claim"):
        _chosen(claims, "ledger", sent=False, claim="")

    assert list(_chosen(claims, "ledger", sent=False, claim=CHAT)) == list(in_doubt(CHAT))


def test_a_mail_about_late_data_is_not_sent_again() -> None:
    claims = in_doubt(DELAYED)

    with pytest.raises(InputError, match="is not sent again"):
        _chosen(claims, "ledger", sent=False, claim="")

    assert _chosen(claims, "ledger", sent=True, claim="") == claims


def test_a_name_that_is_not_in_doubt_is_refused() -> None:
    with pytest.raises(InputError, match="no digest of the day is in doubt"):
        _chosen(in_doubt(DAILY), "ledger", sent=True, claim=CHAT)


def test_what_is_given_up_is_asked_for_by_its_name_and_always_as_the_same_run() -> None:
    day, other = date(2026, 6, 17), DOUBT.model_copy(update={"owner": "another"})
    wishes = [_wish(day, CHAT, DOUBT, "ops"), _wish(day, CHAT, DOUBT, "somebody else")]

    assert [wish.data.only for wish in wishes] == [CHAT, CHAT]
    assert wishes[0].id == wishes[1].id != _wish(day, DAILY, other, "ops").id


def claimed(minutes: float) -> Claim:
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    return DOUBT.model_copy(update={"state": ClaimState.CLAIMED, "at": at})


@in_loop
async def test_a_claim_that_was_left_is_settled_as_the_audits_remedy_says() -> None:
    ledger, left = Ledger(MemoryStore()), claimed(11)
    key = f"ledger/digests/2026-06-17/{DAILY}.json"
    assert await ledger.create(key, left)
    entry = await ledger.read(key, Claim)
    assert entry
    looked = Listed(datetime.now(UTC), "bucket", date(2026, 6, 17), claims={key: left})
    (finding,) = check(looked)
    assert f"daybook digest resolve 2026-06-17 --claim {DAILY} " in finding.remedy

    assert _chosen({key: entry}, "ledger", sent=True, claim=DAILY) == {key: entry}
    settled = await settle(ledger, key, entry, sent=True, requested_by="ops")

    assert settled.state is ClaimState.SENT


def test_a_claim_that_may_be_somebodys_work_is_left_to_it() -> None:
    with pytest.raises(InputError, match="no digest of the day is in doubt"):
        _chosen({KEY: Entry(claimed(9), "etag")}, "ledger", sent=True, claim="")


@in_loop
async def test_a_doubt_that_was_claimed_anew_meanwhile_is_not_settled() -> None:
    ledger = Ledger(MemoryStore())
    read = await raced(ledger, ClaimState.CLAIMED)

    with pytest.raises(InputError, match="changed meanwhile"):
        await settle(ledger, KEY, read, sent=True, requested_by="ops")


def test_an_aws_that_does_not_answer_is_refused_with_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = "http://127.0.0.1:9"
    environment = {
        "AWS_ENDPOINT_URL": nobody,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InputError, match=f"{nobody}.*AWS_ENDPOINT_URL"):
        asyncio.run(resolve(date(2026, 6, 17), sent=True, requested_by="ops"))
