"""Glue and QuickSight clients that answer from memory, and a refresher that does as it is told."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from shared.events import Refresh

Answer = dict[str, Any]


class ResourceExistsException(Exception):  # noqa: N818 - QuickSight's name
    pass


class LimitExceededException(Exception):  # noqa: N818 - QuickSight's name
    pass


class ResourceNotFoundException(Exception):  # noqa: N818 - QuickSight's name
    pass


@dataclass
class FakeQuickSight:
    """Each ingestion goes through its statuses, one a look; RUNNING for ever after none."""

    statuses: dict[str, list[str]] = field(default_factory=dict)
    dropped: int = 0
    trouble: Exception | None = None
    started: list[str] = field(default_factory=list)
    calls: int = 0
    exceptions: Any = field(
        default_factory=lambda: SimpleNamespace(
            ResourceExistsException=ResourceExistsException,
            LimitExceededException=LimitExceededException,
            ResourceNotFoundException=ResourceNotFoundException,
        )
    )

    async def create_ingestion(self, **asked: str) -> None:
        self.calls += 1
        if self.trouble:
            raise self.trouble
        if asked["IngestionId"] in self.started:
            raise ResourceExistsException(asked["IngestionId"])
        self.started.append(asked["IngestionId"])

    async def describe_ingestion(self, **asked: str) -> Answer:
        attempt = asked["IngestionId"].rpartition("-")[2]
        statuses = self.statuses.get(attempt, [])
        status = statuses.pop(0) if len(statuses) > 1 else (statuses or ["RUNNING"])[0]
        rows = {"RowsIngested": 5, "RowsDropped": self.dropped} if status == "COMPLETED" else {}
        return {"Ingestion": {"IngestionStatus": status, "RowInfo": rows}}


@dataclass
class FakeGlue:
    """A table's partitions by their values; `errors` are answered to the next batch call."""

    location: str = "s3://archive/ou-breakdowns/"
    known: dict[tuple[str, ...], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    batches: list[tuple[str, int]] = field(default_factory=list)
    expressions: list[str] = field(default_factory=list)

    async def get_table(self, **asked: str) -> Answer:
        columns = [{"Name": asked["Name"], "Type": "string"}]
        return {"Table": {"StorageDescriptor": {"Location": self.location, "Columns": columns}}}

    def get_paginator(self, operation: str) -> "FakeGlue":
        assert operation == "get_partitions"
        return self

    async def paginate(self, **asked: str) -> AsyncIterator[Answer]:
        self.expressions.append(asked["Expression"])
        year, month = (part.rpartition(" ")[2] for part in asked["Expression"].split(" AND "))
        for values, place in self.known.items():
            if values[:2] == (year, month):
                descriptor = {"Location": place}
                yield {"Partitions": [{"Values": list(values), "StorageDescriptor": descriptor}]}
        yield {"Partitions": []}

    async def batch_create_partition(self, **asked: Any) -> Answer:
        return self._take("create", asked["PartitionInputList"])

    async def batch_update_partition(self, **asked: Any) -> Answer:
        entries = asked["Entries"]
        assert all(e["PartitionValueList"] == e["PartitionInput"]["Values"] for e in entries)
        return self._take("update", [entry["PartitionInput"] for entry in entries])

    def _take(self, kind: str, inputs: list[Answer]) -> Answer:
        self.batches.append((kind, len(inputs)))
        if self.errors:
            codes, self.errors = self.errors, []
            return {"Errors": [{"ErrorDetail": {"ErrorCode": code}} for code in codes]}
        for made in inputs:
            assert made["StorageDescriptor"]["Columns"]
            self.known[tuple(made["Values"])] = made["StorageDescriptor"]["Location"]
        return {}


@dataclass
class FakePartitions:
    """A data catalog that finds everything new."""

    asked: list[tuple[str, list[date]]] = field(default_factory=list)

    async def ensure(self, table: str, days: Sequence[date]) -> int:
        self.asked.append((table, list(days)))
        return len(days)


@dataclass
class FakeRefresher:
    """Data sets that end in `status`."""

    status: str = "COMPLETED"
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def refresh(self, dataset: str, name: str) -> Refresh:
        self.asked.append((dataset, name))
        return Refresh(dataset=dataset, ingestion=f"{name}-1", status=self.status)

    def by_hand(self, refresh: Refresh) -> str:
        return f"refresh {refresh.dataset} after {refresh.ingestion}"
