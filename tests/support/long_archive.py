"""An archive of many months of the example, written without a stack: what runs leave day by day."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from daybook.example import write_example
from daybook.seed import given_sections
from services.forecaster.assess import Rules, Spend, assess
from services.query.embedded import EmbeddedQuery
from services.query.organization import organization_table, parse_organization
from services.query.sources import read_source
from shared.breakdown import amounts_by_ou, archive_table
from shared.config import load_config
from shared.days import Period, days_between, periods_between
from shared.locations import breakdown_key, outlook_key
from shared.outlook import outlook_table
from shared.parquet import to_parquet

METRIC = "amortized"


def write_archive(folder: Path, last_day: date, days: int) -> None:
    """Write breakdowns and outlooks of the example's days until `last_day` (complete) below."""
    example = write_example(folder / "example", last_day + timedelta(days=1), days)
    given = given_sections("bucket", "cur2")
    config = load_config(example.config.read_text(), example.config, given)
    placements = parse_organization(example.organization.read_bytes(), example.organization)
    rules = Rules(config.budgets, config.lights)
    for period in periods_between(last_day - timedelta(days=days - 1), last_day):
        files = sorted((example.source / "data" / f"BILLING_PERIOD={period}").glob("*.parquet"))
        with EmbeddedQuery(read_source("cur2"), period, files) as query:
            staged = query.stage(organization_table(placements), folder / "staged" / str(period))
        _archive(folder / "archive", period, staged, rules, last_day)


def _archive(
    folder: Path, period: Period, staged: dict[date, list[Path]], rules: Rules, last_day: date
) -> None:
    spends: list[Spend] = []
    for day in days_between(period.first, min(period.last, last_day)):
        parts = [pq.read_table(file, partitioning=None) for file in staged.get(day, [])]
        if not parts:
            continue
        table = archive_table(pa.concat_tables(parts), METRIC)
        _write(folder / breakdown_key(day), to_parquet(table))
        spends += [
            Spend(day, ou, part.currency, part.metric(METRIC))
            for ou, amounts in amounts_by_ou(table).items()
            for part in amounts
        ]
        outlook = outlook_table(assess(day, spends, rules, complete=True))
        _write(folder / outlook_key(day), to_parquet(outlook))


def _write(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
