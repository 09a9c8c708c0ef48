"""Anomalies as the forecaster keeps them: money, one row per event, what is explained is quiet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from benchmarks.planted import BILLS, TUNED_ON, generated
from services.forecaster.anomalies import NEWCOMER, Lookout
from services.forecaster.assess import Rules
from services.forecaster.cells import Cells
from services.forecaster.driven import Drivers
from services.forecaster.explained import Explanations
from services.forecaster.handler import AssessPeriod
from services.forecaster.past import WATCHED
from services.forecaster.unusual import watch
from shared.anomalies import Anomaly
from shared.archive import read_anomalies
from shared.config_outlook import Acknowledged, Anomalies, Lights, PlannedEvent
from shared.days import ONE_DAY, days_between
from shared.drivers import SCHEMA
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.leases import new_lease
from tests.support.units.rows import DAY, Row, archived_table, row

FIRST = date(2026, 1, 1)
SPIKE = DAY - timedelta(days=2)
OTHER = "222222222222"
COSTS = {
    "spike": {SPIKE: "160", SPIKE + timedelta(days=1): "150.25"},
    "drop": {SPIKE: "20", DAY: "20"},
}


def rows(day: date, event: str) -> list[Row]:
    """Return a shop at 100 a day with an event, a steady one beside it, and tax on each first."""
    cost = COSTS.get(event, {}).get(day, "100")
    found = [row(cost, Service="AWS Lambda"), row("50", LinkedAccount=OTHER, AccountName="lab")]
    if day.day == 1:
        found.append(row("900", ChargeType="Tax", Service="AWS Lambda"))
    return found


def found_in(
    event: str = "spike",
    first: date = FIRST,
    day: date = DAY,
    anomalies: Anomalies | None = None,
    planned: Sequence[PlannedEvent] = (),
) -> list[Anomaly]:
    rules = anomalies or Anomalies()
    cells = Cells(first, (day - first).days + 1)
    for each in days_between(first, day):
        cells.add(each, archived_table(*rows(each, event)), "amortized")
    explanations = Explanations(rules.acknowledged, tuple(planned))
    return Lookout.over(cells, rules.floor).anomalies(day, explanations)


@in_loop
async def test_what_stands_out_is_kept_beside_the_outlook_of_the_day() -> None:
    store, first = MemoryStore(), DAY.replace(day=1) - timedelta(days=12)
    before = {day: rows(day, "") for day in days_between(first, DAY.replace(day=1) - ONE_DAY)}
    await archive(store, await queried(store, before, run="run-0"))
    month = {day: rows(day, "spike") for day in days_between(DAY.replace(day=1), DAY)}
    said = await archive(store, await queried(store, month, first_day=SPIKE))

    await AssessPeriod(store, "amortized", Rules((), Lights()))(said, new_lease())

    found = {day: await read_anomalies(store, day) for day in days_between(SPIKE - ONE_DAY, DAY)}
    assert found[SPIKE - ONE_DAY] is None
    assert [len(found[day] or []) for day in days_between(SPIKE, DAY)] == [1, 1, 1]


def test_an_event_says_what_since_when_and_how_much_money() -> None:
    (found,) = found_in()

    assert (found.service, found.account, found.ou_path) == (
        "AWS Lambda",
        "111111111111",
        "Root/Workloads/Prod",
    )
    assert (found.since, found.until, found.found_on) == (SPIKE, DAY - timedelta(days=1), SPIKE)
    assert (found.direction, found.state) == ("up", "ended")
    assert found.actual == Decimal("310.25")
    assert found.impact == Decimal("110.25")


def test_the_same_event_has_the_same_id_on_the_next_day() -> None:
    (later,) = found_in()
    (earlier,) = found_in(day=SPIKE)

    assert earlier.id == later.id
    assert (earlier.state, earlier.is_new) == ("open", True)


def test_what_is_below_the_floor_is_not_told() -> None:
    assert found_in(anomalies=Anomalies(floor=Decimal(111))) == []


def test_with_too_little_history_nothing_is_told() -> None:
    assert found_in(first=DAY - timedelta(days=15)) == []


def test_an_acknowledged_event_stays_quiet_and_says_why() -> None:
    known = Acknowledged(account="111111111111", service="AWS Lambda", on=SPIKE, reason="a test")
    other = Acknowledged(account=OTHER, on=SPIKE, reason="not this one")

    (found,) = found_in(anomalies=Anomalies(acknowledged=(other, known)))

    assert (found.state, found.quiet, found.explanation) == ("acknowledged", True, "a test")


def driver(day: date, usage_type: str, cost: str, region: str = "eu-west-1") -> dict[str, Any]:
    its = row(cost, BillingDate=day, Service="AWS Lambda")
    named = {name: its.get(name) for name in SCHEMA.names}
    return named | {"UsageType": usage_type, "Region": region, "UsageAmount": Decimal(1)}


def test_an_anomaly_names_the_usage_type_and_region_that_drove_it() -> None:
    (found,) = found_in()
    before = [SPIKE - timedelta(days=n) for n in range(1, 20)]
    after = [SPIKE, SPIKE + ONE_DAY]
    rows = [driver(day, "Requests", "60") for day in (*before, *after)]
    rows += [driver(day, "GB-Second", "40") for day in before]
    rows += [driver(day, "GB-Second", "95") for day in after]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)

    (named,) = Drivers(table, "amortized").named([found])

    assert (named.usage_type, named.region) == ("GB-Second", "eu-west-1")
    assert named.driver_impact == Decimal(110)


def test_without_what_drove_it_an_anomaly_names_nothing() -> None:
    (found,) = found_in()

    assert Drivers(SCHEMA.empty_table(), "amortized").named([found]) == [found]


def test_an_event_is_acknowledged_by_a_day_shortly_before_it_and_no_earlier() -> None:
    told = [
        Acknowledged(account="1" * 12, on=SPIKE - timedelta(days=n), reason="x") for n in (3, 4)
    ]

    states = [found_in(anomalies=Anomalies(acknowledged=(each,)))[0].state for each in told]

    assert states == ["acknowledged", "ended"]


def test_an_event_keeps_its_days_when_a_new_month_drops_the_oldest_from_the_watch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.planted.DAYS", 300)
    monkeypatch.setattr("benchmarks.planted.BEGIN", 250)
    bill = generated(BILLS[0], TUNED_ON[0])

    def told(count: int) -> set[tuple[int, int, int]]:
        watched = watch(bill.values[:, -count:], bill.least)
        known = ((row, e) for row in range(len(bill.values)) for e in watched.events(row, count))
        return {(row, e.side, count - e.first) for row, e in known if e.last >= count - 8}

    assert told(30 * WATCHED + 1) == told(30 * WATCHED + 31)


def woken(first_row: date) -> list[Anomaly]:
    """Return what is found where an account costs 300 a day of late; before, it has empty rows."""
    cells = Cells(FIRST, (DAY - FIRST).days + 1)
    for day in days_between(FIRST - timedelta(days=200), DAY):
        rows = [row("50", LinkedAccount=OTHER)]
        if day >= first_row:
            cost = "300" if day >= SPIKE else "0"
            rows.append(row(cost, ChargeType="Usage" if day >= SPIKE else "Tax"))
        cells.add(day, archived_table(*rows), "amortized")
    return Lookout.over(cells, Decimal(10)).anomalies(DAY, Explanations())


def test_an_account_that_has_long_been_there_and_begins_to_cost_is_told() -> None:
    (found,) = woken(FIRST - timedelta(days=150))

    assert (found.since, found.direction, found.impact) == (SPIKE, "up", Decimal(900))
    assert len(woken(SPIKE - timedelta(days=NEWCOMER))) == 1


def test_what_a_new_account_costs_is_no_event() -> None:
    assert woken(SPIKE) == []
    assert woken(SPIKE - timedelta(days=NEWCOMER - 1)) == []


def planned(monthly: str, start: date, **more: Any) -> PlannedEvent:
    fields = {"ou": "Workloads", "name": "Load test", "monthly": monthly, "from": start} | more
    return PlannedEvent.model_validate(fields)


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (planned("1700", SPIKE), "planned"),
        (planned("600", SPIKE), "ended"),
        (planned("-1700", SPIKE), "ended"),
        (planned("1700", SPIKE - timedelta(days=60)), "ended"),
        (planned("1700", SPIKE, ou="Workloads/Test"), "ended"),
        (planned("1700", SPIKE, currency="EUR"), "ended"),
    ],
)
def test_a_planned_event_silences_what_it_explains(event: PlannedEvent, state: str) -> None:
    (found,) = found_in(planned=(event,))

    assert found.state == state


def test_beginning_and_end_of_a_planned_event_are_explained_while_both_are_told() -> None:
    (grown,), (fallen,) = found_in(), found_in("drop")
    both = [replace(grown, id="a"), replace(fallen, id="b", since=SPIKE + timedelta(days=5))]
    event = planned("2700", SPIKE, until=SPIKE + timedelta(days=4))

    assert [one.state for one in Explanations((), (event,)).applied(both)] == ["planned"] * 2


def test_what_began_closest_to_the_end_of_a_plan_is_explained_by_it() -> None:
    (fallen,) = found_in("drop")
    first, last = SPIKE - timedelta(days=1), SPIKE + timedelta(days=2)
    late = replace(fallen, id="a", since=first, until=first)
    near = replace(fallen, id="b", since=last, until=last)
    event = planned("4000", SPIKE - timedelta(days=20), until=SPIKE + timedelta(days=1))

    found = Explanations((), (event,)).applied([late, near])

    assert [one.state for one in found] == ["open", "planned"]


def test_the_end_of_a_planned_event_explains_a_drop() -> None:
    ended = planned("2700", FIRST, until=SPIKE - timedelta(days=1))

    (found,) = found_in("drop", planned=(ended,))

    assert (found.direction, found.state) == ("down", "planned")
    assert found.impact == Decimal(-160)
