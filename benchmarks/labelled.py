"""Series with labelled anomalies, by path: exports with a truth, and CSV files of daily series."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.planted import Judged, Label, planted
from benchmarks.series import csv_sets
from services.forecaster.cells import Cells
from services.query.embedded import EmbeddedQuery
from services.query.organization import organization_table, parse_organization
from services.query.sources import read_source
from shared.breakdown import STAGED, archive_table
from shared.days import Period

TRUTH = "truth/anomalies.csv"
METRIC = "amortized"
FLOOR = 10.0
"""As the configuration's default; a day counts from a tenth of it on."""
LABELS = ("label", "anomaly", "is_anomaly", "in_window")
SEED = 7
SHORTEST = 90


def judged_sets(path: Path) -> Iterator[Judged]:
    """Yield what a path holds: an export with `truth/anomalies.csv`, or CSVs of daily series.

    Into series without a column of labels events are planted.
    """
    if (path / TRUTH).exists():
        yield _export(path)
        return
    for file in sorted(path.rglob("*.csv")) if path.is_dir() else [path]:
        found = _labelled(file)
        if found:
            yield found
            continue
        for of in csv_sets(file):
            count = min(len(s.values) for s in of.series)
            if count >= SHORTEST:
                values = np.array([s.values[-count:] for s in of.series for _ in range(COPIES)])
                yield planted(f"{of.name}, planted", values, np.random.default_rng(SEED))


COPIES = 20
"""How often a series without labels is judged, each second time with another event."""


def _export(folder: Path) -> Judged:
    """Break an export of CUR 2.0 down as the query worker does; its newest day is partial."""
    placed = folder / "organization.csv"
    organization = organization_table(parse_organization(placed.read_bytes(), placed))
    days: dict[date, list[pa.Table]] = {}
    services: dict[str, str] = {}
    for place in sorted((folder / "cur2" / "data").glob("BILLING_PERIOD=*")):
        files = sorted(place.glob("*.parquet"))
        period = Period.parse(place.name.partition("=")[2])
        with tempfile.TemporaryDirectory() as name:
            with EmbeddedQuery(read_source("cur2"), period, files) as query:
                staged = query.stage(organization, Path(name) / "staged")
            for day, parts in staged.items():
                days[day] = [pq.read_table(part, partitioning=None) for part in parts]
        services |= _services(files)
    first, count = min(days), (max(days) - min(days)).days
    cells = Cells(first, count)
    for day, tables in days.items():
        cells.add(day, archive_table(pa.concat_tables(tables).select(STAGED.names), METRIC), METRIC)
    keys, values = cells.series()
    rows = {(key.account, key.service): n for n, key in enumerate(keys)}
    labels = tuple(_truth(folder / TRUTH, rows, services, first, count))
    accounts = np.array([key.account for key in keys])
    alive = np.array([np.abs(values[accounts == each]).sum(axis=0) for each in accounts])
    begun = tuple(cells.begun().get(key.account) for key in keys)
    return Judged(f"{folder.name}, as billed", values, labels, FLOOR / 10, alive, begun)


def _services(files: list[Path]) -> dict[str, str]:
    """Return the name of each product code, as the breakdown has it."""
    found: dict[str, str] = {}
    for file in files:
        rows = pq.read_table(file, columns=["line_item_product_code", "product"]).to_pylist()
        for row in rows:
            name = dict(row["product"] or ()).get("product_name")
            if name:
                found[row["line_item_product_code"]] = name
    return found


def _truth(
    file: Path,
    rows: dict[tuple[str, str], int],
    services: dict[str, str],
    first: date,
    count: int,
) -> Iterator[Label]:
    with file.open(encoding="utf-8", newline="") as source:
        for each in csv.DictReader(source):
            begin = (date.fromisoformat(each["first_day"]) - first).days
            end = (date.fromisoformat(each["last_day"]) - first).days
            key = (each["account_id"], services.get(each["product_code"], each["product_code"]))
            if begin < count:
                side = -1 if each["kind"] == "drop" else 1
                yield Label(rows.get(key, -1), begin, min(end, count - 1), side)


def _labelled(file: Path) -> Judged | None:
    """Read a daily series with a column that says which days are labelled; None without one."""
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    column = next((name for name in LABELS if rows and name in rows[0]), None)
    series = [each for of in csv_sets(file) for each in of.series] if column else []
    if not column or len(series) != 1:
        return None
    marked = {date.fromisoformat(row["date"][:10]) for row in rows if row[column] not in ("0", "")}
    spans = list(_spans(sorted((day - series[0].first).days for day in marked)))
    labels = tuple(Label(0, first, last) for first, last in spans)
    return Judged(f"{file.stem}, labelled", series[0].values[None], labels)


def _spans(days: list[int]) -> Iterator[tuple[int, int]]:
    for n, day in enumerate(days):
        if n == 0 or days[n - 1] != day - 1:
            last = day
            while last + 1 in days:
                last += 1
            yield day, last
