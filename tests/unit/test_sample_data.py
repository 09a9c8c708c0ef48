"""Larger sample data, where it is: `DAYBOOK_SAMPLE_DATA` names its folder.

It holds `sample/` (one bill as CUR 2.0, FOCUS and legacy CUR, with what it must give in `truth/`)
and `fixtures/` (exports of others).
"""

import csv
import os
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from daybook.loose import LooseFiles
from services.query.embedded import EmbeddedQuery
from services.query.engine import Control
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.layouts import LAYOUTS
from services.query.organization import organization_table, parse_organization
from services.query.sources import SOURCES
from shared.days import Period
from tests.support.units.aio import in_loop

FOLDER = os.environ.get("DAYBOOK_SAMPLE_DATA", "")
DATA = Path(FOLDER or "nowhere")
ROUNDED = Decimal("5e-9")
"""Half of the last place that the truth is written with; a float made it."""
CLOSE = Decimal("1e-9")
Cell = tuple[str, str, str, str]
Figures = list[Decimal]
pytestmark = pytest.mark.skipif(not FOLDER, reason="DAYBOOK_SAMPLE_DATA names no folder")


def truth(month: str) -> dict[Cell, Figures]:
    with (DATA / "sample/truth/daily.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["date"], unmapped(row["ou"]), row["service"], row["account_id"]): [
                Decimal(row["unblended"]),
                Decimal(row["amortized"]),
            ]
            for row in csv.DictReader(file)
            if row["date"].startswith(month)
        }


def unmapped(ou: str) -> str:
    return "Unmapped" if ou == "(unknown)" else ou


def rows_of(folder: Path, kind: str, month: str, files: list[Path]) -> list[dict[str, Any]]:
    organization = DATA / "sample/organization.csv"
    places = organization_table(parse_organization(organization.read_bytes(), organization))
    with EmbeddedQuery(SOURCES[kind], Period.parse(month), files) as query:
        staged = query.stage(places, folder / "staged")
    return [
        row
        for parts in staged.values()
        for part in parts
        for row in pq.read_table(part, partitioning=None).to_pylist()
    ]


MONTHS = tuple(f"2026-0{number}" for number in (1, 2, 3, 4))
PATTERNS = {"cur2": "cur2/data/*={}/*", "focus": "focus/data/*={}/*", "legacy": "cur_legacy/*"}


def cells_of(folder: Path, kind: str, month: str) -> dict[Cell, list[Decimal]]:
    """Return unblended and amortized cost by day, OU, service and account."""
    files = sorted((DATA / "sample").glob(PATTERNS[kind].format(month)))
    cells: dict[Cell, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows_of(folder, kind, month, files):
        place = (row["OUPath"], row["Service"], row["LinkedAccount"])
        cell = cells[str(row["BillingDate"]), *place]
        cell[0] += row["UnblendedCost"]
        cell[1] += row["AmortizedCost"]
    return cells


def furthest(found: Mapping[Cell, Figures], known: Mapping[Cell, Figures]) -> Decimal:
    """Return by how much the cell that differs most does; both have the same cells."""
    assert set(found) == set(known)
    return max(
        abs(one - other)
        for cell, figures in found.items()
        for one, other in zip(figures, known[cell], strict=True)
    )


@pytest.mark.parametrize("month", MONTHS)
def test_every_format_gives_the_known_cost_of_every_cell(month: str, tmp_path: Path) -> None:
    kinds = ("cur2", "focus", "legacy") if month == MONTHS[0] else ("cur2", "focus")
    cells = {kind: cells_of(tmp_path / kind, kind, month) for kind in kinds}

    for kind in kinds:
        assert furthest(cells[kind], truth(month)) <= ROUNDED, kind
        assert furthest(cells[kind], cells["cur2"]) <= CLOSE, kind


@in_loop
async def test_of_two_deliveries_side_by_side_the_manifests_one_counts(tmp_path: Path) -> None:
    export = Export(FolderExportStore(DATA / "fixtures/messy_synth/create_new"))
    delivery = await export.delivery(Period(2026, 2))
    assert delivery

    files = await export.fetch(delivery, tmp_path)

    snapshot = await export.snapshot(Period(2026, 2))
    assert snapshot
    assert snapshot.strays == ()
    with EmbeddedQuery(SOURCES["cur2"], delivery.period, files) as query:
        (total,) = query.control().totals
    assert total.unblended == Decimal("42976.7671841741")


OTHERS = [
    ("focus_1_0_foundation/focus_sample.csv", "focus", "BilledCost"),
    ("cur_legacy_csv/focus_converters_2023-11.csv", "legacy", "lineItem/UnblendedCost"),
    ("cur_legacy_csv/koku_2023-06-01.csv", "legacy", "lineItem/UnblendedCost"),
    ("cur_legacy_csv/koku_2023-06-01-not-final.csv", "legacy", "lineItem/UnblendedCost"),
    ("tiny/sample-legacy-csv.csv", "legacy", "lineItem/UnblendedCost"),
    ("tiny/sample-cur20.csv", "legacy", "line_item_unblended_cost"),
    ("cur2_csv_real/cur2_daily_2026-04.csv", "cur2", "line_item_unblended_cost"),
]


@pytest.mark.parametrize(("name", "kind", "column"), OTHERS, ids=[name for name, *_ in OTHERS])
@in_loop
async def test_files_of_others_add_up_to_their_own_sum_and_say_what_they_lack(
    name: str, kind: str, column: str
) -> None:
    file = DATA / "fixtures" / name

    controls = await controls_of(file, kind)

    assert sum(part.unblended for control in controls for part in control.totals) == own_sum(
        file, column
    )
    assert kind == "cur2" or all(control.notes for control in controls)


async def controls_of(file: Path, kind: str) -> list[Control]:
    source = SOURCES[kind]
    export = Export(LooseFiles(file, source), LAYOUTS[source.layout])
    found = []
    for period in sorted(await export.periods()):
        delivery = await export.delivery(period)
        assert delivery
        with EmbeddedQuery(source, period, await export.fetch(delivery, file.parent)) as query:
            found.append(query.control())
    return found


def own_sum(file: Path, column: str) -> Decimal:
    with file.open(newline="", encoding="utf-8") as opened:
        return sum((Decimal(row[column] or 0) for row in csv.DictReader(opened)), Decimal(0))
