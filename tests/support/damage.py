"""Plants damage in an archive on an emulator for real, and puts everything back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shared.breakdown import METRICS
from shared.day_record import DayRecord
from shared.locations import (
    BREAKDOWNS,
    breakdown_key,
    day_record_key,
    digest_claims_prefix,
    outlook_key,
    partition,
)
from shared.outlook import outlook_rows, outlook_table
from shared.parquet import from_parquet, sha256, to_parquet

Undo = Callable[[], object]
CENT = Decimal("0.01")


@dataclass
class Damage:
    """Changes objects and partitions; `undo` puts back whatever was changed, last first."""

    s3: Any
    glue: Any
    bucket: str
    database: str
    undone: list[Undo] = field(default_factory=list)

    def read(self, key: str) -> tuple[bytes, dict[str, str]]:
        """Return an object and its metadata."""
        found = self.s3.get_object(Bucket=self.bucket, Key=key)
        return found["Body"].read(), found["Metadata"]

    def below(self, prefix: str) -> list[str]:
        """Return the keys below a prefix."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def put(self, key: str, body: bytes, metadata: dict[str, str]) -> None:
        """Write an object, whatever is there."""
        self._remember(key)
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, Metadata=metadata)

    def delete(self, key: str) -> None:
        """Remove an object."""
        self._remember(key)
        self.s3.delete_object(Bucket=self.bucket, Key=key)

    def drop_partition(self, table: str, day: date) -> None:
        """Remove a partition."""
        named = {"DatabaseName": self.database, "TableName": table}
        values = [str(day.year), str(day.month), str(day.day)]
        there = self.glue.get_partition(**named, PartitionValues=values)["Partition"]
        given = {"Values": values, "StorageDescriptor": there["StorageDescriptor"]}
        self.undone.append(lambda: self.glue.create_partition(**named, PartitionInput=given))
        self.glue.delete_partition(**named, PartitionValues=values)

    def move_partition(self, table: str, day: date, place: str) -> None:
        """Point a partition elsewhere."""
        values = [str(day.year), str(day.month), str(day.day)]
        named = {"DatabaseName": self.database, "TableName": table}
        there = self.glue.get_partition(**named, PartitionValues=values)["Partition"]
        was = there["StorageDescriptor"]

        def point(storage: dict[str, Any]) -> None:
            given = {"Values": values, "StorageDescriptor": storage}
            entry = {"PartitionValueList": values, "PartitionInput": given}
            self.glue.batch_update_partition(**named, Entries=[entry])

        self.undone.append(lambda: point(was))
        point(was | {"Location": place})

    def undo(self) -> None:
        """Put everything back."""
        while self.undone:
            self.undone.pop()()

    def _remember(self, key: str) -> None:
        if key in self.below(key):
            body, metadata = self.read(key)
            self.undone.append(
                lambda: self.s3.put_object(
                    Bucket=self.bucket, Key=key, Body=body, Metadata=metadata
                )
            )
        else:
            self.undone.append(lambda: self.s3.delete_object(Bucket=self.bucket, Key=key))


def object_gone(damage: Damage, day: date) -> None:
    damage.delete(breakdown_key(day))


def object_altered(damage: Damage, day: date) -> None:
    """Somebody writes the day by hand, with a checksum that fits."""
    body, metadata = damage.read(breakdown_key(day))
    other = to_parquet(from_parquet(body).slice(1))
    damage.put(breakdown_key(day), other, metadata | {"sha256": sha256(other)})


def bytes_exchanged(damage: Damage, day: date) -> None:
    """The bytes change and what stands beside them does not."""
    body, metadata = damage.read(breakdown_key(day))
    damage.put(breakdown_key(day), to_parquet(from_parquet(body).slice(1)), metadata)


def object_cut_off(damage: Damage, day: date) -> None:
    """A write is cut off: what is there is no Parquet."""
    body, metadata = damage.read(breakdown_key(day))
    damage.put(breakdown_key(day), body[:50], metadata)


def second_object(damage: Damage, day: date) -> None:
    body, _ = damage.read(breakdown_key(day))
    damage.put(f"{BREAKDOWNS}{partition(day)}copy.parquet", body, {})


def partition_gone(damage: Damage, day: date) -> None:
    damage.drop_partition("ou_breakdown", day)


def partition_elsewhere(damage: Damage, day: date) -> None:
    place = f"s3://{damage.bucket}/{BREAKDOWNS}{partition(day.replace(day=1))}"
    damage.move_partition("ou_breakdown", day, place)


def ledger_gone(damage: Damage, day: date) -> None:
    damage.delete(day_record_key(day))


def day_never_run(damage: Damage, day: date) -> None:
    damage.delete(breakdown_key(day))
    damage.delete(day_record_key(day))
    damage.drop_partition("ou_breakdown", day)


def day_lost(damage: Damage, day: date) -> None:
    """Everything of a day is gone but its partition."""
    damage.delete(breakdown_key(day))
    damage.delete(day_record_key(day))
    damage.delete(outlook_key(day))
    for key in damage.below(digest_claims_prefix(day)):
        damage.delete(key)


def row_lost(damage: Damage, day: date) -> None:
    """A writer loses a row, and records the bytes that it wrote with the figures it meant."""
    _rewritten(damage, day, lambda table: table.slice(1))


def total_off(damage: Damage, day: date) -> None:
    """A writer adds a cent to a row."""
    _rewritten(damage, day, _with_a_cent_more)


def source_off(damage: Damage, day: date) -> None:
    """A writer is wrong by a cent, and records just that: only the source knows better."""
    _rewritten(damage, day, _with_a_cent_more)
    body, metadata = damage.read(day_record_key(day))
    record = DayRecord.model_validate_json(body)
    by_ou = {
        ou: tuple(_dearer(part) if ou.startswith("Root/Workloads") else part for part in parts)
        for ou, parts in record.newest.by_ou.items()
    }
    totals = tuple(_dearer(part) for part in record.newest.totals)
    newest = record.newest.model_copy(update={"totals": totals, "by_ou": by_ou})
    _record(damage, day, record, newest, metadata)


def outlook_stale(damage: Damage, day: date) -> None:
    """The month's outlook is of an archive that was a cent cheaper."""
    body, metadata = damage.read(outlook_key(day))
    first, *others = outlook_rows(from_parquet(body))
    cheaper = replace(first, own_month_to_date=first.own_month_to_date - CENT)
    other = to_parquet(outlook_table([cheaper, *others]))
    damage.put(outlook_key(day), other, metadata | {"sha256": sha256(other)})


def outlook_cut_off(damage: Damage, day: date) -> None:
    body, metadata = damage.read(outlook_key(day))
    damage.put(outlook_key(day), body[:50], metadata)


def _dearer(part: Any) -> Any:
    more = {"unblended": part.unblended + CENT, "amortized": part.amortized + CENT}
    return part.model_copy(update=more)


def _with_a_cent_more(table: pa.Table) -> pa.Table:
    rows = table.to_pylist()
    dear = next(each for each in rows if each["OUPath"].startswith("Root/Workloads"))
    for name in (METRICS["unblended"], METRICS["amortized"]):
        dear[name] += CENT
    dear["DailyCost"] = float(dear[METRICS["amortized"]])
    return pa.Table.from_pylist(rows, schema=table.schema)


def _rewritten(damage: Damage, day: date, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a day's object, and have metadata and ledger know its new bytes."""
    body, metadata = damage.read(breakdown_key(day))
    other = to_parquet(change(from_parquet(body)))
    damage.put(breakdown_key(day), other, metadata | {"sha256": sha256(other)})
    text, beside = damage.read(day_record_key(day))
    record = DayRecord.model_validate_json(text)
    newest = record.newest.model_copy(update={"sha256": sha256(other)})
    _record(damage, day, record, newest, beside)


def _record(
    damage: Damage, day: date, record: DayRecord, newest: Any, metadata: dict[str, str]
) -> None:
    changed = record.model_copy(update={"versions": (*record.versions[:-1], newest)})
    damage.put(day_record_key(day), changed.model_dump_json().encode(), metadata)


@contextmanager
def planted(damage: Damage, plant: Callable[[Damage, date], None], day: date) -> Iterator[None]:
    """Damage a day, and put it back afterwards."""
    try:
        plant(damage, day)
        yield
    finally:
        damage.undo()
