"""The shipped engine as its worker runs it: `python -m benchmarks.embedded MONTH OUT DAY`.

Control totals, breakdown, control sums and drivers of a period, held against each other. Where DAY
is given, only its rows are counted: a period is what the worker always queries.
"""

import sys
from pathlib import Path

from benchmarks.lines import PERIOD
from benchmarks.peers.timed import timed
from services.query.embedded import EmbeddedQuery
from services.query.organization import organization_table, parse_organization
from services.query.sources import CUR2
from shared.breakdown import amounts_of
from shared.control_sums import in_order, require_equal, sums_of
from shared.money import Amounts, add_amounts
from shared.parquet import from_parquet


def work() -> dict[str, object]:
    """Stage, reconcile, add up."""
    root, out, day = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    files = sorted(root.glob("data/*/*.parquet"))
    organization = root / "organization.csv"
    placements = parse_organization(organization.read_bytes(), organization)
    rows, totals = 0, list[Amounts]()
    with EmbeddedQuery(CUR2, PERIOD, files) as query:
        control = query.control()
        staged = query.stage(organization_table(placements), out / "rows")
        sums = query.sums(out / "sums")
        query.drivers(out / "drivers")
    for of_day, parts in staged.items():
        (table,) = [from_parquet(file.read_bytes()) for file in parts]
        (source,) = [from_parquet(file.read_bytes()) for file in sums[of_day]]
        require_equal(in_order(source), sums_of(table), str(of_day))
        if not day or str(of_day) == day:
            rows += table.num_rows
            totals += amounts_of(table)
    (total,) = add_amounts(totals)
    if not day and total != control.totals[0]:
        raise SystemExit(f"{total} differs from the export's {control.totals[0]}")
    return {"rows": rows, "unblended": total.unblended, "amortized": total.amortized}


if __name__ == "__main__":
    timed(work)
