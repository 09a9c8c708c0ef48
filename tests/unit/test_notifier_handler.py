"""The notifier's handler: one digest a day, and never two."""

from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from services.notifier import compose
from shared.account_changes import AccountChange, AccountChanges
from shared.errors import MismatchError, Reject, Retry
from shared.events import PeriodCataloged
from shared.locations import breakdown_key, csv_key, day_record_key, outlook_key
from shared.memory import MemoryStore
from shared.parquet import sha256
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, cataloged, tick
from tests.support.units.notifier import Notifier
from tests.support.units.rows import DAY, row, usd


async def period(store: MemoryStore, **asked: Any) -> PeriodCataloged:
    return await cataloged(store, {DAY: [row("1.5"), row("2", OU="X")]}, **asked)


@in_loop
async def test_the_digest_is_sent_and_said_with_its_exact_total() -> None:
    notifier = Notifier()
    event = await period(notifier.store)

    (said,) = await notifier.hear(event)

    assert len(notifier.post.sent) == 1
    assert said.data.model_dump() == {
        "period": event.data.period,
        "day": DAY,
        "kind": "daily",
        "message_id": "mail-1",
        "totals": (usd("3.5").model_dump(),),
    }


@in_loop
async def test_the_mail_carries_run_total_and_csv() -> None:
    notifier = Notifier()

    await notifier.hear(await period(notifier.store))

    ((envelope, _),) = notifier.post.sent
    message = message_from_bytes(envelope.message, policy=default)
    assert message["X-Daybook-Run"] == "run-1"
    assert "3.50 USD" in message["Subject"]
    assert b"ou-breakdown-2026-03-16.csv" in envelope.message


@in_loop
async def test_the_mail_says_what_the_scan_of_its_event_cost() -> None:
    notifier = Notifier()

    await notifier.hear(await period(notifier.store, query_cost=Decimal("0.012345")))

    ((envelope, _),) = notifier.post.sent
    text = message_from_bytes(envelope.message, policy=default).get_body(("plain",))
    assert text
    assert text.get_content().rstrip().endswith("run run-1, its query cost 0.012345 USD")


@in_loop
async def test_a_run_that_asks_for_no_digest_sends_none() -> None:
    notifier = Notifier()

    said = await notifier.hear(await period(notifier.store, notify=False))

    assert (said, notifier.post.calls) == ([], 0)


@in_loop
async def test_the_same_run_again_says_it_again_without_sending() -> None:
    notifier = Notifier()
    event = await period(notifier.store)
    first = await notifier.hear(event)

    again = await notifier.hear(event)

    assert [(e.id, e.data) for e in again] == [(e.id, e.data) for e in first]
    assert notifier.post.calls == 1


@in_loop
async def test_another_run_of_the_day_sends_no_second_digest() -> None:
    notifier = Notifier()
    await notifier.hear(await period(notifier.store))

    said = await notifier.hear(await period(notifier.store, run="run-2"))

    assert (said, notifier.post.calls) == ([], 1)


@in_loop
async def test_a_restated_day_is_not_mailed_again() -> None:
    notifier = Notifier()
    await notifier.hear(await period(notifier.store))
    restated = await cataloged(
        notifier.store, {DAY: [row("9")]}, run="run-2", version=SECOND_DELIVERY
    )

    said = await notifier.hear(restated)

    assert (said, notifier.post.calls) == ([], 1)


@in_loop
async def test_a_replay_sends_again_and_only_once() -> None:
    notifier = Notifier()
    await notifier.hear(await period(notifier.store))
    replay = await period(notifier.store, run="run-2", replay=True)

    (said,) = await notifier.hear(replay)
    await notifier.hear(replay)

    assert said.data.kind == "replay-run-2"
    assert notifier.post.calls == 2


@in_loop
async def test_a_digest_names_its_claim() -> None:
    notifier = Notifier()

    await notifier.hear(await period(notifier.store))

    ((_, claim),) = notifier.post.sent
    assert claim.startswith("2026-03-16-daily-")


@in_loop
async def test_the_week_before_is_compared_where_it_is_archived() -> None:
    notifier = Notifier()
    week_ago = DAY - timedelta(days=7)
    event = await cataloged(notifier.store, {week_ago: [row("1")], DAY: [row("2")]})

    await notifier.hear(event)

    ((envelope, _),) = notifier.post.sent
    assert b"+100.0 % against Monday a week ago (1.00)" in envelope.message


async def with_changes(store: MemoryStore) -> PeriodCataloged:
    change = AccountChange(account_id="2" * 12, name="lab", ou="B", moved_from="A", state="ACTIVE")
    changes = AccountChanges(day=DAY, source="s3://x/y", sha256="0" * 64, moved=(change,))
    body = changes.model_dump_json().encode()
    await store.put("ledger/organization/changes/x.json", body)
    uri = f"s3://{store.bucket}/ledger/organization/changes/x.json"
    return await period(store, accounts={"uri": uri, "sha256": sha256(body)})


@in_loop
async def test_what_changed_in_the_organization_comes_with_the_digest() -> None:
    notifier = Notifier()

    await notifier.hear(await with_changes(notifier.store))

    ((envelope, _),) = notifier.post.sent
    assert b"Moved: 222222222222 lab from A to B" in envelope.message


@in_loop
async def test_changes_that_do_not_match_their_checksum_are_not_mailed() -> None:
    notifier = Notifier()
    event = await with_changes(notifier.store)
    await notifier.store.put("ledger/organization/changes/x.json", b"{}")

    with pytest.raises(MismatchError, match="not what the query worker kept"):
        await notifier.hear(event)

    assert notifier.post.calls == 0


@in_loop
async def test_a_csv_too_large_for_a_mail_is_kept_beside_the_archive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compose, "ATTACHED", 10)
    notifier = Notifier()

    await notifier.hear(await period(notifier.store))

    ((envelope, _),) = notifier.post.sent
    assert b"text/csv" not in envelope.message
    assert notifier.store.versions[csv_key(DAY)][-1].body.startswith(b'"BillingDate",')


@in_loop
async def test_an_object_that_the_run_did_not_write_is_not_mailed() -> None:
    notifier = Notifier()
    event = await period(notifier.store)
    other = MemoryStore()
    await cataloged(other, {DAY: [row("1.5"), row("2.000000000001", OU="X")]})
    notifier.store.versions[breakdown_key(DAY)] = other.versions[breakdown_key(DAY)]

    with pytest.raises(Retry, match="2026-03-16"):
        await notifier.hear(event)

    assert notifier.post.calls == 0


@in_loop
async def test_a_day_whose_total_is_not_what_the_ledger_recorded_is_not_mailed() -> None:
    notifier = Notifier()
    event = await period(notifier.store)
    key = day_record_key(DAY)
    recorded = notifier.store.versions[key][-1].body
    await notifier.store.put(key, recorded.replace(b'"3.5"', b'"3.500000000001"'))

    with pytest.raises(MismatchError, match="2026-03-16"):
        await notifier.hear(event)

    assert notifier.post.calls == 0


@in_loop
async def test_an_outlook_that_is_not_there_yet_is_waited_for() -> None:
    notifier = Notifier()
    event = await period(notifier.store)
    del notifier.store.versions[outlook_key(DAY)]

    with pytest.raises(Retry, match="not there yet"):
        await notifier.hear(event)

    assert notifier.post.calls == 0


@in_loop
async def test_an_outlook_that_does_not_match_its_checksum_is_not_mailed() -> None:
    notifier = Notifier()
    event = await period(notifier.store)
    other = MemoryStore()
    await cataloged(other, {DAY: [row("7")]})
    forged = other.versions[outlook_key(DAY)][-1].body
    true = notifier.store.versions[outlook_key(DAY)][-1].metadata
    await notifier.store.put(outlook_key(DAY), forged, metadata=true)

    with pytest.raises(MismatchError):
        await notifier.hear(event)

    assert notifier.post.calls == 0


@in_loop
async def test_a_day_of_an_empty_month_is_told_as_no_cost() -> None:
    notifier = Notifier()

    (said,) = await notifier.hear(await cataloged(notifier.store, {DAY: []}))

    assert said.data.totals == ()
    ((envelope, _),) = notifier.post.sent
    assert "no cost" in message_from_bytes(envelope.message, policy=default)["Subject"]


@in_loop
async def test_credits_are_told_as_they_are() -> None:
    notifier = Notifier()
    event = await cataloged(notifier.store, {DAY: [row("-3")]})

    (said,) = await notifier.hear(event)

    assert said.data.totals[0].amortized == Decimal(-3)


@in_loop
async def test_a_digest_of_the_first_day_reads_the_month_before() -> None:
    notifier = Notifier()
    first = date(2026, 3, 1)
    await cataloged(notifier.store, {first - timedelta(days=7): [row("1")]})

    await notifier.hear(await cataloged(notifier.store, {first: [row("2")]}, run="run-2"))

    ((envelope, _),) = notifier.post.sent
    assert b"+100.0 % against Sunday a week ago" in envelope.message


@in_loop
async def test_an_event_of_another_kind_is_rejected() -> None:
    with pytest.raises(Reject, match="day-ready"):
        await Notifier().hear(tick())
