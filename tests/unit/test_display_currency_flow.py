"""A run with a display currency: lights and digest in it, archive and CSV as billed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from services.notifier.dashboard.model import Told, dashboard
from services.notifier.dashboard.places import Place
from services.notifier.dashboard.reading import read_window
from services.notifier.report.displayed import Shown
from shared.breakdown import amounts_of
from shared.config_outlook import Budget, Lights
from shared.currency import Display
from shared.days import Period
from shared.errors import Reject
from shared.events import CatalogedData, PeriodAssessed, PeriodCataloged, follow_up
from shared.locations import LATEST_DASHBOARD, breakdown_key, outlook_key
from shared.memory import MemoryStore
from shared.outlook import Outlook, outlook_rows
from shared.parquet import from_parquet
from tests.support.units.aio import in_loop
from tests.support.units.events import Days, archive, queried
from tests.support.units.leases import new_lease
from tests.support.units.notifier import Notifier, last_text
from tests.support.units.pages import texts_of
from tests.support.units.rows import DAY, row

FEBRUARY, MARCH = Period(2026, 2), Period(2026, 3)
BEFORE = DAY.replace(day=9)
DAYS: Days = {
    BEFORE: [row("10", Currency="USD")],
    DAY: [
        row("100", Currency="USD"),
        row("50", Currency="EUR", LinkedAccount="2" * 12),
        row("-20", Currency="USD", ChargeType="Credit"),
    ],
}


def in_euro(rates: Mapping[str, str]) -> Display:
    known = {code: Decimal(rate) for code, rate in rates.items()}
    return Display("EUR", {MARCH: known}, "s3://config/daybook.yaml")


async def assessed(store: MemoryStore, display: Display, *budgets: Budget) -> PeriodAssessed:
    return await assessed_days(store, DAYS, display, *budgets)


async def assessed_days(
    store: MemoryStore, days: Days, display: Display, *budgets: Budget
) -> PeriodAssessed:
    handle = AssessPeriod(store, "amortized", Rules(budgets, Lights()), display)
    (said,) = await handle(await archive(store, await queried(store, days)), new_lease())
    assert isinstance(said, PeriodAssessed)
    return said


def outlooks(store: MemoryStore) -> dict[tuple[str, str], Outlook]:
    rows = outlook_rows(from_parquet(store.versions[outlook_key(DAY)][-1].body))
    return {(each.ou_path, each.currency): each for each in rows}


async def digest(display: Display, rates_later: Display | None = None) -> Notifier:
    notifier = Notifier()
    notifier.display = rates_later or display
    await tell(notifier, await assessed(notifier.store, display))
    return notifier


async def tell(notifier: Notifier, said: PeriodAssessed) -> None:
    data = CatalogedData(**said.data.model_dump(), partitions=0, refreshes=())
    event: Any = follow_up(
        said, PeriodCataloged, data, source="daybook.catalog", about=said.data.day
    )
    await notifier.hear(event)


async def told_after_pounds(pounds: date, day: date, february: Mapping[str, str]) -> Notifier:
    """Tell a day of March, which is billed in USD, after a day of February in GBP."""
    notifier = Notifier()
    known = {code: Decimal(rate) for code, rate in february.items()}
    display = Display(
        "EUR", {MARCH: {"USD": Decimal("0.9")}, FEBRUARY: known}, "s3://config/daybook.yaml"
    )
    notifier.display = display
    old: Days = {pounds: [row("10", Currency="GBP")]}
    await archive(notifier.store, await queried(notifier.store, old, run="run-0"))
    new: Days = {day: [row("100", Currency="USD")]}
    await tell(notifier, await assessed_days(notifier.store, new, display))
    return notifier


@in_loop
async def test_lights_are_in_the_display_currency_and_the_archive_as_billed() -> None:
    store = MemoryStore()
    budget = Budget.model_validate(
        {"ou": "Root", "monthly": "120", "currency": "EUR", "from": "2026-01-01"}
    )

    await assessed(store, in_euro({"USD": "0.9"}), budget)

    root = outlooks(store)["Root", "EUR"]
    assert {currency for _, currency in outlooks(store)} == {"EUR"}
    assert root.month_to_date == Decimal(131)  # (10 + 100 - 20) x 0.9 + 50
    assert (root.light, root.budget) == ("red", Decimal(120))
    archived = from_parquet(store.versions[breakdown_key(DAY)][-1].body)
    assert {p.currency: p.amortized for p in amounts_of(archived)} == {"USD": 80, "EUR": 50}


@in_loop
async def test_the_digest_is_in_the_display_currency_and_says_at_what_rate() -> None:
    text = last_text(await digest(in_euro({"USD": "0.9"})))

    assert "Cost of the day  122.00 EUR" in text
    assert "Month to date    131.00 EUR" in text
    assert "Day: gross 140.00, credits −18.00, net 122.00" in text
    assert "Converted at 0.9 for 1 USD, the configured rate of March 2026." in text
    assert "Billed: 50.00 EUR, 80.00 USD." in text
    assert "they add up to exactly 50 EUR, 80 USD." in text
    assert "against Monday a week ago (9.00)" in text


@in_loop
async def test_the_dashboard_is_one_book_in_the_display_currency_with_the_digests_figures() -> None:
    notifier = await digest(in_euro({"USD": "0.333333333333"}))
    found = await notifier.store.get(LATEST_DASHBOARD)
    assert found

    (book,) = texts_of(found.body)["currencies"]

    assert book["currency"] == "EUR"
    own = [each for each in book["outlooks"] if book["ous"][each[1]]]
    assert len(own) == len(outlooks(notifier.store))
    assert len(own) == len(book["outlooks"]) - 1  # and one of everything
    shown = Shown(in_euro({"USD": "0.333333333333"}), MARCH)
    window = await read_window(notifier.store, DAY, "amortized", shown)
    told = Told(DAY, complete=True, metric="amortized", run="r", source_version="v")
    (view,) = dashboard(told, window.cells, window.outlooks).currencies
    whole = next(line for line in view.lines.lines if line.place == Place())
    assert (whole.day, whole.month) == (7667, 8000)  # 80 x rate + 50; and 10 x rate more


@in_loop
async def test_a_rate_with_many_digits_is_rounded_for_display_only() -> None:
    text = last_text(await digest(in_euro({"USD": "0.333333333333"})))

    assert "Cost of the day  76.67 EUR" in text


@in_loop
async def test_a_missing_rate_stops_the_lights_and_names_what_to_add() -> None:
    with pytest.raises(Reject) as caught:
        await assessed(MemoryStore(), in_euro({"NOK": "0.08"}))

    assert str(caught.value) == (
        "s3://config/daybook.yaml, currency.rates.2026-03.USD: has no rate from USD to EUR. "
        "Add it: what 1 USD is in EUR in 2026-03"
    )


@in_loop
async def test_a_missing_rate_stops_the_digest_too() -> None:
    with pytest.raises(Reject, match=r"currency\.rates\.2026-03\.USD"):
        await digest(in_euro({"USD": "0.9"}), in_euro({}))


@in_loop
async def test_a_currency_that_is_billed_no_longer_is_compared_at_the_rate_of_its_own_month() -> (
    None
):
    text = last_text(
        await told_after_pounds(date(2026, 2, 24), date(2026, 3, 3), {"GBP": "1.1", "USD": "7"})
    )

    assert "Cost of the day  90.00 EUR" in text
    assert "against Tuesday a week ago (11.00)" in text


@in_loop
async def test_the_dashboard_shows_a_currency_that_is_billed_no_longer() -> None:
    notifier = await told_after_pounds(date(2026, 2, 1), DAY, {"GBP": "1.1"})

    assert LATEST_DASHBOARD in notifier.store.versions
    assert notifier.display
    shown = Shown(notifier.display, MARCH)
    window = await read_window(notifier.store, DAY, "amortized", shown)
    cells = window.cells.table.select(["Day", "Currency", "Cost"]).to_pylist()
    assert {cell["Day"]: (cell["Currency"], cell["Cost"]) for cell in cells} == {
        date(2026, 2, 1): ("EUR", 11),
        DAY: ("EUR", 90),
    }


@in_loop
async def test_an_earlier_currency_without_any_rate_is_an_error_of_its_own_month() -> None:
    with pytest.raises(Reject, match=r"currency\.rates\.2026-02\.GBP: .* in EUR in 2026-02"):
        await told_after_pounds(date(2026, 2, 24), date(2026, 3, 3), {"USD": "0.9"})
