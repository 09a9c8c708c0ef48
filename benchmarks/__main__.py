"""Runs all benchmarks, prints ratios and writes `benchmarks/results.md` (point 8).

`python -m benchmarks [--full] [--only query,scan,…]`. Small by default: under ten minutes on two
quiet cores. With --full: the sizes that docs/performance.md speaks of, an hour or two.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from benchmarks import backfill, cost, loop, query, scale, scan, start
from benchmarks.measured import machine, progress
from benchmarks.section import Section

RESULTS = Path(__file__).with_name("results.md")
VERSIONS = ("duckdb", "pyarrow", "aiobotocore", "ministack")
PEERS_FILE = Path(__file__).with_name("peers.txt")
GB = 1024**3
SHARED = (
    "A load average above the number of cores says that others worked on it, too: compare ratios "
    "of CPU."
)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    lines: int
    memory: tuple[int, ...]
    rounds: int
    messages: int
    days: int
    accounts: tuple[int, ...]
    meters: int


SMALL = Size(1_000_000, (250_000, 500_000, 1_000_000), 3, 300, backfill.SMALL, scale.SMALL, 240)
FULL = Size(
    10_000_000, (1_000_000, 10_000_000, 50_000_000), 5, 2_000, backfill.FULL, scale.FULL, 1_200
)


def parts(size: Size) -> Mapping[str, Callable[[], list[Section]]]:
    """Return each point's benchmark."""
    return {
        "query": lambda: [*query.sections(size.lines, size.rounds), query.memory(size.memory)],
        "scan": lambda: [scan.section(size.lines)],
        "backfill": lambda: [backfill.section(size.days)],
        "loop": lambda: [loop.section(size.messages, 40, 1)],
        "start": lambda: [start.section(size.rounds)],
        "scale": lambda: [scale.section(size.accounts, size.meters)],
    }


def run(size: Size, only: set[str]) -> list[Section]:
    """Run them one after the other, and the costs from what they measured."""
    found: dict[str, list[Section]] = {}
    for name, bench in parts(size).items():
        if only and name not in only:
            continue
        began = perf_counter()
        progress(f"{name} …")
        found[name] = bench()
        progress(f"{name}: {perf_counter() - began:.0f} s")
        print("\n".join(section.markdown() for section in found[name]), flush=True)
    if {"query", "scan"} <= found.keys():
        keep(found["query"][0].figures, found["scan"][0].figures)
    if cost.RESULTS.exists() and (not only or "cost" in only):
        found["cost"] = cost.sections(cost.costs())
        print("\n".join(section.markdown() for section in found["cost"]))
    return [section for sections in found.values() for section in sections]


def keep(queried: Mapping[str, float], scanned: Mapping[str, float]) -> None:
    """Keep what the costs are reckoned from."""
    figures = {"share": scanned["share"], "cpu_per_gb": queried["cpu"] / queried["bytes"] * GB}
    text = json.dumps({name: round(value, 4) for name, value in figures.items()}, indent=2)
    cost.RESULTS.write_text(text + "\n", encoding="utf-8")


def report(sections: list[Section], where: str) -> str:
    """Return the document."""
    peers = [line.split("#")[0].strip() for line in PEERS_FILE.read_text("utf-8").splitlines()]
    return "\n".join(
        [
            "# What the benchmarks measured\n",
            f"{datetime.now(UTC):%Y-%m-%d}, by `python -m benchmarks`. {where}. {SHARED}\n",
            f"Peers: {', '.join(filter(None, peers))}.\n",
            *(section.markdown() for section in sections),
        ]
    )


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="python -m benchmarks --only scan")
    parser.add_argument("--full", action="store_true", help="full sizes: hours, 60 GB of disk")
    parser.add_argument("--only", default="", help=f"some of {', '.join(parts(SMALL))}, cost")
    parser.add_argument("--to", type=Path, default=RESULTS, help="where the report goes")
    asked = parser.parse_args()
    only = set(filter(None, asked.only.split(",")))
    if unknown := only - {*parts(SMALL), "cost"}:
        parser.error(
            f"--only {', '.join(sorted(unknown))}: there is {', '.join(parts(SMALL))}, cost"
        )
    where = machine(*VERSIONS)
    sections = run(FULL if asked.full else SMALL, only)
    asked.to.write_text(report(sections, where), encoding="utf-8")
    progress(f"written to {asked.to}")


if __name__ == "__main__":
    main()
