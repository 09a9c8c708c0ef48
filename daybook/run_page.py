"""What a run on this machine tells its reader: totals per OU, files, and what to try next."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.markup import escape
from rich.table import Table

from daybook.console import SHAPES, STYLES, out, say
from shared.config_outlook import ROOT, UNMAPPED
from shared.money import cents
from shared.outlook import Outlook, outlook_rows


def tell_run(record: dict[str, Any], folder: Path) -> None:
    """Print the totals per OU, where the files are, and what to try next."""
    outlooks = _outlooks(folder)
    out.print()
    out.print(_table(outlooks, record))
    for part in record["totals"]:
        out.print(
            f"{record['period']} in all: {part['unblended']} {part['currency']} unblended, "
            f"{part['amortized']} amortized; the archive adds up to the export."
        )
    for kind, count in record["unknown_types"].items():
        out.print(f"{count:,} lines of unknown type {kind} are counted in.", markup=False)
    for note in record["notes"]:
        say(note)
    out.print("\n[bold]Files[/bold]")
    for name in sorted(path.name for path in folder.iterdir()):
        out.print(f"  {folder / name}", soft_wrap=True, markup=False)
    out.print("\n[bold]Try next[/bold]")
    preview = f"  daybook preview --run {folder}".ljust(37)
    out.print(f"{preview} open the dashboard and the digest", soft_wrap=True, markup=False)
    out.print("  daybook up                          keep the stack and tick by the clock")
    out.print("  daybook run --help                  the same on your own export")


def _outlooks(folder: Path) -> list[Outlook]:
    files = sorted((folder / "archive").glob("ou-outlook/*/*/*/*.parquet"))
    return [row for file in files for row in outlook_rows(pq.read_table(file, partitioning=None))]


def _table(outlooks: list[Outlook], record: dict[str, Any]) -> Table:
    table = Table(title=f"Month to date on {record['day']}", title_justify="left", box=None)
    for name in ("OU", "month to date", "budget", "estimate", ""):
        table.add_column(name, justify="left" if name in ("OU", "") else "right")
    for row in outlooks:
        table.add_row(
            escape("  " * row.ou_path.count("/") + row.ou_path.rpartition("/")[2]),
            f"{cents(row.month_to_date)} {escape(row.currency)}",
            cents(row.budget) if row.budget is not None else "-",
            cents(row.month_end_estimate) if row.month_end_estimate is not None else "-",
            f"[{STYLES[row.light]}]{SHAPES[row.light]} {row.light}[/] {escape(row.reason)}",
        )
    for currency in sorted({row.currency for row in outlooks}):
        whole = [row for row in outlooks if row.ou_path in (ROOT, UNMAPPED)]
        total = sum((row.month_to_date for row in whole if row.currency == currency), Decimal(0))
        table.add_row(
            "[bold]Total[/bold]", f"[bold]{cents(total)}[/bold]", "", "", escape(currency)
        )
    return table
