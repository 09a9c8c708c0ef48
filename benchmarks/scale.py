"""How the steps' time and memory grow with the work (point 6).

`python -m benchmarks.scale [--accounts N,N,…] [--full]`. Each size has a month of lines in which
every account uses some of 60 services on 31 days; --full ends with 10,000 accounts, of which each
uses a dozen meters of 300 services.
"""

import argparse
from collections.abc import Sequence
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.lines import METERS, month
from benchmarks.measured import MB, Measured, ours, progress, run
from benchmarks.scale_step import STEPS
from benchmarks.section import Section, goal

LINES_PER_ACCOUNT = 600
SMALL = (100, 200, 400)
FULL = (1_000, 3_000, 10_000)
FULL_METERS = 1_200
GIGABYTE = 1024**3
LINEAR = 1.15
"""An exponent up to this is linear: the noise of a shared machine is as large."""
HEADER = ("accounts", "rows", *(f"{step} {what}" for step in STEPS for what in ("CPU s", "MB")))


def chain(accounts: int, meters: int) -> tuple[int, dict[str, Measured]]:
    """Run all steps over a month of so many accounts; return its rows and what each took."""
    made = month(accounts * LINES_PER_ACCOUNT, accounts=accounts, meters=meters)
    found = {}
    with TemporaryDirectory(prefix="daybook-bench-") as name:
        folder = Path(name)
        (folder / "organization").mkdir()
        (folder / "export").symlink_to(made.root)
        beside = folder / "organization" / "organization.csv"
        beside.symlink_to(made.organization)
        beside.with_name(f"{beside.name}.metadata.json").write_text("{}", encoding="utf-8")
        for step in STEPS:
            progress(f"  {accounts:,} accounts: {step}")
            found[step] = run(ours("benchmarks.scale_step", step, folder))
        rows = _rows(folder)
    return rows, found


def _rows(folder: Path) -> int:
    from shared.events import PeriodQueried, parse  # noqa: PLC0415 - the parent stays small

    event = parse((folder / "query.json").read_text(encoding="utf-8"))
    return event.data.rows if isinstance(event, PeriodQueried) else 0


def section(sizes: Sequence[int], meters: int = METERS) -> Section:
    """Measure each size, and return the table with the exponents of growth."""
    found = [(accounts, *chain(accounts, meters)) for accounts in sizes]
    rows = [
        (
            f"{accounts:,}",
            f"{count:,}",
            *(
                text
                for its in steps.values()
                for text in (f"{its.cpu:.1f}", f"{its.peak / MB:,.0f}")
            ),
        )
        for accounts, count, steps in found
    ]
    growth = {
        step: tuple(
            exponent([(count, figure(steps[step])) for _, count, steps in found])
            for figure in (_cpu, _peak)
        )
        for step in STEPS
    }
    rows.append(
        ("exponent", "1", *(f"{power:.2f}" for powers in growth.values() for power in powers))
    )
    largest = max(its.peak for its in found[-1][2].values())
    notes = [
        f"{LINES_PER_ACCOUNT} lines an account and month; work is counted in rows of the breakdown",
        "exponent p of cost ~ rows^p, fitted over all sizes; what does not grow lowers it",
        goal("no step outgrows its work", met=all(c <= LINEAR for c, _ in growth.values())),
        goal("at most 1 GB a worker at the largest size here", met=largest <= GIGABYTE),
    ]
    command = f"python -m benchmarks.scale --accounts {','.join(map(str, sizes))}"
    return Section("Growth with the organization", command, HEADER, list(rows), notes)


def _cpu(its: Measured) -> float:
    return its.cpu


def _peak(its: Measured) -> float:
    return its.peak


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return p of the power law that fits the points best (least squares of the logarithms)."""
    xs, ys = [log(x) for x, _ in points], [log(y) for _, y in points]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle_x) ** 2 for x in xs)
    return (
        sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread
        if spread
        else 0.0
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="python -m benchmarks.scale --accounts 1000,2000"
    )
    parser.add_argument("--accounts", default=",".join(map(str, SMALL)), help="ascending")
    parser.add_argument("--full", action="store_true", help="up to 10,000 accounts, 300 services")
    asked = parser.parse_args()
    if asked.full:
        print(section(FULL, FULL_METERS).markdown())
        return
    print(section([int(size) for size in asked.accounts.split(",")]).markdown())


if __name__ == "__main__":
    main()
