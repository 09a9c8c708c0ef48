"""Writes billing periods the way AWS Data Exports delivers them: Parquet files and a manifest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from daybook.example.accounts import PAYER
from daybook.example.charges import Value
from daybook.example.columns import COLUMNS, EMPTY_MAPS, ZEROED
from daybook.example.noise import uuid
from daybook.example.periods import BillingPeriod
from daybook.example.rows import Row

NAME = "daybook-example"
URI = f"s3://{NAME}-export/cur2/{NAME}"
"""Where the manifests say that the export's files are; only the part after it exists here."""

_ARN = f"arn:aws:bcm-data-exports:us-east-1:{PAYER.id}:export/{NAME}-{uuid('export')}"
_TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("ms"),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
    "map<string,double>": pa.map_(pa.string(), pa.float64()),
}
_SCHEMA = pa.schema([(column, _TYPES[kind]) for column, kind in COLUMNS.items()])


@dataclass(frozen=True)
class Delivery:
    """The lines of one billing period, as they were known on the UTC day `made`."""

    period: BillingPeriod
    rows: Sequence[Row]
    made: date

    @property
    def folder(self) -> str:
        """The period's folder, in the data and in the metadata."""
        return f"BILLING_PERIOD={self.period.name}"


def clear(export: Path) -> None:
    """Removes the files of an earlier example, and nothing else, from the folder `export`."""
    earlier = [
        *export.glob(f"data/BILLING_PERIOD=*/{NAME}-*.snappy.parquet"),
        *export.glob(f"metadata/BILLING_PERIOD=*/{NAME}-Manifest.json"),
    ]
    for file in earlier:
        file.unlink()
    for folder in {file.parent for file in earlier}:
        if not any(folder.iterdir()):
            folder.rmdir()


def deliver(export: Path, delivery: Delivery, files: int) -> None:
    """Writes a period's lines as so many Parquet files, and then the manifest that lists them."""
    folder = export / "data" / delivery.folder
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{NAME}-{number:05}.snappy.parquet" for number in range(1, files + 1)]
    size = -(-len(delivery.rows) // files)
    for position, name in enumerate(names):
        part = delivery.rows[position * size : (position + 1) * size]
        pq.write_table(_table(part), folder / name, compression="snappy")
    _write_manifest(export, delivery, names)


def _table(rows: Sequence[Row]) -> pa.Table:
    filled = frozenset().union(*rows)
    arrays = [
        _array(column, rows) if column in filled else _blank(column, len(rows))
        for column in COLUMNS
    ]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _array(column: str, rows: Sequence[Row]) -> pa.Array:
    kind = COLUMNS[column]
    if kind.startswith("map"):
        return pa.array([_pairs(row.get(column)) for row in rows], _TYPES[kind])
    absent = _absent(column)
    return pa.array([row.get(column, absent) for row in rows], _TYPES[kind])


def _pairs(value: Value) -> list[tuple[str, str]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _blank(column: str, length: int) -> pa.Array:
    return pa.array([_absent(column)] * length, _TYPES[COLUMNS[column]])


def _absent(column: str) -> float | list[None] | None:
    if column in ZEROED:
        return 0.0
    return [] if column in EMPTY_MAPS else None


def _write_manifest(export: Path, delivery: Delivery, names: list[str]) -> None:
    manifest = {
        "executionId": uuid("execution", delivery.period.name, delivery.made),
        "exportArn": _ARN,
        "columns": [{"name": column, "type": kind} for column, kind in COLUMNS.items()],
        "dataFiles": [f"{URI}/data/{delivery.folder}/{name}" for name in names],
    }
    file = export / "metadata" / delivery.folder / f"{NAME}-Manifest.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
