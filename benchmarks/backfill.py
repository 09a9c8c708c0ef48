"""Days of the example through real queues and workers (point 3).

`python -m benchmarks.backfill [--days N]`. On the embedded AWS, each worker a process; the time
that is neither query nor I/O is noted by `benchmarks/instrument`, outside the workers' code.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.measured import ROOT, progress
from benchmarks.section import Section, goal
from benchmarks.spans import KINDS, Noted, shares
from daybook.example import DEFAULT_LAST_DAY, ExampleExport, write_example
from daybook.inputs import InputFiles, Inputs, check_inputs
from daybook.local.stack import LocalStack, local_stack
from daybook.observer import events
from daybook.publish import operators_event, publish
from daybook.seed import given_sections, seed
from shared.days import days_between, periods_between
from shared.events import BackfillRequested, PeriodCataloged
from shared.topology import load_topology

FULL = 400
SMALL = 62
LIMIT = 3_600
MOST_REST = 0.20
COMPUTED = ("forecast", "rest")


def backfill(days: int) -> tuple[float, dict[str, dict[str, float]]]:
    """Run the backfill; return its wall seconds and each worker's time by kind."""
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as name:
        folder = Path(name)
        progress(f"  writing {days} days of the example")
        example = write_example(folder / "example", DEFAULT_LAST_DAY, days)
        seconds = asyncio.run(_run(example, days, folder))
        return seconds, {
            file.stem.removeprefix("spans-"): shares(_read(file))
            for file in sorted(folder.glob("spans-*.json"))
        }


def _read(file: Path) -> list[Noted]:
    return [tuple(each) for each in json.loads(file.read_text(encoding="utf-8"))]


async def _run(example: ExampleExport, days: int, folder: Path) -> float:
    async with _working(example, folder) as (stack, inputs):
        last = inputs.day
        first = last - timedelta(days=days - 2)
        wanted = operators_event(
            BackfillRequested,
            data={
                "first_day": first,
                "last_day": last,
                "reason": "a benchmark",
                "requested_by": "benchmark",
            },
        )
        progress(f"  a backfill of {len(list(days_between(first, last)))} days")
        began = perf_counter()
        await publish(wanted)
        periods = len(list(periods_between(first, last)))
        await asyncio.wait_for(_cataloged(stack, periods), LIMIT)
        return perf_counter() - began


@asynccontextmanager
async def _working(
    example: ExampleExport, folder: Path
) -> AsyncIterator[tuple[LocalStack, Inputs]]:
    topology = load_topology()
    async with local_stack(topology, folder) as stack:
        given = given_sections(stack.provisioned.bucket, "cur2")
        files = InputFiles(example.source, "cur2", example.organization, example.config, given)
        inputs = await check_inputs(files, None)
        await seed(inputs, stack.provisioned, topology)
        for worker, environment in stack.workers.environments.items():
            environment.update(_instrumented(worker, folder))
        await stack.workers.start()
        yield stack, inputs


def _instrumented(worker: str, folder: Path) -> Mapping[str, str]:
    return {
        "PYTHONPATH": f"{ROOT / 'benchmarks/instrument'}:{ROOT}",
        "DAYBOOK_BENCH_WORKER": worker,
        "DAYBOOK_BENCH_SPANS": str(folder / f"spans-{worker}.json"),
    }


async def _cataloged(stack: LocalStack, periods: int) -> None:
    """Wait until so many periods are cataloged; raise SystemExit when a worker gives one up."""
    seen = set()
    async for event in events(stack.observer):
        if isinstance(event, PeriodCataloged):
            seen.add(event.data.period)
            progress(f"  cataloged {event.data.period}: {len(seen)} of {periods}")
        if stack.alarms.in_alarm:
            raise SystemExit(f"given up by {stack.alarms.in_alarm}")
        if len(seen) == periods:
            return


def section(days: int) -> Section:
    """Run, and return the table."""
    seconds, found = backfill(days)
    rows = [
        (worker, f"{its['busy']:.1f}", *(f"{its[kind]:.1f}" for kind in (*KINDS, "rest")))
        for worker, its in found.items()
        if its["busy"]
    ]
    total = {kind: sum(its[kind] for its in found.values()) for kind in ("busy", *KINDS, "rest")}
    rows.append(("**all**", *(f"{total[kind]:.1f}" for kind in ("busy", *KINDS, "rest"))))
    rest = sum(total[kind] for kind in COMPUTED) / total["busy"]
    notes = [
        (f"{days} days in {seconds:.1f} s: {days / seconds:.1f} days a second, on one machine with "
        "the embedded AWS, which takes its share of the cores"),
        f"{total['rest'] / total['busy']:.0%} of the busy time is neither query, I/O nor forecast",
        goal(f"query and I/O leave less than {MOST_REST:.0%} ({rest:.0%} with the forecast)",
             met=rest < MOST_REST),
    ]  # fmt: skip
    header = ("worker", "busy s", "query s", "forecast s", "I/O s", "rest s")
    command = f"python -m benchmarks.backfill --days {days}"
    return Section("Backfill of the example", command, header, list(rows), notes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=f"python -m benchmarks.backfill --days {FULL}"
    )
    parser.add_argument("--days", type=int, default=SMALL)
    print(section(parser.parse_args().days).markdown())


if __name__ == "__main__":
    main()
