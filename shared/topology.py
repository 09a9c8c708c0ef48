"""Reads `infra/topology.json`, the one table of topics, queues, schedules and tables."""

from functools import cache
from pathlib import Path

from pydantic import Field

from shared.frozen import Frozen

TOPOLOGY_FILE = Path(__file__).resolve().parent.parent / "infra" / "topology.json"


class Schedule(Frozen):
    """An EventBridge rule that fires by the clock (UTC); `data` is what its event says."""

    name: str
    expression: str
    says: str
    description: str
    data: dict[str, bool] | None = None


class TickRequest(Frozen):
    """An EventBridge rule that fires when an operator puts an event on the bus."""

    name: str
    source: str
    detail_type: str
    says: str
    description: str


class MailEvents(Frozen):
    """The SES configuration set whose events tell what became of a mail, and their topic."""

    topic: str
    configuration_set: str
    says: str
    description: str


class Backfill(Frozen):
    """The second queue of a worker, for what a backfill asked for: its name and its events."""

    suffix: str = Field(description="Added to the name of the worker's queue.")
    begun_by: str = Field(description="The event that asks; it needs no mark.")
    marked: str = Field(description="`lane` of every event that follows.")
    description: str


class WorkerEntry(Frozen):
    """One worker: what it hears and says, and its queues' timeouts in seconds."""

    hears: tuple[str, ...]
    says: tuple[str, ...]
    does: str
    visibility_timeout: int
    max_receive_count: int
    backfills: bool = Field(default=False, description="Whether it has a queue for backfills, too.")


class Bucket(Frozen):
    """The archive bucket and after how many days a prefix expires."""

    name: str
    expire_days: dict[str, int]


class Table(Frozen):
    """A Glue table over a prefix of the archive bucket: (name, type, comment) per column."""

    prefix: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


class ProjectedTable(Table):
    """A table whose partitions Athena works out by itself: (first, last) per partition key.

    Source: Amazon Athena User Guide, "Partition projection". Nobody registers its partitions.
    """

    projected: dict[str, tuple[int, int]]

    @property
    def parameters(self) -> dict[str, str]:
        """Return the table properties that say so."""
        found = {"projection.enabled": "true"}
        for key, (first, last) in self.projected.items():
            found |= {f"projection.{key}.type": "integer"}
            found |= {f"projection.{key}.range": f"{first},{last}"}
        return found


class Topology(Frozen):
    """The whole table."""

    events_topic: str
    alarms_topic: str
    mail_events: MailEvents
    schedules: tuple[Schedule, ...]
    requests: TickRequest
    backfill: Backfill
    workers: dict[str, WorkerEntry]
    queue_retention_days: int
    dead_letter_retention_days: int
    archive_bucket: Bucket
    database: str
    tables: dict[str, Table]
    projected_tables: dict[str, ProjectedTable]
    partition_keys: tuple[tuple[str, str], ...]
    quicksight_datasets: tuple[str, ...] = Field(description="SPICE data sets of the dashboards.")
    quicksight_rules: str = Field(description="SPICE data set of who sees which OU.")
    quicksight_levels: tuple[str, ...] = Field(
        description="Columns of the rules, and of the data sets: the OU at each level."
    )
    quicksight_columns: dict[str, tuple[str, ...]] = Field(
        description="By table, what its data set's SQL adds to its columns beside the levels."
    )

    def with_bucket(self, name: str) -> "Topology":
        """Return the topology with another archive bucket: bucket names are everybody's."""
        bucket = self.archive_bucket.model_copy(update={"name": name})
        return self.model_copy(update={"archive_bucket": bucket})

    def with_visibility(self, seconds: int) -> "Topology":
        """Return the topology with another visibility timeout for every worker's queue."""
        workers = {
            name: worker.model_copy(update={"visibility_timeout": seconds})
            for name, worker in self.workers.items()
        }
        return self.model_copy(update={"workers": workers})

    def with_schedule(self, expression: str) -> "Topology":
        """Return the topology with another schedule expression for the daily tick."""
        tick, *others = self.schedules
        schedules = (tick.model_copy(update={"expression": expression}), *others)
        return self.model_copy(update={"schedules": schedules})

    @property
    def every_queue(self) -> list[str]:
        """The names of the workers' queues, each worker's with its dead-letter queue."""
        return [
            name
            for each in self.workers
            for name in (*self.filters(each), self.dead_letter_queue(each))
        ]

    def queue(self, worker: str) -> str:
        """Return the name of a worker's queue."""
        return f"daybook-{worker}"

    def backfill_queue(self, worker: str) -> str:
        """Return the name of a worker's queue for backfills, if it has one."""
        return f"{self.queue(worker)}{self.backfill.suffix}"

    def filters(self, worker: str) -> dict[str, dict[str, object]]:
        """Return what each queue of a worker hears: a filter policy on the event, by queue.

        What is no event of ours has no lane: it reaches the worker's own queue, and is seen.
        """
        entry, lane = self.workers[worker], self.backfill
        if not entry.backfills:
            return {self.queue(worker): {"type": list(entry.hears)}}
        asked = [name for name in entry.hears if name == lane.begun_by]
        own = [name for name in entry.hears if name != lane.begun_by]
        marked: dict[str, object] = {"type": own, "lane": [lane.marked]}
        return {
            self.queue(worker): {"type": own, "lane": [{"exists": False}]},
            self.backfill_queue(worker): {"type": asked} if asked else marked,
        }

    def dead_letter_queue(self, worker: str) -> str:
        """Return the name of a worker's dead-letter queue."""
        return f"daybook-{worker}-dlq"

    def undelivered_queue(self, worker: str) -> str:
        """Return the name of the queue of what SNS could not deliver to a worker's queues."""
        return f"daybook-{worker}-undelivered-dlq"

    @property
    def schedule_queue(self) -> str:
        """The name of the queue of what EventBridge could not tell the events topic."""
        return "daybook-schedule-dlq"


@cache
def load_topology() -> Topology:
    """Read the topology that ships with the code."""
    return Topology.model_validate_json(TOPOLOGY_FILE.read_text(encoding="utf-8"))
