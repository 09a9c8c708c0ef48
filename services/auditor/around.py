"""The ports to what lies around the archive: catalog, data sets, queues, export, query engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.auditor.listed import Ingestion, Queue, Table, Values
from shared.days import Period


class Catalog(Protocol):
    """The data catalog."""

    async def partitions(self, table: Table) -> Mapping[Values, str]:
        """Return where each of a table's partitions points to."""


class DataSets(Protocol):
    """The dashboards' data sets."""

    async def newest(self, dataset: str) -> Ingestion | None:
        """Return a data set's newest ingestion; None when there was none."""


class Queues(Protocol):
    """The workers' queues."""

    async def look(self, names: Sequence[str]) -> Sequence[Queue]:
        """Count what queues hold."""


class Exported(Protocol):
    """The cost export, as far as its manifests tell."""

    async def delivered(self) -> Mapping[Period, datetime] | None:
        """Return when each month was delivered last (UTC); None where it cannot be listed."""


class Counter(Protocol):
    """The engine that people query the table with."""

    async def rows_by_day(self, partitions: Mapping[Values, str]) -> Mapping[date, int]:
        """Count the table's rows by its partition keys; days without rows are not there.

        Raises Uncounted where the engine gives no count.
        """


@dataclass(frozen=True)
class Around:
    """Everything around one archive."""

    catalog: Catalog
    data_sets: DataSets
    queues: Queues
    exported: Exported
    counter: Counter
