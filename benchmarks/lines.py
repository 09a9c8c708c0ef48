"""Makes a month of a CUR 2.0 export of any size: `python -m benchmarks.lines --lines N [--to DIR]`.

85 columns: those that AWS writes without net costs, split cost allocation and the legacy discount
map. Hourly lines in no order of days, Snappy Parquet in several files, manifest last. The same
size, seed and DuckDB give the same lines.
"""

import argparse
import csv
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import duckdb

from daybook.example.columns import COLUMNS, EMPTY_MAPS, ZEROED
from shared.days import Period

PERIOD = Period(2026, 5)
OUT = Path(os.environ.get("DAYBOOK_BENCH", "out/bench"))
"""Where generated months and what a run leaves are kept."""
NAME = "daybook-bench"
SEED = 20260501
METERS = 240
LINES_PER_FILE = 1_000_000
FEWEST_FILES = 4
NOT_SELECTED = ("split_line_item_", "discount", "tags", "product_from_", "product_to_")
NOT_THERE = frozenset(
    {
        "line_item_iam_principal",
        "line_item_user_identifier",
        "product_comment",
        "product_fee_code",
        "product_fee_description",
        "product_instance_family",
        "product_instancesku",
        "product_location_type",
        "product_pricing_unit",
        "reservation_modification_status",
    }
)
SELECTED = tuple(
    name
    for name in COLUMNS
    if not name.startswith(NOT_SELECTED) and "_net_" not in name and name not in NOT_THERE
)
TYPES = {"string": "VARCHAR", "double": "DOUBLE", "timestamp": "TIMESTAMP_MS"}
COLUMNS_OF_ORGANIZATION = (
    "account_id",
    "account_name",
    "ou_path",
    "valid_from",
    "valid_to",
    "status",
)
DIMENSIONS = """
CREATE MACRO uniform(n, k) AS (hash(n, k, getvariable('seed')) % 1000003) / 1000003.0;
CREATE TABLE owner AS SELECT
    range AS number, printf('%012d', 100000000000 + range) AS id, 'account-' || range AS name
    FROM range(1, getvariable('accounts') + 2);
CREATE TABLE meter AS SELECT
    range AS number, 'AmazonService' || range // 4 AS product_code,
    'us-east-' || 1 + range % 2 AS region, 'USE1-BoxUsage:m' || range || '.xlarge' AS usage_type,
    'Run' || range % 7 AS operation, upper(left(md5('sku' || range), 16)) AS sku,
    printf('%012d', 7000 + range) AS rate_id, printf('%.10f', 0.01 + range / 1000) AS rate,
    '$' || rate || ' per On Demand Linux m' || range || '.xlarge Instance Hour' AS description,
    MAP {'product_name': 'Amazon Service ' || range // 4, 'region': region,
         'servicename': 'Amazon Service ' || range // 4} AS product
    FROM range(getvariable('meters'));
"""


@dataclass(frozen=True)
class Month:
    """A generated month: its export's root, Parquet files and organization."""

    root: Path
    files: tuple[Path, ...]
    organization: Path
    lines: int

    @property
    def bytes(self) -> int:
        """The export's size as AWS would deliver it."""
        return sum(file.stat().st_size for file in self.files)


def month(
    lines: int, *, accounts: int = 500, meters: int = METERS, out: Path | None = None
) -> Month:
    """Return a month of so many lines, made now or kept from an earlier run with the same code."""
    if lines < FEWEST_FILES:
        raise SystemExit(f"--lines {lines}: at least {FEWEST_FILES}")
    made = hashlib.sha256(Path(__file__).read_bytes() + _sql().encode()).hexdigest()[:8]
    root = (out or OUT).resolve() / f"month-{lines}-{accounts}-{meters}-{made}"
    if not (root / "metadata").exists():
        partial = root.with_name(f"{root.name}.partial-{os.getpid()}")
        _write(partial, lines, accounts, meters)
        shutil.rmtree(root, ignore_errors=True)
        partial.rename(root)
    files = tuple(sorted((root / "data" / f"BILLING_PERIOD={PERIOD}").glob("*.parquet")))
    return Month(root, files, root / "organization.csv", lines)


def _write(root: Path, lines: int, accounts: int, meters: int) -> None:
    folder = root / "data" / f"BILLING_PERIOD={PERIOD}"
    folder.mkdir(parents=True)
    with duckdb.connect() as db:
        for name, value in (("seed", SEED), ("accounts", accounts), ("meters", meters)):
            db.execute(f"SET VARIABLE {name} = {value}")
        db.execute(DIMENSIONS)
        _copy(db, folder, lines)
    _write_organization(root / "organization.csv", accounts)
    _write_manifest(root, sorted(file.name for file in folder.iterdir()))


def _copy(db: duckdb.DuckDBPyConnection, folder: Path, lines: int) -> None:
    files = max(FEWEST_FILES, -(-lines // LINES_PER_FILE))
    for number in range(files):
        first, last = lines * number // files, lines * (number + 1) // files
        db.execute(f"SET VARIABLE first_line = {first}; SET VARIABLE last_line = {last}")
        name = folder / f"{NAME}-{number + 1:05}.snappy.parquet"
        db.execute(
            f"COPY ({_select(db)}) TO '{name}' "
            "(FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION V1)"
        )


def _select(db: duckdb.DuckDBPyConnection) -> str:
    """Return the query of all columns: those that no line fills as AWS leaves them."""
    filled = set(db.sql(_sql()).columns)
    columns = ", ".join(
        f"{name if name in filled else _absent(name)}::{_type(name)} AS {name}" for name in SELECTED
    )
    return f"SELECT {columns} FROM ({_sql()})"


def _sql() -> str:
    return Path(__file__).with_name("lines.sql").read_text(encoding="utf-8")


def _absent(name: str) -> str:
    if name in EMPTY_MAPS:
        return "MAP {}"
    return "0.0" if name in ZEROED else "NULL"


def _type(name: str) -> str:
    return TYPES.get(COLUMNS[name], "MAP(VARCHAR, VARCHAR)")


def _write_organization(file: Path, accounts: int) -> None:
    """Put accounts into forty OUs; one in ten moves on the 16th, one in fifty is in none."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS_OF_ORGANIZATION)
        for number in range(1, accounts + 2):
            if number % 50:
                writer.writerows(_placements(number))


def _placements(number: int) -> list[tuple[str, ...]]:
    account, name = f"{100_000_000_000 + number:012}", f"account-{number}"
    here, there = (f"Root/Unit {n % 8}/Team {n % 40}" for n in (number, number + 1))
    if number % 10:
        return [(account, name, here, "2026-01-01", "", "ACTIVE")]
    return [
        (account, name, here, "2026-01-01", "2026-05-16", "ACTIVE"),
        (account, name, there, "2026-05-16", "", "ACTIVE"),
    ]


def _write_manifest(root: Path, names: list[str]) -> None:
    folder = root / "metadata" / f"BILLING_PERIOD={PERIOD}"
    folder.mkdir(parents=True)
    prefix = f"s3://{NAME}/daily/{NAME}/data/BILLING_PERIOD={PERIOD}"
    manifest = {
        "executionId": "00000000-0000-4000-8000-000000000000",
        "columns": [{"name": name, "type": COLUMNS[name]} for name in SELECTED],
        "dataFiles": [f"{prefix}/{name}" for name in names],
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / f"{NAME}-Manifest.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Make a month and say where it is."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="python -m benchmarks.lines --lines 10000000"
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--to", type=Path, default=OUT, help="a folder for generated months")
    asked = parser.parse_args()
    began = perf_counter()
    made = month(asked.lines, accounts=asked.accounts, out=asked.to)
    print(
        f"{made.root}: {made.lines:,} lines, {len(SELECTED)} columns, {len(made.files)} files, "
        f"{made.bytes / 1e6:,.1f} MB, {perf_counter() - began:.1f} s"
    )


if __name__ == "__main__":
    main()
