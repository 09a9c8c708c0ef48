"""The forecaster with a history: months archived before the open one."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from services.forecaster.history import History
from shared.days import Period, days_between
from shared.locations import breakdown_key, outlook_key
from shared.memory import MemoryStore
from shared.outlook import Outlook, outlook_rows
from shared.parquet import from_parquet
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, assess, queried
from tests.support.units.rows import DAY, Row, row


def rows(day: date) -> Sequence[Row]:
    weekend = day.weekday() > 4
    return [row("40" if weekend else "100"), row("20", OUPath="Root/Lab", LinkedAccount="2" * 12)]


async def keep(store: MemoryStore, first: date, last: date) -> None:
    """Archive days, each month by its own run."""
    by_month: dict[Period, dict[date, Sequence[Row]]] = {}
    for day in days_between(first, last):
        by_month.setdefault(Period.of(day), {})[day] = rows(day)
    for days in by_month.values():
        await archive(store, await queried(store, days, run=f"run-{max(days)}"))


async def assessed(store: MemoryStore, *, first: date) -> dict[str, Outlook]:
    await keep(store, first, DAY.replace(day=1) - timedelta(days=1))
    days = {day: rows(day) for day in days_between(DAY.replace(day=1), DAY)}
    await assess(store, await archive(store, await queried(store, days)))
    found = outlook_rows(from_parquet(store.versions[outlook_key(DAY)][-1].body))
    return {outlook.ou_path: outlook for outlook in found}


@in_loop
async def test_with_history_the_outlook_is_a_forecast_that_adds_up() -> None:
    found = await assessed(MemoryStore(), first=date(2025, 12, 1))

    root, parts = found["Root"], [found["Root/Lab"], found["Root/Workloads"]]
    assert root.estimate_method == "forecast"
    assert root.back_tests > 0
    for name in ("month_end_estimate", "next_3_months", "next_6_months"):
        assert getattr(root, name) == sum(getattr(part, name) for part in parts)
    # 22 weekdays and 9 days of weekends; the lab costs 20 every day.
    assert root.month_end_estimate is not None
    assert abs(root.month_end_estimate - Decimal(22 * 100 + 9 * 40 + 31 * 20)) < 100


@in_loop
async def test_with_34_days_of_history_the_outlook_is_the_run_rate() -> None:
    found = await assessed(MemoryStore(), first=DAY - timedelta(days=33))

    assert {outlook.estimate_method for outlook in found.values()} == {"run-rate"}
    assert found["Root"].next_3_months is not None
    assert found["Root"].month_end_low_80 is None


@in_loop
async def test_a_long_gap_ends_the_history_and_a_short_one_does_not() -> None:
    store = MemoryStore()
    await keep(store, date(2025, 12, 1), date(2026, 2, 28))
    history = History(store, "amortized")
    for day in days_between(date(2026, 2, 1), date(2026, 2, 7)):
        del store.versions[breakdown_key(day)]
    assert min(await history.days_before(Period.of(DAY))) == date(2025, 12, 1)

    del store.versions[breakdown_key(date(2026, 2, 8))]

    assert min(await history.days_before(Period.of(DAY))) == date(2026, 2, 9)


def test_importing_the_worker_does_not_import_what_only_a_forecast_needs() -> None:
    code = (
        "import sys, services.forecaster.__main__; "
        "print(sorted({'statsforecast', 'scipy', 'pandas'} & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
