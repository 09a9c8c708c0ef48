"""An archive of many months of the example, written without a stack: what runs leave day by day."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from daybook.example import write_example
from daybook.seed import given_sections
from services.forecaster.assess import Rules, Spend, assess
from services.forecaster.expectation import expect
from services.forecaster.history import Cost, costs_of
from services.query.embedded import EmbeddedQuery
from services.query.organization import organization_table, parse_organization
from services.query.sources import read_source
from shared.breakdown import amounts_by_ou, archive_table
from shared.config import load_config
from shared.days import days_between, periods_between
from shared.locations import breakdown_key, outlook_key
from shared.outlook import outlook_table
from shared.parquet import to_parquet

METRIC = "amortized"


def write_archive(folder: Path, last_day: date, days: int) -> None:
    """Write breakdowns and outlooks of the example's days until `last_day` (complete) below.

    The last day's outlook has a forecast, those before it the run rate: forecasts take long.
    """
    example = write_example(folder / "example", last_day + timedelta(days=1), days)
    given = given_sections("bucket", "cur2")
    config = load_config(example.config.read_text(), example.config, given)
    placements = parse_organization(example.organization.read_bytes(), example.organization)
    rules = Rules(config.budgets, config.lights)
    costs: dict[date, list[Cost]] = {}
    for period in periods_between(last_day - timedelta(days=days - 1), last_day):
        files = sorted((example.source / "data" / f"BILLING_PERIOD={period}").glob("*.parquet"))
        with EmbeddedQuery(read_source("cur2"), period, files) as query:
            staged = query.stage(organization_table(placements), folder / "staged" / str(period))
        known = days_between(period.first, min(period.last, last_day))
        of_days = {day: staged.get(day, []) for day in known}
        _archive(folder / "archive", of_days, rules, costs, last_day)


def _archive(
    folder: Path,
    staged: dict[date, list[Path]],
    rules: Rules,
    costs: dict[date, list[Cost]],
    last_day: date,
) -> None:
    spends: list[Spend] = []
    for day, files in staged.items():
        parts = [pq.read_table(file, partitioning=None) for file in files]
        if not parts:
            continue
        table = archive_table(pa.concat_tables(parts), METRIC)
        _write(folder / breakdown_key(day), to_parquet(table))
        spends += [
            Spend(day, ou, part.currency, part.metric(METRIC))
            for ou, amounts in amounts_by_ou(table).items()
            for part in amounts
        ]
        costs[day] = list(costs_of(table, METRIC) or [])
        forecasts = expect(costs, day, ()) if day == last_day else {}
        outlook = outlook_table(assess(day, spends, rules, forecasts, complete=True))
        _write(folder / outlook_key(day), to_parquet(outlook))


def _write(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
