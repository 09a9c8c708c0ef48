"""pyarrow: a data set scanned and grouped by Acero; a folder a day written by pyarrow."""

import datetime as dt

import pyarrow as pa
import pyarrow.acero as ac
import pyarrow.compute as pc
import pyarrow.dataset as ds

from benchmarks.peers.cost import COLUMNS, KEYS
from benchmarks.peers.frames import finish
from benchmarks.peers.timed import arguments, timed

f = pc.field


def amortized() -> pc.Expression:
    """Return amortized cost, as the others have it."""
    kind = f("line_item_line_item_type")
    cases = {
        "SavingsPlanCoveredUsage": f("savings_plan_savings_plan_effective_cost"),
        "SavingsPlanRecurringFee": f("savings_plan_total_commitment_to_date")
        - f("savings_plan_used_commitment"),
        "SavingsPlanNegation": pc.scalar(0.0),
        "DiscountedUsage": f("reservation_effective_cost"),
        "RIFee": f("reservation_unused_amortized_upfront_fee_for_billing_period")
        + f("reservation_unused_recurring_fee"),
    }
    return pc.case_when(
        pc.make_struct(*[kind == name for name in cases]),
        *cases.values(),
        f("line_item_unblended_cost"),
    )


def work() -> dict[str, object]:
    """Write the breakdown and add it up."""
    files, organization, out, day = arguments()
    of_day = f("line_item_usage_start_date").cast(pa.date32())
    keys = [of_day, *[f(name) for name in KEYS[1:]]]
    wanted = of_day == dt.date.fromisoformat(day) if day else None
    scan = ac.ScanNodeOptions(ds.dataset(files), columns=COLUMNS, filter=wanted)
    steps = [ac.Declaration("scan", scan)]
    if wanted is not None:
        steps.append(ac.Declaration("filter", ac.FilterNodeOptions(wanted)))
    columns = [*keys, f("line_item_unblended_cost"), amortized()]
    names = [*KEYS, "unblended", "amortized"]
    sums = [(name, "hash_sum", None, name) for name in ("unblended", "amortized")]
    steps += [
        ac.Declaration("project", ac.ProjectNodeOptions(columns, names)),
        ac.Declaration("aggregate", ac.AggregateNodeOptions(sums, keys=KEYS)),
    ]
    found = ac.Declaration.from_sequence(steps).to_table()
    return finish(found.to_pandas(), organization, out)


timed(work)
