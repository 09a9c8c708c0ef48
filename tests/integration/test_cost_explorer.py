"""The archive against Cost Explorer and AWS Invoicing, through the real client."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.archiver.compare import CompareCosts
from services.archiver.cost_explorer import CostExplorer
from services.archiver.handler import ArchivePeriod
from services.archiver.invoicing import Invoicing
from shared.aws import clients
from shared.cost_check import CostCheck
from shared.locations import breakdown_key
from shared.memory import MemoryStore
from shared.staging import InvoicedTotal
from tests.support.cloud import Cloud
from tests.support.cost_explorer import StubBilling, invoice, serving
from tests.support.looped import Loop
from tests.support.units.events import archive, queried
from tests.support.units.leases import new_lease
from tests.support.units.rows import DAY, row

DELIVERED = "20260317T060000.000000Z"
NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
TIMING = (
    "the export was delivered at 20260317T060000.000000Z and Cost Explorer asked at "
    "20260317T080000Z: AWS refreshes each at its own time"
)


@dataclass
class Desk:
    """An archive of one day, and Cost Explorer beside it."""

    stub: StubBilling
    store: MemoryStore
    loop: Loop
    clients: tuple[Any, Any]

    def compare(
        self, *invoiced: InvoicedTotal, run: str = "run-1", metric: str = "unblended", most: int = 5
    ) -> CostCheck:
        ce, invoicing = self.clients
        check = CompareCosts(
            self.store, CostExplorer(ce), Invoicing(invoicing), metric, most, now=lambda: NOW
        )
        return self.loop(check.check(run, DAY, DELIVERED, invoiced))

    def archive(self, *rows: dict[str, Any]) -> None:
        async def work() -> None:
            await archive(self.store, await queried(self.store, {DAY: list(rows)}))

        self.loop(work())


@pytest.fixture
def desk(cloud: Cloud, loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    assert cloud
    stub = StubBilling()
    with serving(stub) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_COST_EXPLORER", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_INVOICING", url)
        both: Any = loop.enter(clients("ce", "invoicing"))
        yield Desk(stub, MemoryStore(), loop, both)


def test_equal_costs_are_one_request_and_no_gap(desk: Desk) -> None:
    desk.archive(row("12.5"), row("-2.5", ChargeType="Credit"))
    desk.stub.by_type = [("Usage", "12.5", "USD"), ("Credit", "-2.5", "USD")]

    check = desk.compare()

    (gap,) = check.gaps
    assert (gap.archive, gap.elsewhere, gap.gap, gap.causes) == (
        Decimal(10),
        Decimal(10),
        Decimal(0),
        (),
    )
    assert (check.requests, check.estimated, check.problems) == (1, True, ())
    (request,) = desk.stub.asked
    assert request["TimePeriod"] == {"Start": "2026-03-01", "End": "2026-03-17"}
    assert (request["Granularity"], request["Metrics"]) == ("MONTHLY", ["UnblendedCost"])


def test_a_gap_is_stated_exactly_with_its_parts_and_its_accounts(desk: Desk) -> None:
    rows = [row("100"), row("7", ChargeType="Tax"), row("-3", ChargeType="Credit")]
    desk.archive(*rows, row("9", ChargeType="Marketplace", LinkedAccount="2" * 12))
    desk.stub.by_type = [("Usage", "100.0000000000", "USD"), ("Tax", "5.25", "USD")]
    desk.stub.by_account = [("1" * 12, "105.25", "USD")]

    check = desk.compare()

    (gap,) = check.gaps
    assert (gap.archive, gap.elsewhere, gap.gap) == (
        Decimal(113),
        Decimal("105.25"),
        Decimal("7.75"),
    )
    assert gap.causes == (
        "credits: -3",
        "tax: +1.75",
        "other charges: +9, as much as the Marketplace charges",
        "Cost Explorer marks its figures as estimated",
        TIMING,
        "by account: 222222222222 +9, 111111111111 -1.25",
    )
    assert check.requests == 2


def test_a_day_that_the_archive_lost_is_said_and_is_no_gap(desk: Desk) -> None:
    desk.archive(row("100"))
    desk.store.versions.pop(breakdown_key(DAY))

    check = desk.compare()

    lost = f"Cost Explorer was not compared: the archive lacks {DAY}, run daybook replay {DAY}"
    assert (check.problems, check.gaps, desk.stub.asked) == ((lost,), (), [])


def test_pages_are_added_up_and_each_is_a_request(desk: Desk) -> None:
    desk.archive(row("100"))
    desk.stub.by_type = [("Usage", "30", "USD"), ("Usage", "60", "USD"), ("Tax", "1", "USD")]
    desk.stub.by_account = [(f"{n:012d}", "30", "USD") for n in range(3)]
    desk.stub.pages = 3

    check = desk.compare(run="whole", most=6)
    short = desk.compare(run="short", most=2)

    assert (check.gaps[0].gap, check.requests) == (Decimal(9), 6)
    assert check.gaps[0].causes[-1].startswith("by account: 111111111111 +100, ")
    assert short.gaps == ()
    assert short.problems == (
        "Cost Explorer was not compared: its answer has more pages than most_requests, 2",
    )


def test_accounts_that_cost_too_many_requests_are_said_to_be_unknown(desk: Desk) -> None:
    desk.archive(row("100"))
    desk.stub.by_type = [("Usage", "90", "USD")]

    check = desk.compare(most=1)

    assert (check.requests, check.gaps[0].gap, check.problems) == (
        1,
        Decimal(10),
        (),
    )
    assert len(desk.stub.asked) == 1


def test_amortized_is_compared_beside_unblended_where_it_is_the_metric(desk: Desk) -> None:
    desk.archive(row("4", UnblendedCost=Decimal(6)))
    desk.stub.by_type = [("Usage", "6", "USD")]
    desk.stub.by_account = [("1" * 12, "6", "USD")]

    check = desk.compare(metric="amortized")

    assert [(gap.what, gap.gap) for gap in check.gaps] == [
        ("unblended", Decimal(0)),
        ("amortized", Decimal(-2)),
    ]
    assert desk.stub.asked[0]["Metrics"] == ["UnblendedCost", "AmortizedCost"]


def test_currencies_are_compared_apart(desk: Desk) -> None:
    desk.archive(row("4"), row("5", Currency="NOK"))
    desk.stub.by_type = [("Usage", "4", "USD")]

    check = desk.compare()

    assert [(gap.currency, gap.gap) for gap in check.gaps] == [
        ("NOK", Decimal(5)),
        ("USD", Decimal(0)),
    ]
    assert check.gaps[0].causes == ("Cost Explorer states nothing in this currency",)


def test_what_is_less_than_cost_explorers_last_place_is_stated_as_rounding(desk: Desk) -> None:
    desk.archive(row("1.000000000049"))
    desk.stub.by_type = [("Usage", "1.0000000000", "USD")]

    (gap,) = desk.compare().gaps

    assert (gap.gap, gap.causes) == (
        Decimal("0.000000000049"),
        ("Cost Explorer states ten decimals",),
    )
    assert len(desk.stub.asked) == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "DataUnavailableException"])
def test_a_refusal_is_said_and_stops_nothing(desk: Desk, code: str) -> None:
    desk.archive(row("1"))
    desk.stub.refusals = [code]

    check = desk.compare()

    assert check.gaps == ()
    assert check.problems == (f"Cost Explorer was not compared: {code}",)


def test_the_emulator_has_no_cost_explorer_and_that_is_said(
    desk: Desk, cloud: Cloud, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud
    monkeypatch.delenv("AWS_ENDPOINT_URL_COST_EXPLORER")
    monkeypatch.delenv("AWS_ENDPOINT_URL_INVOICING")
    both: Any = loop.enter(clients("ce", "invoicing"))
    desk.clients = both
    desk.archive(row("1"))

    check = desk.compare(InvoicedTotal(invoice="1", currency="USD", unblended=Decimal(1)))

    assert check.gaps == check.invoices == ()
    assert [problem.partition(":")[0] for problem in check.problems] == [
        "Cost Explorer was not compared",
        "invoice 1 was not compared",
    ]


def test_a_repeated_step_asks_nothing_and_says_the_same(desk: Desk) -> None:
    desk.archive(row("1"))
    desk.stub.by_type = [("Usage", "1", "USD")]
    first = desk.compare()

    assert desk.compare() == first
    assert len(desk.stub.asked) == 1


def test_invoices_are_compared_in_the_currency_of_their_lines(desk: Desk) -> None:
    desk.archive(row("1"))
    desk.stub.by_type = [("Usage", "1", "USD")]
    desk.stub.invoices = [
        invoice("1", "10.00"),
        invoice("2", "23.80", "20.00"),
        invoice("3", "99.00"),
        invoice("4", "9.00", currency="EUR"),
    ]
    lines = {"1": "10.0042", "2": "20", "3": "90", "4": "10", "5": "1"}
    totals = [
        InvoicedTotal(invoice=name, currency="USD", unblended=Decimal(cost))
        for name, cost in lines.items()
    ]

    check = desk.compare(*totals)

    assert {each.what: (each.gap, each.causes[0][:36]) for each in check.invoices} == {
        "1": (Decimal("0.0042"), "an invoice is stated in cents"),
        "2": (Decimal("-3.80"), "as much as the invoice's tax, which "),
        "3": (Decimal(-9), "none of the usual causes explains it"),
    }
    assert check.problems == (
        "invoice 4 was not compared: it is in EUR, and its lines in USD",
        "invoice 5 was not compared: AWS Invoicing states no amount for it",
    )


def test_the_archiver_says_it_with_a_tick_and_pays_nothing_for_a_replay(desk: Desk) -> None:
    desk.stub.by_type = [("Usage", "1", "USD")]
    ce, _ = desk.clients
    compare = CompareCosts(desk.store, CostExplorer(ce), None, "amortized", 5, now=lambda: NOW)
    handle = ArchivePeriod(desk.store, "amortized", compare)

    async def said(*, replay: bool) -> CostCheck | None:
        event = await queried(desk.store, {DAY: [row("1")]}, replay=replay)
        (archived,) = await handle(event, new_lease())
        found: CostCheck | None = archived.data.compared  # type: ignore[union-attr]
        return found

    assert desk.loop(said(replay=True)) is None
    assert desk.stub.asked == []
    daily = desk.loop(said(replay=False))
    assert daily
    assert [gap.gap for gap in daily.gaps] == [Decimal(0)] * 2
