"""The query worker's handler: from a tick or a wish to one staged query per billing period."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from services.query.asked import asked_for, split
from services.query.engine import QueryResult
from services.query.manifest import Delivery
from services.query.readiness import RETRY
from shared.account_changes import AccountChanges
from shared.days import Period
from shared.errors import InputError, LeaseLost, MismatchError, Reject, Retry
from shared.events import PeriodQueried
from shared.locations import split_uri
from shared.memory import MemoryStore
from shared.money import Amounts
from shared.parquet import sha256
from shared.ports import Message
from shared.staging import StagedPeriod
from tests.support.units.aio import in_loop
from tests.support.units.breakdowns import place
from tests.support.units.events import backfill, cataloged, tick
from tests.support.units.queries import MARCH, Query
from tests.support.units.rows import DAY, row, usd


def scopes(said: list[PeriodQueried]) -> list[tuple[str, str, str, bool]]:
    data = [event.data for event in said]
    return [(str(d.period), str(d.first_day), str(d.day), d.notify) for d in data]


@in_loop
async def test_a_tick_asks_for_the_day_before_with_a_digest() -> None:
    said = await Query(MARCH).hear(tick("2026-03-17T07:00:00Z"))

    assert scopes(said) == [("2026-03", "2026-03-16", "2026-03-16", True)]
    assert not said[0].data.replay


@in_loop
async def test_the_tick_of_the_first_asks_for_the_month_before() -> None:
    query = Query(MARCH)
    query.shelf.delivered = datetime(2026, 4, 1, 6, tzinfo=UTC)

    said = await query.hear(tick("2026-04-01T07:00:00Z"))

    assert scopes(said) == [("2026-03", "2026-03-31", "2026-03-31", True)]


@in_loop
async def test_a_backfill_over_three_months_is_three_events() -> None:
    query = Query(Period(2025, 12), Period(2026, 1), Period(2026, 2))

    parts = split(backfill(date(2025, 12, 30), date(2026, 2, 3), notify=True))
    said = [event for part in parts for event in await query.hear(part)]

    assert scopes(said) == [
        ("2025-12", "2025-12-30", "2025-12-31", False),
        ("2026-01", "2026-01-01", "2026-01-31", False),
        ("2026-02", "2026-02-01", "2026-02-03", True),
    ]
    assert {event.data.replay for event in said} == {True}
    assert len({event.id for event in said}) == 3
    assert len({event.runid for event in said}) == 1


@in_loop
async def test_a_backfill_without_notify_asks_for_no_digest() -> None:
    said = await Query(MARCH).hear(backfill(DAY, DAY))

    assert [event.data.notify for event in said] == [False]


@in_loop
async def test_the_event_refers_to_the_committed_list_by_its_checksum() -> None:
    query = Query(MARCH)

    (said,) = await query.hear(tick())

    bucket, key = split_uri(said.data.staging.uri)
    body = query.store.versions[key][-1].body
    staged = StagedPeriod.model_validate_json(body)
    assert (bucket, sha256(body)) == ("memory", said.data.staging.sha256)
    assert (staged.totals, staged.rows) == (said.data.totals, said.data.rows) == ((usd("5"),), 1)
    assert said.data.source_version.startswith("20260317T060000.000000Z/execution-1")


@in_loop
async def test_what_the_export_lacks_and_what_is_unknown_is_said() -> None:
    query = Query(MARCH, unknown={"Surprise": 3}, notes=("The export lacks names.",))

    (said,) = await query.hear(tick())

    staged = StagedPeriod.model_validate_json(query.store.versions[query.committed[0]][-1].body)
    assert said.data.unknown_types == staged.unknown_types == {"Surprise": 3}
    assert said.data.notes == staged.notes == ("The export lacks names.",)


@in_loop
async def test_the_same_run_again_says_the_same_without_a_second_query() -> None:
    query = Query(MARCH)
    first = await query.hear(tick())
    query.engine.cost = "9"

    again = await query.hear(tick())

    assert [(e.id, e.data) for e in again] == [(e.id, e.data) for e in first]
    assert len(query.engine.prefixes) == 1


@in_loop
async def test_a_query_that_failed_is_made_anew_under_another_prefix() -> None:
    query = Query(MARCH, trouble=OSError("disk"))
    with pytest.raises(OSError, match="disk"):
        await query.hear(tick())
    query.engine.trouble = None

    assert len(await query.hear(tick())) == 1

    first, second = query.engine.prefixes
    assert first != second
    assert len(query.committed) == 1


@in_loop
async def test_a_period_that_is_not_delivered_is_looked_at_again_later() -> None:
    query = Query(Period(2026, 2))

    with pytest.raises(Retry, match="no export of 2026-03") as retry:
        await query.hear(tick())

    assert retry.value.after == RETRY
    assert query.engine.prefixes == []


@in_loop
async def test_an_export_that_does_not_reach_the_day_is_looked_at_again_later() -> None:
    query = Query(MARCH, last_day=date(2026, 3, 15))

    with pytest.raises(Retry, match="does not reach 2026-03-16") as retry:
        await query.hear(tick())

    assert retry.value.after == RETRY
    assert query.committed == []


@pytest.mark.parametrize("staged", [(), (usd("5.000000000001"),), (usd("5", currency="EUR"),)])
@in_loop
async def test_a_breakdown_that_does_not_add_up_is_refused_and_not_committed(
    staged: tuple[Amounts, ...],
) -> None:
    query = Query(MARCH, staged=staged)

    with pytest.raises(MismatchError, match="differ from the export's"):
        await query.hear(tick())

    assert query.committed == []


@in_loop
async def test_a_wrong_file_of_a_person_rejects_the_message_with_its_reason() -> None:
    query = Query(MARCH)
    query.organization.trouble = InputError("org.csv", "is wrong", "Mend it", where="line 3")

    with pytest.raises(Reject, match=r"org\.csv, line 3: is wrong\. Mend it"):
        await query.hear(tick())


@in_loop
async def test_the_organization_is_looked_at_even_when_no_export_is_there_yet() -> None:
    query = Query()
    event = tick()

    with pytest.raises(Retry):
        await query.hear(event)

    assert query.organization.observed == [event.runid]


@in_loop
async def test_the_manifest_says_which_organization_was_used() -> None:
    query = Query(MARCH)

    (said,) = await query.hear(tick())

    staged = StagedPeriod.model_validate_json(query.store.versions[query.committed[0]][-1].body)
    assert staged.organization
    assert staged.organization.model_dump() == {
        "source": "s3://config/org.csv",
        "sha256": "0" * 64,
        "changes": None,
    }
    assert said.data.accounts is None


@in_loop
async def test_what_changed_on_the_day_is_kept_in_the_ledger_and_referred_to() -> None:
    query = Query(MARCH)
    query.organization.placements = [
        place("Root/A", date(2026, 1, 1), DAY),
        place("Root/B", DAY),
    ]

    (said,) = await query.hear(tick())

    assert said.data.accounts
    (stored,) = query.store.versions[split_uri(said.data.accounts.uri)[1]]
    changes = AccountChanges.model_validate_json(stored.body)
    assert sha256(stored.body) == said.data.accounts.sha256
    assert [(moved.moved_from, moved.ou) for moved in changes.moved] == [("A", "B")]


@in_loop
async def test_a_run_that_is_repeated_before_its_commit_keeps_the_changes_once() -> None:
    query = Query(MARCH)
    query.organization.placements = [place("Root", end=DAY), place("Root/B", DAY)]
    (first,) = await query.hear(tick())
    del query.store.versions[query.committed[0]]

    (again,) = await query.hear(tick())

    assert first.data.accounts
    assert again.data.accounts == first.data.accounts
    assert len(query.store.versions[split_uri(first.data.accounts.uri)[1]]) == 1


@in_loop
async def test_a_lost_lease_is_not_mistaken_for_a_wrong_file() -> None:
    query = Query(MARCH, trouble=LeaseLost("gone"))

    with pytest.raises(LeaseLost):
        await query.hear(tick())

    assert query.committed == []


@in_loop
async def test_a_twin_that_committed_first_is_believed() -> None:
    query = Query(MARCH)
    twin = Query(MARCH, cost="7")
    (theirs,) = await twin.hear(tick())
    key = twin.committed[0]
    held = query.engine.stage

    async def stage(
        delivery: Delivery, organization: pa.Table, prefix: str, message: Message
    ) -> QueryResult:
        query.store.versions[key] = twin.store.versions[key]
        return await held(delivery, organization, prefix, message)

    query.engine.stage = stage  # type: ignore[method-assign]
    (ours,) = await query.hear(tick())

    assert ours.data == theirs.data


@in_loop
async def test_an_event_of_another_kind_is_rejected() -> None:
    event = await cataloged(MemoryStore(), {DAY: [row()]})

    with pytest.raises(Reject, match="period-cataloged"):
        asked_for(event)
