"""The cost exports that Daybook reads: one `.sql` file and one entry each."""

from dataclasses import dataclass
from importlib.resources import files

TEXT, MAP, MONEY, TIME = "VARCHAR", "MAP(VARCHAR, VARCHAR)", "DECIMAL(38,12)", "TIMESTAMP"
"""The DuckDB types a column is read as when the export is CSV, where everything is text."""


@dataclass(frozen=True)
class SourceFormat:
    """How one export format becomes Daybook's line view."""

    name: str
    required: dict[str, str]
    optional: dict[str, str]

    @property
    def sql(self) -> str:
        """The query from the export to the line view, in Athena's dialect."""
        return read_sql(self.name)


def read_sql(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


CUR2 = SourceFormat(
    name="cur2",
    required={
        "line_item_usage_start_date": TIME,
        "line_item_usage_account_id": TEXT,
        "line_item_line_item_type": TEXT,
        "line_item_product_code": TEXT,
        "line_item_currency_code": TEXT,
        "line_item_unblended_cost": MONEY,
        "reservation_effective_cost": MONEY,
        "reservation_reservation_a_r_n": TEXT,
        "reservation_unused_amortized_upfront_fee_for_billing_period": MONEY,
        "reservation_unused_recurring_fee": MONEY,
        "savings_plan_savings_plan_effective_cost": MONEY,
        "savings_plan_total_commitment_to_date": MONEY,
        "savings_plan_used_commitment": MONEY,
    },
    optional={
        "bill_bill_type": TEXT,
        "bill_invoice_id": TEXT,
        "line_item_line_item_description": TEXT,
        "line_item_usage_account_name": TEXT,
        "product": MAP,
        "product_servicecode": TEXT,
    },
)
SOURCES = {source.name: source for source in (CUR2,)}
