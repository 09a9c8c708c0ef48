"""A day's versions: what changed, why, and who was told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from daybook.operate.history import history_of
from daybook.operate.history_page import tell_as_of, tell_history
from daybook.operate.versions import History
from shared.day_record import ADOPTED, DayRecord, DayVersion
from shared.days import Period
from shared.digest_claim import Claim, ClaimState, ToldDay
from shared.events import Batch
from shared.ledger import Ledger
from shared.locations import digest_claim_key, run_record_key
from shared.memory import MemoryStore
from shared.money import Amounts
from shared.run_record import RunRecord
from tests.support.units.aio import in_loop

DAY = date(2026, 3, 16)
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


def usd(amount: str) -> Amounts:
    return Amounts(currency="USD", unblended=Decimal(amount), amortized=Decimal(amount))


def version(number: int, source: str, **by_ou: str) -> DayVersion:
    return DayVersion(
        sha256=f"{number}" * 64,
        run=f"run-{number}",
        source_version=source,
        archived_at=NOON + timedelta(days=number - 1),
        rows=len(by_ou),
        totals=(usd(str(sum(Decimal(amount) for amount in by_ou.values()))),),
        by_ou={f"Root/{ou}": (usd(amount),) for ou, amount in by_ou.items()},
    )


RECORD = DayRecord(
    day=DAY,
    versions=(
        version(1, "20260317T060000.000000Z/a/1", Prod="5", Dev="2"),
        version(2, "20260318T060000.000000Z/b/1", Prod="5", Dev="2.5"),
        version(3, "20260318T060000.000000Z/b/2", Prod="7.5"),
    ),
)


async def told(store: MemoryStore, number: int, day: date, state: ClaimState) -> None:
    claim = Claim(
        state=state,
        run=f"run-{number}",
        owner="one",
        at=NOON + timedelta(days=number - 1, minutes=5),
        recipients=("finops@example.com",),
        told={DAY: ToldDay(sha256=f"{number}" * 64, etag="")},
    )
    await Ledger(store).create(digest_claim_key(f"{day}-daily-abc"), claim)


async def told_of_all() -> History:
    store = MemoryStore()
    await told(store, 1, DAY, ClaimState.SENT)
    await told(store, 2, date(2026, 4, 1), ClaimState.UNKNOWN)
    await told(store, 3, date(2026, 3, 18), ClaimState.FREE)
    batch = Batch(part=1, of=1, reason="OUs were mended", requested_by="finops")
    run = RunRecord(
        run="run-3",
        period=Period.of(DAY),
        first_day=DAY,
        day=DAY,
        batch=batch,
        notify=False,
        source_version="x",
        cataloged_at=NOON,
        days_changed=1,
        changed=True,
    )
    await Ledger(store).create(run_record_key("run-3", Period.of(DAY)), run)
    return await history_of(store, RECORD, "amortized")


@in_loop
async def test_each_version_says_what_changed_in_which_ou() -> None:
    history = await told_of_all()

    changes = [[(c.ou_path, c.amount) for c in v.changes] for v in history.versions]
    assert changes == [
        [],
        [("Root/Dev", Decimal("0.5"))],
        [("Root/Dev", Decimal("-2.5")), ("Root/Prod", Decimal("2.5"))],
    ]


@in_loop
async def test_each_version_says_why_it_came_about() -> None:
    first, second, third = (v.why for v in (await told_of_all()).versions)

    assert first == "first archived, from the delivery of 20260317T060000.000000Z"
    assert second == "AWS delivered the export anew, 20260318T060000.000000Z"
    assert third.startswith("the same delivery, read again: accounts are in other OUs")
    assert third.endswith("asked for by finops: OUs were mended")


@in_loop
async def test_a_day_that_was_there_before_daybook_is_said_to_be() -> None:
    first, second, _ = RECORD.versions
    known = {"source": "adopted", "source_version": f"{ADOPTED}/adopted"}
    record = DayRecord(day=DAY, versions=(first.model_copy(update=known), second))

    history = await history_of(MemoryStore(), record, "amortized")

    assert [version.why for version in history.versions] == [
        "adopted: it was there before Daybook or its ledger, from a delivery that is not known",
        "the first delivery of it that the ledger knows, 20260318T060000.000000Z",
    ]


@in_loop
async def test_a_version_that_does_not_state_the_cost_is_shown_without_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    history = await history_of(MemoryStore(), RECORD, "net_amortized")

    tell_history(history)
    tell_as_of(history.as_of(date(9999, 12, 31)))

    told = " ".join(capsys.readouterr().out.split())
    assert "no net_amortized cost is stated in 2 rows" in told
    assert "Root/Prod not stated USD" in told
    assert not any(version.changes for version in history.versions)


@in_loop
async def test_only_who_may_have_got_it_was_told_also_by_a_digest_of_the_next_month() -> None:
    history = await told_of_all()

    assert [[(t.day, t.state) for t in v.told] for v in history.versions] == [
        [(DAY, "sent")],
        [(date(2026, 4, 1), "unknown")],
        [],
    ]
    assert history.versions[0].told[0].recipients == ("finops@example.com",)


@in_loop
async def test_who_was_told_of_bytes_that_came_back_was_told_of_them_when_they_were_in_force() -> (
    None
):
    """The day goes from A to B and back to A; a mail tells A before, and one after."""
    first, second, third = RECORD.versions
    back = third.model_copy(update={"sha256": first.sha256})
    store = MemoryStore()
    await told(store, 1, DAY, ClaimState.SENT)
    late = Claim(
        state=ClaimState.SENT,
        run="run-3",
        owner="one",
        at=back.archived_at + timedelta(minutes=5),
        told={DAY: ToldDay(sha256=first.sha256, etag="")},
    )
    await Ledger(store).create(digest_claim_key("2026-03-19-daily-abc"), late)
    record = DayRecord(day=DAY, versions=(first, second, back))

    history = await history_of(store, record, "amortized")

    assert [[t.day for t in v.told] for v in history.versions] == [
        [DAY],
        [],
        [date(2026, 3, 19)],
    ]


@in_loop
async def test_a_mail_that_went_out_after_a_newer_version_still_told_its_own() -> None:
    store, after = MemoryStore(), RECORD.versions[1].archived_at + timedelta(minutes=1)
    claim = Claim(
        state=ClaimState.SENT,
        run="run-1",
        owner="one",
        at=after,
        told={DAY: ToldDay(sha256=RECORD.versions[0].sha256, etag="")},
    )
    await Ledger(store).create(digest_claim_key(f"{DAY}-daily-abc"), claim)

    history = await history_of(store, RECORD, "amortized")

    assert [len(v.told) for v in history.versions] == [1, 0, 0]
