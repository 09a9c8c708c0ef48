"""polars, lazily: scan, group, join, write a folder a day."""

import datetime as dt

import polars as pl

from benchmarks.peers.cost import COLUMNS, KEYS
from benchmarks.peers.timed import arguments, timed

c = pl.col


def amortized() -> pl.Expr:
    """Return amortized cost, as the others have it."""
    kind = c("line_item_line_item_type")
    return (
        pl.when(kind == "SavingsPlanCoveredUsage")
        .then(c("savings_plan_savings_plan_effective_cost"))
        .when(kind == "SavingsPlanRecurringFee")
        .then(c("savings_plan_total_commitment_to_date") - c("savings_plan_used_commitment"))
        .when(kind == "SavingsPlanNegation")
        .then(0.0)
        .when(kind == "DiscountedUsage")
        .then(c("reservation_effective_cost"))
        .when(kind == "RIFee")
        .then(
            c("reservation_unused_amortized_upfront_fee_for_billing_period")
            + c("reservation_unused_recurring_fee")
        )
        .otherwise(c("line_item_unblended_cost"))
    )


def work() -> dict[str, object]:
    """Write the breakdown and add it up."""
    files, organization, out, day = arguments()
    lines = pl.scan_parquet(files).select(COLUMNS)
    lines = lines.with_columns(day=c("line_item_usage_start_date").dt.date())
    if day:
        lines = lines.filter(c("day") == dt.date.fromisoformat(day))
    found = (
        lines.group_by(KEYS)
        .agg(
            c("line_item_unblended_cost").sum().alias("unblended"),
            amortized().sum().alias("amortized"),
        )
        .collect()
    )
    placed = pl.read_csv(
        organization,
        try_parse_dates=True,
        schema_overrides={"account_id": pl.Utf8, "valid_to": pl.Date},
    )
    joined = found.join(placed, left_on=KEYS[1], right_on="account_id", how="left").filter(
        c("valid_from").is_null()
        | ((c("day") >= c("valid_from")) & (c("valid_to").is_null() | (c("day") < c("valid_to"))))
    )
    for (of_day,), part in joined.group_by("day"):
        folder = out / f"day={of_day}"
        folder.mkdir(parents=True)
        part.write_parquet(folder / "part.parquet", compression="snappy")
    return {
        "rows": joined.height,
        "unblended": joined["unblended"].sum(),
        "amortized": joined["amortized"].sum(),
    }


timed(work)
