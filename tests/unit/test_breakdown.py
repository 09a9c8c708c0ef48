"""The tables: exact sums, and bytes that are a function of the rows alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.breakdown import (
    ARCHIVED,
    STAGED,
    amounts_by_ou,
    amounts_of,
    archive_table,
    states,
    with_every_column,
)
from shared.errors import InputError
from shared.outlook import SCHEMA, outlook_rows, outlook_table
from shared.parquet import from_parquet, sha256, to_parquet
from tests.support.units.mail import outlook
from tests.support.units.rows import DAY, Row, row, staged_table, usd

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=12)
MANY = [
    row(
        str(n), OU=f"OU{n % 3}", OUPath=f"Root/OU{n % 3}", Service=f"S{n % 5}", LinkedAccount=f"{n}"
    )
    for n in range(60)
] + [row("1", ChargeType=kind, Currency=unit) for kind in ("Tax", "Fee") for unit in ("EUR", "USD")]


def checksum(rows: list[Row], metric: str = "amortized") -> str:
    return sha256(to_parquet(archive_table(staged_table(*rows), metric)))


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_byte(random: Random) -> None:
    assert checksum(random.sample(MANY, len(MANY))) == checksum(MANY)


def test_the_way_rows_are_cut_into_files_does_not_change_a_byte() -> None:
    whole = archive_table(staged_table(*MANY), "amortized")
    parts = pa.concat_tables([staged_table(*MANY[40:]), staged_table(), staged_table(*MANY[:40])])

    assert to_parquet(archive_table(parts, "amortized")) == to_parquet(whole)


def test_writing_again_what_was_read_does_not_change_a_byte() -> None:
    body = to_parquet(archive_table(staged_table(*MANY), "amortized"))

    assert to_parquet(from_parquet(body)) == body


def test_one_changed_amount_changes_the_checksum() -> None:
    other = [*MANY[:-1], MANY[-1] | {"AmortizedCost": Decimal("1.000000000001")}]

    assert checksum(other) != checksum(MANY)


def test_the_archived_columns_are_the_contract_and_then_ours() -> None:
    table = from_parquet(to_parquet(archive_table(staged_table(row()), "amortized")))

    assert table.schema.names == ARCHIVED.names
    assert table.schema.types == ARCHIVED.types
    assert table.schema.names[:5] == [
        "BillingDate", "OU", "Service", "LinkedAccount", "DailyCost",
    ]  # fmt: skip


def test_rows_come_in_a_total_order() -> None:
    table = archive_table(staged_table(*MANY), "amortized")

    keys = ["OU", "Service", "LinkedAccount", "ChargeType", "Currency"]
    found = [tuple(each[key] for key in keys) for each in table.to_pylist()]
    assert found == sorted(found)


@given(AMOUNTS)
def test_daily_cost_is_the_exact_amount_rounded_once(amount: Decimal) -> None:
    table = archive_table(staged_table(row(f"{amount:f}")), "amortized")

    assert table["DailyCost"].to_pylist() == [float(amount)]


@pytest.mark.parametrize(("metric", "cost"), [("unblended", 1.0), ("amortized", 2.0)])
def test_daily_cost_is_in_the_chosen_metric(metric: str, cost: float) -> None:
    table = staged_table(row("2", UnblendedCost=Decimal(1)))

    assert archive_table(table, metric)["DailyCost"].to_pylist() == [cost]


@pytest.mark.parametrize(("metric", "cost"), [("net_unblended", 3.0), ("net_amortized", 4.0)])
def test_daily_cost_may_be_a_net_cost(metric: str, cost: float) -> None:
    table = staged_table(row("2", NetUnblendedCost=Decimal(3), NetAmortizedCost=Decimal(4)))

    assert archive_table(table, metric)["DailyCost"].to_pylist() == [cost]


def test_a_net_cost_that_the_export_does_not_state_is_refused() -> None:
    with pytest.raises(InputError, match="has no net_unblended cost"):
        archive_table(staged_table(row("2")), "net_unblended")


def test_net_totals_are_known_only_if_every_row_has_them() -> None:
    net = row("2", NetUnblendedCost=Decimal(3), NetAmortizedCost=Decimal(4))

    (whole,) = amounts_of(staged_table(net, net))
    (partly,) = amounts_of(staged_table(net, row("2")))

    assert (whole.net_unblended, whole.net_amortized) == (Decimal(6), Decimal(8))
    assert (partly.net_unblended, partly.net_amortized) == (None, None)
    assert partly.unblended == Decimal(4)


def test_a_day_archived_before_there_were_net_columns_is_read_with_them() -> None:
    old = archive_table(staged_table(row("2")), "amortized").drop_columns(
        ["NetUnblendedCost", "NetAmortizedCost"]
    )

    table = with_every_column(old)

    assert table.schema.names == ARCHIVED.names
    assert not states(table, "net_unblended")
    assert amounts_of(table) == (usd("2"),)


def test_a_column_of_another_type_is_cast_and_never_rounded() -> None:
    wide = staged_table(row()).cast(
        pa.schema([f.with_type(pa.decimal128(38, 13)) if f.name == "AmortizedCost" else f
                   for f in STAGED])
    )  # fmt: skip
    off = wide.set_column(
        wide.schema.get_field_index("AmortizedCost"),
        "AmortizedCost",
        pa.array([Decimal("0.0000000000001")], pa.decimal128(38, 13)),
    )

    assert archive_table(wide, "amortized").num_rows == 1
    with pytest.raises(pa.ArrowInvalid):
        archive_table(off, "amortized")


@given(st.lists(AMOUNTS, max_size=30))
def test_totals_are_exact(amounts: list[Decimal]) -> None:
    table = staged_table(*(row(f"{amount:f}") for amount in amounts))

    assert amounts_of(table) == ((usd(f"{sum(amounts):f}"),) if amounts else ())


def test_totals_are_per_currency() -> None:
    table = staged_table(row("1"), row("2", Currency="EUR"), row("4"))

    assert amounts_of(table) == (usd("2", currency="EUR"), usd("5"))


def test_totals_by_ou_are_by_path_and_currency() -> None:
    table = staged_table(
        row("1", OUPath="Root/B"),
        row("2", OUPath="Root/A"),
        row("4", OUPath="Root/A", Currency="EUR"),
        row("8", OUPath="Root/A"),
    )

    assert amounts_by_ou(table) == {
        "Root/A": (usd("4", currency="EUR"), usd("10")),
        "Root/B": (usd("1"),),
    }


def test_an_empty_day_has_no_totals() -> None:
    assert amounts_of(staged_table()) == ()
    assert amounts_by_ou(staged_table()) == {}


def test_outlooks_are_read_back_as_they_were_written() -> None:
    outlooks = [outlook("Root/B", "grey"), outlook("Root"), outlook("Root", currency="EUR")]

    table = from_parquet(to_parquet(outlook_table(outlooks)))

    assert outlook_rows(table) == [outlooks[2], outlooks[1], outlooks[0]]
    assert (table.schema.names, table.schema.types) == (SCHEMA.names, SCHEMA.types)


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_outlooks_does_not_change_a_byte(random: Random) -> None:
    outlooks = [outlook(f"Root/{n}", currency=unit) for n in range(5) for unit in ("EUR", "USD")]

    shuffled = random.sample(outlooks, len(outlooks))

    assert to_parquet(outlook_table(shuffled)) == to_parquet(outlook_table(outlooks))


def test_an_outlook_without_estimate_and_budget_is_null() -> None:
    bare = replace(outlook(light="grey"), month_end_estimate=None)

    (read,) = outlook_table([bare]).to_pylist()

    assert (read["Budget"], read["MonthEndEstimate"]) == (None, None)
    assert read["AsOf"] == DAY == date(2026, 3, 16)
