"""The assessment of every OU."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forecaster.assess import (
    Rules,
    Spend,
    assess,
    budgets_in_force,
)
from services.forecaster.estimate import Forecast, Total, by_forecast, run_rate
from shared.config_outlook import Budget, Lights, shown_ou
from shared.days import Period
from shared.outlook import Outlook
from tests.support.units.rows import DAY

NEXT_DAY = date(2026, 3, 17)


def spend(ou_path: str, amount: str, *, day: date = DAY, currency: str = "USD") -> Spend:
    return Spend(day, ou_path, currency, Decimal(amount))


def forecast(rest: float, half: float = 5.0, *, falls: bool = False) -> Forecast:
    total = Total(rest, half, 2 * half)
    return Forecast((total, total, total), short=False, error=None, checked=0, falls=falls)


def budget(
    ou: str, monthly: str = "100", start: date = date(2026, 1, 1), currency: str = "USD"
) -> Budget:
    fields = {"ou": ou, "monthly": monthly, "from": start, "currency": currency}
    return Budget.model_validate(fields)


def assessed(
    *spends: Spend, budgets: tuple[Budget, ...] = (), complete: bool = True
) -> dict[tuple[str, str], Outlook]:
    found = assess(DAY, spends, Rules(budgets, Lights()), complete=complete)
    assert len({(row.ou_path, row.currency) for row in found}) == len(found)
    return {(row.ou_path, row.currency): row for row in found}


def month_to_date(found: dict[tuple[str, str], Outlook]) -> dict[str, str]:
    return {ou: str(row.month_to_date) for (ou, _), row in found.items()}


def test_a_parent_sums_its_subtree() -> None:
    found = assessed(spend("Root/A", "1"), spend("Root/A/B", "2"), spend("Root", "4"))

    assert month_to_date(found) == {"Root": "7", "Root/A": "3", "Root/A/B": "2"}
    assert found["Root", "USD"].own_month_to_date == Decimal(4)


def test_parents_without_cost_of_their_own_are_there() -> None:
    found = assessed(spend("Root/A/B/C", "1"))

    assert [ou for ou, _ in found] == ["Root", "Root/A", "Root/A/B", "Root/A/B/C"]
    assert found["Root/A", "USD"].own_month_to_date == 0


def test_a_namesake_is_no_child() -> None:
    found = assessed(spend("Root/A", "1"), spend("Root/AB", "2"))

    assert month_to_date(found) == {"Root": "3", "Root/A": "1", "Root/AB": "2"}


def test_unmapped_is_outside_the_root() -> None:
    found = assessed(spend("Root/A", "1"), spend("Unmapped", "2"))

    assert month_to_date(found) == {"Root": "1", "Root/A": "1", "Unmapped": "2"}


def test_currencies_stay_apart() -> None:
    found = assessed(
        spend("Root/A", "1"),
        spend("Root/A", "2", currency="EUR"),
        budgets=(budget("Root/A", currency="EUR"),),
    )

    assert found["Root", "USD"].month_to_date == Decimal(1)
    assert found["Root", "EUR"].month_to_date == Decimal(2)
    assert found["Root/A", "USD"].budget is None
    assert found["Root/A", "EUR"].budget == Decimal(100)


def test_later_days_do_not_count() -> None:
    found = assessed(spend("Root", "1"), spend("Root", "2", day=NEXT_DAY))

    assert found["Root", "USD"].month_to_date == Decimal(1)


def test_an_ou_with_a_budget_but_no_cost_is_there() -> None:
    found = assessed(budgets=(budget("Root/New/Team"),))

    assert month_to_date(found) == {"Root": "0", "Root/New": "0", "Root/New/Team": "0"}
    assert found["Root/New/Team", "USD"].light == "grey"
    assert found["Root/New", "USD"].light == "grey"


@given(
    st.dictionaries(
        st.sampled_from(["Root", "Root/A", "Root/A/B", "Root/AB", "Root/C/D", "Unmapped"]),
        st.decimals(min_value=-(10**12), max_value=10**12, places=12),
        min_size=1,
    )
)
def test_every_amount_is_in_exactly_one_ou_and_all_of_its_parents(
    amounts: dict[str, Decimal],
) -> None:
    found = assessed(*(spend(ou, f"{amount:f}") for ou, amount in amounts.items()))

    assert sum(row.own_month_to_date for row in found.values()) == sum(amounts.values())
    for (ou, _), row in found.items():
        children = [
            other.month_to_date
            for (path, _), other in found.items()
            if path.rpartition("/")[0] == ou
        ]
        assert row.month_to_date == row.own_month_to_date + sum(children)


@pytest.mark.parametrize(
    ("day", "monthly"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "10"),
        (date(2026, 3, 31), "10"),
        (date(2026, 4, 1), "20"),
        (date(2030, 1, 1), "20"),
    ],
)
def test_the_newest_budget_that_has_begun_is_in_force(day: date, monthly: str | None) -> None:
    later, earlier = budget("Root", "20", date(2026, 4, 1)), budget("Root", "10")

    found = budgets_in_force((later, earlier), day).get(("Root", "USD"))

    assert (found.amount if found else None) == (None if monthly is None else Decimal(monthly))


def test_a_partial_day_has_neither_estimate_nor_light() -> None:
    row = assessed(spend("Root", "500"), budgets=(budget("Root"),), complete=False)["Root", "USD"]

    assert (row.light, row.month_end_estimate, row.estimate_method) == ("grey", None, "")


def test_the_estimate_is_the_run_rate() -> None:
    row = assessed(spend("Root", "16"), budgets=(budget("Root"),))["Root", "USD"]

    assert (row.month_end_estimate, row.estimate_method) == (Decimal(31), "run-rate")


def test_an_ou_that_lost_its_accounts_is_expected_to_cost_nothing_more() -> None:
    spends = [spend("Root/Old", "150"), spend("Root/New", "10"), spend("Unmapped", "30")]
    known = {("Root", "USD"): forecast(300), ("Root/New", "USD"): forecast(300)}

    rows = {row.ou: row for row in assess(DAY, spends, Rules((), Lights()), known, complete=True)}

    assert {ou: str(row.month_end_estimate) for ou, row in rows.items()} == {
        "Root": "460.00",
        "New": "310.00",
        "Old": "150.00",
        "Unmapped": "30.00",
    }
    assert rows["Old"].estimate_method == "forecast"
    assert rows["Old"].next_3_months == 0


@pytest.mark.parametrize(
    ("expected", "low"),
    [(forecast(3), "100"), (forecast(9), "104"), (forecast(3, falls=True), "98")],
    ids=["what is spent is spent", "above it", "credits may come"],
)
def test_a_month_never_ends_below_what_is_spent(expected: Forecast, low: str) -> None:
    month = by_forecast(Decimal(100), expected).ranges[0]

    assert (month.low_80, month.high_80) == (Decimal(low), month.amount + 5)


@pytest.mark.parametrize(
    ("spent", "day", "estimate"),
    [
        ("16", date(2026, 3, 16), "31"),
        ("1", date(2026, 3, 1), "31"),
        ("10", date(2024, 2, 10), "29"),
        ("10", date(2026, 2, 10), "28"),
        ("1", date(2026, 3, 3), "10.333333333333"),
        ("-3", date(2026, 4, 3), "-30"),
        ("0", date(2026, 3, 16), "0"),
    ],
)
def test_the_run_rate_is_the_mean_day_times_the_days_of_the_month(
    spent: str, day: date, estimate: str
) -> None:
    assert run_rate(Decimal(spent), day, Period.of(day).length) == Decimal(estimate)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=12))
def test_on_the_last_day_the_run_rate_is_what_was_spent(spent: Decimal) -> None:
    assert run_rate(spent, date(2026, 3, 31), 31) == spent


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Root", "Root"),
        ("Unmapped", "Unmapped"),
        ("Root/A/B", "A/B"),
        ("Root/Root", "Root/Root"),
        ("Root/Unmapped", "Root/Unmapped"),
    ],
)
def test_an_ou_is_shown_by_its_path_below_the_root(path: str, name: str) -> None:
    assert shown_ou(path) == name
