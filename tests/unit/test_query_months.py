"""Which months a tick and a backfill read, and that no trouble of one holds back the other."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pytest

from services.query.engine import QueryResult
from services.query.manifest import Delivery
from services.query.month_before import PATIENCE
from services.query.readiness import REFRESH_DELAY
from services.query.snapshot import ExportFile
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import InputError, LeaseLost, MismatchError, Retry, Wait
from shared.events import DataDelayed, Reference
from shared.ledger import Ledger
from shared.locations import period_record_key
from shared.ports import Message
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill, tick
from tests.support.units.queries import DELIVERED, FEBRUARY, MARCH, Engine, Query, Shelf
from tests.support.units.rows import DAY

DELIVERY = f"{DELIVERED:%Y%m%dT%H%M%S.%fZ}/execution-1/20260317T070000.000000Z"
EARLIER = "20260310T000000.000000Z/execution-0/20260310T070000.000000Z"
SOON = DELIVERED + timedelta(hours=1)


async def archived(
    query: Query, period: Period, source_version: str = EARLIER, *, final: bool = False
) -> None:
    """Put a delivery down as the period's newest, as the archiver does."""
    record = PeriodRecord(
        source_version=source_version,
        run="before",
        staging=Reference(uri="s3://x/manifest.json", sha256="0" * 64),
        final=final,
    )
    await Ledger(query.store).create(period_record_key(period), record)


async def months(query: Query, at: str = "2026-03-17T07:00:00Z") -> list[str]:
    return [str(event.data.period) for event in await query.hear(tick(at))]


@pytest.mark.parametrize(
    ("known", "final", "read"),
    [
        (EARLIER, False, ["2026-02", "2026-03"]),
        (DELIVERY, False, ["2026-02", "2026-03"]),
        (DELIVERY, True, ["2026-03"]),
        (EARLIER, True, ["2026-02", "2026-03"]),
        (None, False, ["2026-03"]),
    ],
    ids=["delivered-anew", "not-final", "final", "final-and-delivered-anew", "never-archived"],
)
@in_loop
async def test_a_tick_reads_the_month_before_until_it_is_final_or_when_it_is_delivered_anew(
    known: str | None, final: bool, read: list[str]
) -> None:
    query = Query(FEBRUARY, MARCH)
    if known:
        await archived(query, FEBRUARY, known, final=final)

    said = await query.hear(tick())

    assert [str(event.data.period) for event in said] == read
    assert [event.data.notify for event in said] == [False] * (len(read) - 1) + [True]
    assert said[0].data.day == (date(2026, 2, 28) if len(read) == 2 else DAY)


@in_loop
async def test_a_backfill_reads_what_it_asks_for_and_no_more() -> None:
    query = Query(FEBRUARY, MARCH)
    await archived(query, FEBRUARY)

    said = await query.hear(backfill(DAY, DAY))

    assert [event.data.period for event in said] == [MARCH]


@dataclass
class Refreshed(Shelf):
    """An export store in which some months' files are just being replaced."""

    torn: set[Period] = field(default_factory=set)

    async def files(self, prefix: str) -> list[ExportFile]:
        newer = DELIVERED + timedelta(minutes=50)
        parts = [f"data/BILLING_PERIOD={period}/part-2.parquet" for period in self.torn]
        found = [ExportFile(path, "2", newer) for path in parts if path.startswith(prefix)]
        return [*await super().files(prefix), *found]


@in_loop
async def test_a_month_before_that_is_being_refreshed_is_left_to_the_next_tick() -> None:
    query = Query(FEBRUARY, MARCH)
    query.shelf = shelf = Refreshed({FEBRUARY, MARCH}, {FEBRUARY})
    query.clock = {"now": lambda: SOON}
    await archived(query, FEBRUARY)

    assert await months(query) == ["2026-03"]
    shelf.torn.clear()
    assert await months(query, "2026-03-18T07:00:00Z") == ["2026-02", "2026-03"]
    assert query.bell.alarms == []


@in_loop
async def test_a_month_before_that_stays_torn_rings_and_holds_nothing_back() -> None:
    query = Query(FEBRUARY, MARCH)
    query.shelf = Refreshed({FEBRUARY, MARCH}, {FEBRUARY})
    query.clock = {"now": lambda: DELIVERED + timedelta(hours=9)}
    await archived(query, FEBRUARY)

    assert await months(query) == ["2026-03"]
    ((subject, text),) = query.bell.alarms
    assert subject == "Daybook: 2026-02 cannot be read again"
    assert "copy the manifest again, last" in text


@in_loop
async def test_a_day_of_a_torn_delivery_is_waited_for_and_told_of_at_the_deadline() -> None:
    query = Query(MARCH)
    query.deadline = time(12)
    query.shelf = Refreshed({MARCH}, {MARCH})
    query.clock = {"now": lambda: DELIVERED + timedelta(hours=9)}

    with pytest.raises(Wait, match="has been newer than its manifest") as told:
        await query.hear(tick())

    assert [type(said) for said in told.value.says] == [DataDelayed]


@in_loop
async def test_a_month_before_whose_delivery_is_gone_is_left_to_the_next_tick() -> None:
    query = Query(MARCH)
    await archived(query, FEBRUARY)

    assert await months(query) == ["2026-03"]
    assert query.bell.alarms == []


@dataclass
class Damaged(Engine):
    """An engine that cannot read February."""

    fault: Exception = field(default_factory=lambda: InputError("part-1", "is no Parquet", "Mend"))

    async def stage(
        self, delivery: Delivery, organization: pa.Table, prefix: str, message: Message
    ) -> QueryResult:
        if delivery.period == FEBRUARY:
            raise self.fault
        return await super().stage(delivery, organization, prefix, message)


@pytest.mark.parametrize(
    "fault", [InputError("part-1", "is no Parquet", "Mend it"), MismatchError("1 differs from 2")]
)
@in_loop
async def test_a_month_before_that_cannot_be_read_rings_and_holds_nothing_back(
    fault: Exception,
) -> None:
    query = Query(FEBRUARY, MARCH)
    query.engine = Damaged(fault=fault)
    await archived(query, FEBRUARY)

    assert await months(query) == ["2026-03"]

    ((subject, text),) = query.bell.alarms
    assert subject == "Daybook: 2026-02 cannot be read again"
    assert str(fault) in text


@pytest.mark.parametrize("fault", [PermissionError("403: in Glacier"), Retry("no room", after=9)])
@in_loop
async def test_what_may_pass_by_itself_costs_a_tick_some_of_its_deliveries_and_no_more(
    fault: Exception,
) -> None:
    query = Query(FEBRUARY, MARCH)
    query.engine = Damaged(fault=fault)
    await archived(query, FEBRUARY)

    for receives in range(1, PATIENCE):
        with pytest.raises(type(fault)):
            await query.hear(tick(), receives=receives)
    said = await query.hear(tick(), receives=PATIENCE)

    assert [event.data.period for event in said] == [MARCH]
    ((subject, text),) = query.bell.alarms
    assert subject == "Daybook: 2026-02 cannot be read again"
    assert str(fault) in text


@in_loop
async def test_a_lost_lease_is_no_trouble_of_the_month_before() -> None:
    query = Query(FEBRUARY, MARCH)
    query.engine = Damaged(fault=LeaseLost("message-0"))
    await archived(query, FEBRUARY)

    with pytest.raises(LeaseLost):
        await query.hear(tick(), receives=PATIENCE)


@in_loop
async def test_an_export_that_is_replaced_for_hours_is_told_of_at_the_deadline() -> None:
    query = Query(MARCH)
    query.deadline = time(12)
    query.shelf = Refreshed({MARCH}, {MARCH})
    query.clock = {"now": lambda: DELIVERED + timedelta(hours=6)}

    with pytest.raises(Wait, match="is newer than its manifest") as told:
        await query.hear(tick())

    assert told.value.after == REFRESH_DELAY
    assert [type(said) for said in told.value.says] == [DataDelayed]


@in_loop
async def test_the_month_before_is_not_read_while_today_is_waited_for() -> None:
    query = Query(FEBRUARY)
    await archived(query, FEBRUARY)

    with pytest.raises(Exception, match="no export of 2026-03"):
        await query.hear(tick())

    assert query.engine.prefixes == []


@pytest.mark.parametrize(
    ("invoiced", "awaits", "delivered", "final"),
    [
        (True, False, datetime(2026, 3, 1, tzinfo=UTC), True),
        (True, False, datetime(2026, 2, 28, 23, 59, tzinfo=UTC), False),
        (True, True, datetime(2026, 3, 5, tzinfo=UTC), False),
        (False, False, datetime(2026, 3, 5, tzinfo=UTC), False),
    ],
    ids=["over-and-invoiced", "not-over", "partly-invoiced", "not-invoiced"],
)
@in_loop
async def test_a_month_is_final_when_it_is_over_and_all_of_its_bill_is_invoiced(
    invoiced: bool, awaits: bool, delivered: datetime, final: bool
) -> None:
    query = Query(FEBRUARY, invoiced=invoiced, awaits=awaits)
    query.shelf.delivered = delivered

    (said,) = await query.hear(backfill(date(2026, 2, 3), date(2026, 2, 3)))

    assert said.data.final is final
    assert said.data.status == ("final" if final else "complete")


class Killed(BaseException):
    """Ends the worker, as running out of memory does."""


@in_loop
async def test_a_month_before_in_which_workers_die_is_given_up_and_rung_for() -> None:
    query = Query(FEBRUARY, MARCH)
    query.engine = Damaged(fault=Killed())  # type: ignore[arg-type]
    await archived(query, FEBRUARY)
    for receives in range(1, PATIENCE + 1):
        with pytest.raises(Killed):
            await query.hear(tick(), receives=receives)

    said = await query.hear(tick(), receives=PATIENCE + 1)

    assert [event.data.period for event in said] == [MARCH]
    ((subject, text),) = query.bell.alarms
    assert subject == "Daybook: 2026-02 cannot be read again"
    assert f"{PATIENCE} deliveries of the tick came to no end" in text


@in_loop
async def test_a_month_before_that_nobody_began_is_left_to_the_next_tick_without_an_alarm() -> None:
    query = Query(FEBRUARY, MARCH)
    query.engine = Damaged(fault=AssertionError("nobody may go near it"))
    await archived(query, FEBRUARY)

    said = await query.hear(tick(), receives=PATIENCE + 1)

    assert [event.data.period for event in said] == [MARCH]
    assert query.bell.alarms == []
