"""A month's breakdown: our engine beside others' (point 1 of docs/performance.md).

`python -m benchmarks.query [--lines N] [--rounds N] [--memory N,N,…]`
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path

from benchmarks.lines import Month, month
from benchmarks.measured import MB, Command, Measured, alternate, medians, peer, run
from benchmarks.section import Section, goal, ratio
from benchmarks.start import as_in_image
from services.query.sources import CUR2

DAY = "2026-05-10"
OURS, PLAIN, FLOOR = "Daybook", "DuckDB, plain SQL", "floor: read the needed columns"
PEERS = {
    PLAIN: "duckdb_sql",
    "polars, lazy": "polars_lazy",
    "pyarrow Acero": "acero",
    "pandas in chunks (awswrangler's way)": "pandas_chunks",
    "pandas": "pandas_frame",
}
WITHIN = Decimal("0.01")
LINES_PER_ACCOUNT = 20_000
MEMORY_ACCOUNTS = 500
FIFTY_MILLION = 50_000_000
LEFT_OUT = "Python's start and its imports are left out of wall and CPU"
SAME = (
    "all found the same totals, ours exactly; the others add doubles, do not read the product map, "
    "invoices and account names, and have no net costs, control sums or drivers"
)
HEADER = ("engine", "wall", "CPU", "peak memory", "CPU s", "MB", "result rows")


def needed(made: Month) -> list[str]:
    """Return the columns that our engine reads of a month."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not before others are measured beside us

    there = set(pq.read_schema(made.files[0]).names)
    return [column.name for column in CUR2.columns if column.name in there]


def commands(made: Month, out: Path, day: str) -> dict[str, Command]:
    """Return what is compared; each run writes into a folder of its own below `out`."""
    numbers = count()

    def place() -> Path:
        return out / str(next(numbers))

    return {
        OURS: _ours(made.root, place(), day),
        **{name: peer(script, made.root, place(), day) for name, script in PEERS.items()},
        FLOOR: peer("floor", made.root, place(), day, ",".join(needed(made))),
    }


def _ours(*arguments: object) -> Command:
    return Command(as_in_image("run", "benchmarks.embedded", "query", *arguments))


def compare(made: Month, day: str, rounds: int) -> dict[str, Measured]:
    """Run everything in turns; raise SystemExit when one finds other totals than the others."""
    found: dict[str, list[Measured]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="daybook-bench-") as out:
            for name, its in alternate(commands(made, Path(out), day), 1).items():
                found.setdefault(name, []).extend(its)
    middle = medians(found)
    require_same({name: m.answer for name, m in middle.items() if name != FLOOR})
    return middle


def require_same(answers: Mapping[str, Mapping[str, object]]) -> None:
    """Raise SystemExit unless all answers have the same totals, to the cent."""
    for figure in ("unblended", "amortized"):
        amounts = {name: Decimal(str(answer[figure])) for name, answer in answers.items()}
        if any(abs(amount - amounts[OURS]) > WITHIN for amount in amounts.values()):
            raise SystemExit(f"{figure} is not the same: {amounts}")


def section(made: Month, day: str, rounds: int) -> Section:
    """Compare, and return the table."""
    found = compare(made, day, rounds)
    plain, us = found[PLAIN], found[OURS]
    rows = [
        (
            name,
            ratio(its.wall, plain.wall),
            ratio(its.cpu, plain.cpu),
            ratio(its.peak, plain.peak),
            f"{its.cpu:.2f}",
            f"{its.peak / MB:,.0f}",
            f"{its.answer['rows']:,}" if name != FLOOR else "–",
        )
        for name, its in found.items()
    ]
    what = f"one day ({day})" if day else "a whole period"
    beaten = [name for name in PEERS if name != PLAIN and found[name].cpu > us.cpu]
    notes = [
        f"{made.lines:,} lines, 85 columns, {made.bytes / MB:,.0f} MB of Parquet; {LEFT_OUT}",
        f"{rounds} rounds in turns, of which the medians",
        SAME,
        f"less CPU than {', '.join(beaten) or 'none of the others'}",
        goal("at most 1.10 × the CPU of plain SQL", met=us.cpu <= 1.1 * plain.cpu),
        goal("at most 4 × the CPU of the floor", met=us.cpu <= 4 * found[FLOOR].cpu),
    ]
    command = f"python -m benchmarks.query --lines {made.lines} --rounds {rounds}"
    figures = {"cpu": us.cpu, "wall": us.wall, "peak": us.peak, "bytes": made.bytes}
    title = f"Query of {what}, plain DuckDB SQL = 1"
    return Section(title, command, HEADER, list(rows), notes, figures)


def memory(sizes: Sequence[int]) -> Section:
    """Run our engine over months of growing size, with as many accounts."""
    rows, peaks = [], []
    for lines in sizes:
        made = month(lines, accounts=MEMORY_ACCOUNTS)
        with tempfile.TemporaryDirectory(prefix="daybook-bench-") as out:
            its = run(_ours(made.root, Path(out) / "0", ""))
        peaks.append(its.peak)
        size = f"{its.peak / MB:,.0f}"
        growth = ratio(its.peak, peaks[0])
        rows.append((f"{lines:,}", size, growth, f"{its.cpu:.2f}", f"{its.answer['rows']:,}"))
    flat = goal("50 million lines in at most 1.2 × the memory of 10 million", met=_flat(peaks))
    notes = [
        f"{MEMORY_ACCOUNTS} accounts at every size",
        *([flat] if max(sizes) >= FIFTY_MILLION else []),
    ]
    command = f"python -m benchmarks.query --memory {','.join(map(str, sizes))}"
    header = ("lines", "peak MB", "against the first", "CPU s", "result rows")
    return Section("Memory of the query as the export grows", command, header, list(rows), notes)


def _flat(peaks: Sequence[float]) -> bool:
    return peaks[-1] <= 1.2 * peaks[-2] if len(peaks) > 1 else True


def sections(lines: int, rounds: int) -> list[Section]:
    """Return the tables of a period and of a day."""
    made = month(lines, accounts=max(20, lines // LINES_PER_ACCOUNT))
    return [section(made, "", rounds), section(made, DAY, rounds)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="python -m benchmarks.query --lines 10000000 --memory 1000000,10000000,50000000",
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", help="sizes in lines, ascending: only our engine's memory")
    asked = parser.parse_args()
    if asked.memory:
        print(memory([int(size) for size in asked.memory.split(",")]).markdown())
        return
    for part in sections(asked.lines, asked.rounds):
        print(part.markdown())


if __name__ == "__main__":
    main()
