"""What the pandas contenders share: lines grouped, and a breakdown joined and written."""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers.cost import KEYS

SUMS = ["unblended", "amortized"]


def grouped(lines: pd.DataFrame, day: str) -> pd.DataFrame:
    """Add lines up by day, account, service, type and currency."""
    lines = lines.assign(day=lines["line_item_usage_start_date"].dt.date)
    if day:
        lines = lines[lines["day"] == pd.Timestamp(day).date()]
    kind = lines["line_item_line_item_type"]
    lines = lines.assign(
        unblended=lines["line_item_unblended_cost"],
        amortized=np.select(
            [
                kind == "SavingsPlanCoveredUsage",
                kind == "SavingsPlanRecurringFee",
                kind == "SavingsPlanNegation",
                kind == "DiscountedUsage",
                kind == "RIFee",
            ],
            [
                lines["savings_plan_savings_plan_effective_cost"],
                lines["savings_plan_total_commitment_to_date"]
                - lines["savings_plan_used_commitment"],
                0.0,
                lines["reservation_effective_cost"],
                lines["reservation_unused_amortized_upfront_fee_for_billing_period"]
                + lines["reservation_unused_recurring_fee"],
            ],
            lines["line_item_unblended_cost"],
        ),
    )
    return lines.groupby(KEYS, as_index=False, sort=False)[SUMS].sum()


def finish(found: pd.DataFrame, organization: Path, out: Path) -> dict[str, object]:
    """Look the OU up as it was on the day, write a file a day, add up."""
    placed = pd.read_csv(organization, dtype=str)
    joined = found.merge(placed, left_on=KEYS[1], right_on="account_id", how="left")
    day = joined["day"].astype(str)
    starts = joined["valid_from"].isna() | (day >= joined["valid_from"].fillna(""))
    ends = joined["valid_to"].isna() | (day < joined["valid_to"].fillna(""))
    joined = joined[starts & ends]
    for of_day, part in joined.groupby("day"):
        folder = out / f"day={of_day}"
        folder.mkdir(parents=True)
        part.to_parquet(folder / "part.parquet", compression="snappy")
    sums = {name: float(joined[name].sum()) for name in SUMS}
    return {"rows": len(joined), **sums}
