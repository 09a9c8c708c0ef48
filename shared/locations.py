"""S3 locations: `s3://bucket/key` and the one place that knows every key in the archive bucket."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit

from shared.days import Period

BREAKDOWNS = "ou-breakdowns/"
OUTLOOKS = "ou-outlook/"
ANOMALIES = "ou-anomalies/"
CHANGES = "ou-changes/"
DRIVERS = "ou-drivers/"
DASHBOARDS = "dashboards/"
SNAPSHOTS = "snapshots/"
LATEST_DASHBOARD = f"{DASHBOARDS}latest.html"
"""Key of the dashboard of the latest day."""


def split_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of an `s3://` URI; raise ValueError for anything else."""
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"{uri!r} is not an s3://bucket/key location")
    return parts.netloc, parts.path.lstrip("/")


def partition(day: date) -> str:
    """Return the Hive partition path of a day, as Athena and Glue write it."""
    return f"year={day.year}/month={day.month}/day={day.day}/"


def breakdown_key(day: date) -> str:
    """Return the key of a day's breakdown: one fixed object per day."""
    return f"{BREAKDOWNS}{partition(day)}ou-breakdown-{day}.parquet"


def breakdowns_prefix(period: Period) -> str:
    """Return the prefix of a period's breakdowns."""
    return f"{BREAKDOWNS}year={period.year}/month={period.month}/"


def of_year(table: str, year: int) -> str:
    """Return the prefix of a year in `BREAKDOWNS` or `OUTLOOKS`."""
    return f"{table}year={year}/"


_PARTITION = re.compile(r"/year=(\d{4})/month=([1-9]\d?)/day=([1-9]\d?)/[^/]+$")


def day_of_partition(key: str) -> date | None:
    """Return the day whose partition of a table a key lies in; None where it lies in none."""
    found = _PARTITION.search(key)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def is_hidden(key: str) -> bool:
    """Say whether Athena and Hive leave a key out: some part of it begins with `_` or `.`."""
    return any(part.startswith(("_", ".")) for part in key.split("/"))


def is_data(key: str) -> bool:
    """Say whether a key below a table's prefix is of rows; consoles make folders of objects."""
    return not key.endswith("/") and not is_hidden(key)


def outlook_key(day: date) -> str:
    """Return the key of a day's outlook: one fixed object per day."""
    return f"{OUTLOOKS}{partition(day)}ou-outlook-{day}.parquet"


def anomalies_key(day: date) -> str:
    """Return the key of a day's anomalies: one fixed object per day."""
    return f"{ANOMALIES}{partition(day)}ou-anomalies-{day}.parquet"


def changes_key(day: date) -> str:
    """Return the key of why a day's cost and its month's changed: one fixed object per day."""
    return f"{CHANGES}{partition(day)}ou-changes-{day}.parquet"


def drivers_key(period: Period) -> str:
    """Return the key of a period's cost by usage type and region: one fixed object per period."""
    return f"{DRIVERS}year={period.year}/month={period.month}/ou-drivers-{period}.parquet"


ACCESS_RULES = "access/quicksight-rules.csv"
"""Key of who sees which OU in QuickSight."""


def csv_key(day: date) -> str:
    """Return the key of a day's CSV, kept only when it is too large to be attached."""
    return f"csv/{partition(day)}ou-breakdown-{day}.csv"


def part_csv_key(day: date, ous: Sequence[str]) -> str:
    """Return the key of the CSV of some OUs' part of a day, kept as the whole day's is."""
    listed = hashlib.sha256("\n".join(sorted(ous)).encode()).hexdigest()[:12]
    return f"csv/{partition(day)}ou-breakdown-{day}-part-{listed}.csv"


def dashboard_key(day: date) -> str:
    """Return the key of a day's dashboard: one fixed object per day."""
    return f"{DASHBOARDS}{partition(day)}dashboard-{day}.html"


def snapshot_key(day: date) -> str:
    """Return the key of a day's executive PDF: one fixed object per day."""
    return f"{SNAPSHOTS}{partition(day)}executive-{day}.pdf"


STAGING = "staging/"
"""Prefix of what the query worker leaves for the archiver."""


def staging_prefix(run: str, period: Period) -> str:
    """Return the prefix of what a run stages for a period."""
    return f"{STAGING}run={run}/period={period}/"


def scan_prefix(token: str) -> str:
    """Return the prefix of what a scan by a query service needs and makes."""
    return f"staging/athena/{token}/"


DAY_RECORDS = "ledger/days/"
"""Ledger prefix of every day's versions; keys sort by day."""
STAGING = "staging/"
"""Prefix of what runs stage."""


def day_record_key(day: date) -> str:
    """Return the ledger key of a day's versions."""
    return f"{day_records_prefix(Period.of(day))}{day}.json"


def day_records_prefix(period: Period) -> str:
    """Return the ledger prefix of a period's days."""
    return f"ledger/days/{period}/"


def day_of_record(key: str) -> date | None:
    """Return the day whose versions a ledger key holds; None for what somebody put beside them."""
    name = key.rpartition("/")[2]
    try:
        return date.fromisoformat(name.removesuffix(".json")) if name.endswith(".json") else None
    except ValueError:
        return None


PERIOD_RECORDS = "ledger/periods/"
"""Ledger prefix of the periods' newest deliveries; keys sort by period."""


def period_record_key(period: Period) -> str:
    """Return the ledger key of a period's newest delivery."""
    return f"{PERIOD_RECORDS}{period}.json"


RUN_RECORDS = "ledger/runs/"
"""Ledger prefix of what came of every run."""


def run_records_prefix(run: str) -> str:
    """Return the ledger prefix of a run's billing periods."""
    return f"{RUN_RECORDS}{run}/"


def run_record_key(run: str, period: Period) -> str:
    """Return the ledger key of what came of one billing period of a run."""
    return f"{run_records_prefix(run)}{period}.json"


COST_CHECKS = "ledger/cost-checks/"
"""Ledger prefix of the comparisons of every period."""


def cost_checks_prefix(period: Period) -> str:
    """Return the ledger prefix of a period's comparisons with Cost Explorer and its invoices."""
    return f"{COST_CHECKS}{period}/"


def cost_check_key(period: Period, run: str) -> str:
    """Return the ledger key of a run's comparison."""
    return f"{cost_checks_prefix(period)}{run}.json"


ACCOUNT_HISTORY = "ledger/organization/accounts.json"
"""Key of the dated account-to-OU table that is kept from what AWS Organizations says."""


AWS_LIMITS = "ledger/budgets/aws.json"
"""Key of what AWS Budgets said of limits, and since when."""


ORGANIZATION_FILES = "ledger/organization/files.json"
"""Key of which content of the organization CSV each digest was told by."""


def organization_file_key(sha256: str) -> str:
    """Return the ledger key of an organization CSV that a run has used."""
    return f"ledger/organization/files/{sha256}.csv"


ACCOUNT_CHANGES = "ledger/organization/changes/"
"""Ledger prefix of what changed in the organization, by day."""


def account_changes_key(day: date, sha256: str) -> str:
    """Return the ledger key of what changed in the organization on a day; named by its content."""
    return f"{ACCOUNT_CHANGES}{day}-{sha256[:16]}.json"


def digest_claims_prefix(day: date) -> str:
    """Return the ledger prefix of a day's digests."""
    return f"ledger/digests/{day}/"


def digest_claim_key(name: str) -> str:
    """Return the ledger key of one digest to one recipient list; its name begins with its day."""
    return f"ledger/digests/{name[:10]}/{name}.json"


DIGEST_CLAIMS = "ledger/digests/"
"""Ledger prefix of every digest; keys sort by day."""


def digest_claims_of_month(month: Period) -> str:
    """Return the ledger prefix of the digests of every day of a month."""
    return f"ledger/digests/{month}-"


def daily_digest_of(key: str) -> date | None:
    """Return the day of a daily digest's ledger key; None for a digest of another kind."""
    name = key.rpartition("/")[2]
    return date.fromisoformat(name[:10]) if name[10:].startswith("-daily-") else None


AUDITS = "ledger/audits/"
"""Ledger prefix of what audits found."""
LATEST_AUDIT = f"{AUDITS}latest.json"
"""Key of what the latest audit found; the bucket's versions keep the earlier ones."""

FAILURES = "failures/"
"""Prefix of the notes why messages failed."""


def failure_key(queue: str, message: str) -> str:
    """Return the key of the note why a message of a queue failed."""
    return f"{FAILURES}{queue}/{message}.json"


def is_digest(key: str) -> bool:
    """Say whether a claim's ledger key is of a digest of everything, told on a tick or again."""
    return key.rpartition("/")[2][11:].startswith(("daily-", "replay-"))


def late_alarm_key(day: date) -> str:
    """Return the ledger key that says that the alarm about a day's late data has rung."""
    return f"ledger/alarms/late/{day}.json"


def unknown_types_alarm_key(run: str, period: Period) -> str:
    """Return the ledger key that says that a run has rung for line types it does not know."""
    return f"ledger/alarms/unknown-types/{period}/{run}.json"
