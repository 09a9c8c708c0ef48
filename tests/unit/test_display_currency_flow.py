"""A run with a display currency: lights and digest in it, archive and CSV as billed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from services.notifier.dashboard.model import Told, dashboard
from services.notifier.dashboard.places import Place
from services.notifier.dashboard.reading import read_window
from services.notifier.displayed import Shown
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

MARCH = Period(2026, 3)
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
    handle = AssessPeriod(store, "amortized", Rules(budgets, Lights()), display)
    (said,) = await handle(await archive(store, await queried(store, DAYS)), new_lease())
    assert isinstance(said, PeriodAssessed)
    return said


def outlooks(store: MemoryStore) -> dict[tuple[str, str], Outlook]:
    rows = outlook_rows(from_parquet(store.versions[outlook_key(DAY)][-1].body))
    return {(each.ou_path, each.currency): each for each in rows}


async def digest(display: Display, rates_later: Display | None = None) -> Notifier:
    notifier = Notifier()
    notifier.display = rates_later or display
    said = await assessed(notifier.store, display)
    data = CatalogedData(**said.data.model_dump(), partitions=0, refreshes=())
    event: Any = follow_up(said, PeriodCataloged, data, source="daybook.catalog", about=DAY)
    await notifier.hear(event)
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
    assert "Day: gross 140.00, credits -18.00, net 122.00" in text
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
    assert len(book["outlooks"]) == len(outlooks(notifier.store))
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
