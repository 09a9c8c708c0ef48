"""The figures of a digest."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest

from services.notifier.report.figures import TOP_SERVICES, CurrencyFigures, Figures, figures
from shared.outlook import Light, Outlook
from tests.support.units.mail import outlook
from tests.support.units.rows import DAY, Row, archived_table, row


def figures_of(
    *rows: Row,
    outlooks: Sequence[Outlook] = (),
    ago: Mapping[int, Sequence[Row]] = MappingProxyType({}),
) -> Figures:
    before = {DAY - timedelta(days=days): archived_table(*old) for days, old in ago.items()}
    tables = {DAY: archived_table(*rows), **before}
    return figures(DAY, tables, list(outlooks), "amortized", complete=True)


def only_currency(told: Figures) -> CurrencyFigures:
    (part,) = told.currencies
    return part


def test_the_total_is_exact() -> None:
    rows = [row("0.1", LinkedAccount=str(n)) for n in range(10)] + [row("-0.0000000449")]

    assert only_currency(figures_of(*rows)).total == Decimal("0.9999999551")


def test_the_total_is_in_the_metric_that_was_asked_for() -> None:
    table = archived_table(row("1", UnblendedCost=Decimal(5)))

    told = figures(DAY, {DAY: table}, [], "unblended", complete=True)

    assert only_currency(told).total == Decimal(5)


def test_an_earlier_day_that_does_not_state_the_metric_is_not_compared_with() -> None:
    net = archived_table(row("1", NetUnblendedCost=Decimal(2)))
    tables = {DAY: net, DAY - timedelta(days=7): archived_table(row("1"))}

    told = figures(DAY, tables, [], "net_unblended", complete=True)

    assert only_currency(told).total == Decimal(2)
    assert only_currency(told).comparisons == ()


def test_currencies_are_told_apart_and_never_added_up() -> None:
    told = figures_of(row("1"), row("2", Currency="EUR"))

    assert [(part.currency, part.total) for part in told.currencies] == [
        ("EUR", Decimal(2)),
        ("USD", Decimal(1)),
    ]


def test_a_currency_that_only_an_outlook_knows_is_shown_without_cost() -> None:
    told = figures_of(row("1"), outlooks=(outlook(currency="EUR"),))

    assert [(part.currency, part.total) for part in told.currencies] == [
        ("EUR", Decimal(0)),
        ("USD", Decimal(1)),
    ]


def test_month_to_date_counts_each_ous_own_cost_once() -> None:
    root, leaf = outlook("Root", spent="0"), outlook("Root/A", spent="7")
    unmapped = outlook("Unmapped", spent="2")

    assert only_currency(figures_of(outlooks=(root, leaf, unmapped))).month_to_date == Decimal(9)


def test_an_ous_cost_of_the_day_holds_its_subtree_but_not_its_namesakes() -> None:
    rows = [row("1", OUPath="Root/A"), row("2", OUPath="Root/A/B"), row("4", OUPath="Root/AB")]

    part = only_currency(figures_of(*rows, outlooks=(outlook("Root/A"),)))

    assert part.ous[0].cost == Decimal(3)


def test_an_ou_is_named_by_its_last_part_and_indented_by_its_depth() -> None:
    (line,) = only_currency(figures_of(outlooks=(outlook("Root/A/B"),))).ous

    assert (line.name, line.depth) == ("B", 2)


def test_the_same_weekday_a_week_ago_is_compared() -> None:
    part = only_currency(figures_of(row("3"), ago={7: [row("2")]}))

    (comparison,) = part.comparisons
    assert comparison.label == "Monday a week ago"
    assert comparison.said(part.total) == "+50.0 %"


def test_the_mean_of_the_week_needs_all_seven_days() -> None:
    six = {n: [row("1")] for n in range(1, 7)}

    assert only_currency(figures_of(row(), ago=six)).comparisons == ()


def test_the_mean_of_the_week_does_not_count_the_day_itself() -> None:
    seven = {n: [row(str(n))] for n in range(1, 8)}

    part = only_currency(figures_of(row("100"), ago=seven))

    assert [comparison.amount for comparison in part.comparisons] == [Decimal(7), Decimal(4)]


def test_a_change_from_zero_has_no_percentage() -> None:
    part = only_currency(figures_of(row("3"), ago={7: []}))

    assert part.comparisons[0].said(part.total) == "from zero"


def test_services_are_ranked_by_size_and_the_rest_is_counted() -> None:
    rows = [row(str(n), Service=f"S{n:02}") for n in range(1, TOP_SERVICES + 3)]

    part = only_currency(figures_of(*rows, row("-99", Service="Refunds")))

    assert [share.name for share in part.services[:2]] == ["Refunds", "S10"]
    assert len(part.services) == TOP_SERVICES
    assert part.other_services == 3


def test_accounts_in_no_ou_are_listed_with_their_cost() -> None:
    rows = [row("1"), row("2", OUPath="Unmapped", OU="Unmapped", LinkedAccount="9" * 12)]

    (share,) = only_currency(figures_of(*rows)).unmapped

    assert (share.name, share.cost) == ("9" * 12, Decimal(2))


@pytest.mark.parametrize(
    ("lights", "worst"),
    [
        (("green", "yellow", "red"), "red"),
        (("green", "yellow", "grey"), "yellow"),
        (("green",), "green"),
        (("grey",), "grey"),
        ((), "grey"),
    ],
)
def test_the_worst_light_counts(lights: tuple[Light, ...], worst: str) -> None:
    outlooks = tuple(outlook(f"Root/{n}", light) for n, light in enumerate(lights))

    assert figures_of(outlooks=outlooks).worst == worst


def test_ous_in_trouble_come_red_first() -> None:
    outlooks = (outlook("Root/A", "yellow"), outlook("Root/B"), outlook("Root/C", "red"))

    told = figures_of(outlooks=outlooks)

    assert [line.outlook.ou for line in told.in_trouble] == ["C", "A"]


def test_a_day_without_rows_costs_nothing() -> None:
    told = figures_of()

    assert (told.rows, told.currencies, told.day) == (0, (), date(2026, 3, 16))
