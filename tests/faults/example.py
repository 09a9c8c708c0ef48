"""The example world: a tiny export whose float sums are wrong, and what it must add up to."""

import csv
import io
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import pyarrow as pa

from services.query.sources import CUR2, MONEY, TEXT, TIMESTAMP
from shared.parquet import to_parquet
from shared.settings import WorkerSettings
from shared.topology import load_topology
from tests.faults.world import World

BUCKET = "finops-daily-summaries"
EXPORT = "cost-export/daybook"
DAY = date(2026, 11, 2)
PROD, DEV = "111111111111", "222222222222"
ACCOUNT = "111122223333"
RECIPIENT = "finance@example.com"
CONFIG = f"""\
source: {{format: cur2, location: "s3://{EXPORT}"}}
organization: {{location: "s3://{BUCKET}/config/organization.csv"}}
budgets: [{{ou: Root/Prod, monthly: "20.00", from: 2026-01-01}}]
digest: {{sender: daybook@example.com, recipients: [{RECIPIENT}]}}
delivery_deadline: 07:30
quicksight: {{datasets: [daybook-ou-breakdown, daybook-ou-outlook]}}
"""
AUDIENCES = """\
executives: {recipients: [board@example.com], quicksight: [board]}
roster: [{ou: Root/Prod, recipients: [shop@example.com]}, {ou: Dev, recipients: [lab@example.com]}]
"""
READERS = "daybook-ou-outlook], rules: daybook-access"
"""Takes the place of the data sets' end where there are rules of who reads them."""
HEARERS = (
    ("executive", "board@example.com"),
    ("part", "shop@example.com"),
    ("part", "lab@example.com"),
)
"""Who is told what beside the digest's own list."""
ORGANIZATION = f"""\
account_id,account_name,ou_path,valid_from,valid_to,status
{PROD},Shop,Root/Prod,2026-01-01,,ACTIVE
{DEV},Lab,Root/Dev,2026-01-01,,ACTIVE
"""

Cost = tuple[str, str, str]
"""A line item: day, account, amount as the export writes it."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of the period's export."""

    name: str
    lines: tuple[Cost, ...]

    @property
    def totals(self) -> dict[date, Decimal]:
        """The exact total per day: what the archive must hold."""
        days: dict[date, Decimal] = defaultdict(Decimal)
        for day, _, amount in self.lines:
            days[date.fromisoformat(day)] += Decimal(amount)
        return dict(days)

    @property
    def csv(self) -> bytes:
        return _csv(self)

    @property
    def parquet(self) -> bytes:
        """As AWS writes Parquet: amounts are doubles."""
        return _parquet(self)


def _day(day: str, dust: str) -> tuple[Cost, ...]:
    """Ten dimes and a speck of dust: as floats they do not add up."""
    return (*((day, PROD, "0.10") for _ in range(10)), (day, PROD, dust), (day, DEV, "3.333333333"))


FIRST = Delivery(
    "first",
    (*_day("2026-11-01", "-4.49e-8"), *_day("2026-11-02", "1E-12"), ("2026-11-03", DEV, "0.7")),
)
RESTATED = Delivery(
    "restated",
    (
        *_day("2026-11-01", "0.000000000003"),
        *_day("2026-11-02", "1E-12"),
        *_day("2026-11-03", "-0.0000000449"),
        ("2026-11-04", PROD, "0.30"),
    ),
)
THIRD = Delivery("third", (*FIRST.lines, ("2026-11-02", PROD, "7.77")))
OCTOBER = Delivery("october", _day("2026-10-31", "-4.49e-8"))
LATE_OCTOBER = Delivery("late-october", (*OCTOBER.lines, ("2026-10-30", PROD, "5.55")))
_QUIET = tuple((f"2026-10-{day:02d}", PROD, "0") for day in range(1, 30))
MONTHS = Delivery("months", (*_QUIET, *LATE_OCTOBER.lines, *RESTATED.lines))
"""What two deliveries hold together; the closed month's days without lines cost nothing."""
FOURTH = Delivery("fourth", (*FIRST.lines, ("2026-11-02", DEV, "0.01")))


@cache
def _csv(delivery: Delivery) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(CUR2.required), restval="")
    writer.writeheader()
    for day, account, amount in delivery.lines:
        writer.writerow(
            {
                "line_item_usage_start_date": f"{day} 00:00:00",
                "line_item_usage_account_id": account,
                "line_item_line_item_type": "Usage",
                "line_item_product_code": "AmazonEC2",
                "line_item_currency_code": "USD",
                "line_item_unblended_cost": amount,
            }
        )
    return text.getvalue().encode()


@cache
def _parquet(delivery: Delivery) -> bytes:
    arrow = {TEXT: pa.string(), MONEY: pa.float64(), TIMESTAMP: pa.timestamp("us")}
    schema = pa.schema([(name, arrow[kind]) for name, kind in CUR2.required.items()])
    rows = [
        {
            "line_item_usage_start_date": datetime.fromisoformat(day),
            "line_item_usage_account_id": account,
            "line_item_line_item_type": "Usage",
            "line_item_product_code": "AmazonEC2",
            "line_item_currency_code": "USD",
            "line_item_unblended_cost": float(amount),
        }
        for day, account, amount in delivery.lines
    ]
    return to_parquet(pa.Table.from_pylist(rows, schema=schema))


def part_of(delivery: Delivery, form: str = "csv") -> str:
    """Return the path of a delivery's only file."""
    return f"data/BILLING_PERIOD={delivery.lines[0][0][:7]}/{delivery.name}-00001.{form}"


def deliver(world: World, delivery: Delivery, form: str = "csv") -> None:
    """Put a delivery in place, its manifest last, as Data Exports does."""
    part = part_of(delivery, form)
    world.s3.put(f"{EXPORT}/{part}", delivery.csv if form == "csv" else delivery.parquet)
    manifest = {"executionId": delivery.name, "dataFiles": [f"s3://{EXPORT}/{part}"]}
    body = json.dumps(manifest).encode()
    folder = part.split("/")[1]
    world.s3.put(f"{EXPORT}/metadata/{folder}/daybook-Manifest.json", body)


def furnish(world: World) -> None:
    """Put everything in place that is there before the first tick."""
    topology = load_topology()
    world.s3.put(f"{BUCKET}/config/daybook.yaml", CONFIG.encode())
    world.s3.put(f"{BUCKET}/config/organization.csv", ORGANIZATION.encode())
    for name, table in topology.tables.items():
        columns = [{"Name": c[0], "Type": c[1]} for c in table.columns]
        location = f"s3://{BUCKET}/{table.prefix}"
        world.glue.tables[name] = {"Columns": columns, "Location": location}
        world.glue.partitions[name] = {}
    deliver(world, FIRST)


def tick(number: int, at: str = "2026-11-03T07:00:00Z") -> str:
    """Return the body of a tick as EventBridge's rule writes it."""
    return json.dumps(
        {
            "specversion": "1.0",
            "type": "day-ready",
            "id": f"tick-{number}",
            "source": "aws.events",
            "time": at,
        }
    )


def audit(number: int, *, full: bool, at: str = "2026-11-03T15:30:00Z") -> str:
    """Return the body of an audit's request as EventBridge's rule writes it."""
    return json.dumps(
        {
            "specversion": "1.0",
            "type": "audit-requested",
            "id": f"audit-{number}",
            "source": "daybook.schedule",
            "time": at,
            "data": {"full": full},
        }
    )


def backfill(number: int, *, notify: bool) -> str:
    """Return the body of a request to run the period again."""
    return json.dumps(
        {
            "specversion": "1.0",
            "type": "backfill-requested",
            "id": f"backfill-{number}",
            "source": "operator",
            "time": "2026-11-03T08:00:00Z",
            "data": {
                "first_day": "2026-11-01",
                "last_day": "2026-11-02",
                "reason": "because",
                "requested_by": "someone",
                "notify": notify,
            },
        }
    )


def _backfills(role: str) -> str | None:
    """Return the URL of a worker's queue for backfills, if it has one."""
    topology = load_topology()
    name = topology.backfill_queue(role)
    return f"http://127.0.0.1:9/{ACCOUNT}/{name}" if topology.workers[role].backfills else None


def settings_of(role: str, kind: type[WorkerSettings]) -> WorkerSettings:
    """Return a worker's settings, as Terraform would set them."""
    topology = load_topology()
    own: dict[str, dict[str, object]] = {
        "auditor": {
            "database": topology.database,
            "account_id": ACCOUNT,
            "queues": topology.every_queue,
        },
        "catalog": {"database": topology.database, "account_id": ACCOUNT},
        "notifier": {"configuration_set": topology.mail_events.configuration_set},
    }
    return kind.model_validate(
        {
            "queue_url": f"http://127.0.0.1:9/{ACCOUNT}/{topology.queue(role)}",
            "backfill_queue_url": _backfills(role),
            "visibility_timeout": topology.workers[role].visibility_timeout,
            "events_topic": f"arn:aws:sns:eu-west-1:{ACCOUNT}:{topology.events_topic}",
            "alarms_topic": f"arn:aws:sns:eu-west-1:{ACCOUNT}:{topology.alarms_topic}",
            "archive_bucket": BUCKET,
            "config": f"s3://{BUCKET}/config/daybook.yaml",
            **own.get(role, {}),
        }
    )
