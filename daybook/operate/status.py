"""How Daybook stands: a month's days, the runs, what waits, the dashboards, and what it cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daybook.metric import metric_of
from daybook.operate.days import DayState, read_days
from daybook.operate.documents import Documents
from daybook.operate.queues import Queues, QueueState
from daybook.operate.reach import archive, each, reached
from daybook.operate.runs import Runs, read_runs
from shared.config import CostMetric
from shared.days import Period
from shared.ports import ObjectStore
from shared.topology import load_topology


@dataclass(frozen=True)
class DeadLetters:
    """A dead-letter queue: how many, and since when the oldest is on its way.

    `in_hand` are more, which somebody else looks at.
    """

    name: str
    count: int
    oldest: datetime | None
    in_hand: int


@dataclass(frozen=True)
class Status:
    """Everything that `daybook status` shows, as of `at` (UTC)."""

    month: Period
    metric: str
    at: datetime
    days: tuple[DayState, ...]
    runs: Runs
    queues: tuple[QueueState, ...]
    dead: tuple[DeadLetters, ...]
    undelivered: dict[str, int]
    """Messages that never reached a worker's queue, or the topic, by the queue that has them."""
    unreadable: tuple[str, ...]
    """Keys of what is there and is not what it should be."""

    def record(self) -> dict[str, Any]:
        """Return it as JSON, money as exact decimals, ages in seconds."""
        spent, refresh = self.runs.spent(), self.runs.last_refresh
        return {
            "month": str(self.month),
            "metric": self.metric,
            "at": self.at.isoformat(),
            "days": [day.record() for day in self.days],
            "runs": [run.record() for run in self.runs.open],
            "backfills": [
                {
                    "run": run.run,
                    "done": done,
                    "of": run.batch.of if run.batch else 1,
                    "reason": run.batch.reason if run.batch else "",
                }
                for run, done in self.runs.backfills()
            ],
            "queues": [vars(queue) for queue in self.queues],
            "dead_letters": [
                {
                    "queue": dead.name,
                    "count": dead.count,
                    "in_hand": dead.in_hand,
                    "oldest": (self.at - dead.oldest).total_seconds() if dead.oldest else None,
                }
                for dead in self.dead
            ],
            "undelivered": self.undelivered,
            "unreadable": list(self.unreadable),
            "last_refresh": refresh and refresh.model_dump(mode="json"),
            "cost_usd": {
                "runs": spent.runs,
                "refreshes": spent.refreshes,
                "queries": str(spent.queries),
                "cost_explorer": str(spent.cost_explorer),
                "total": str(spent.total),
            },
        }


async def read_status(month: Period, at: datetime, metric: CostMetric | None) -> Status:
    """Read all of it; raises InputError where AWS cannot be reached.

    Without a metric it is the configured one.
    """
    async with reached("s3", "sqs", "cloudwatch") as (s3, sqs, cloudwatch):
        store, queues = archive(s3), Queues(sqs, load_topology())
        documents = Documents(store)
        workers = list(queues.topology.workers)
        own = [name for worker in workers for name in queues.own(worker)]
        return Status(
            month=month,
            metric=await metric_of(s3, metric),
            at=at,
            days=tuple(await read_days(documents, month, at.date())),
            runs=await read_runs(documents, month, at),
            queues=tuple(await each(lambda name: queues.state(name, cloudwatch, at), own)),
            dead=tuple(await each(lambda worker: _dead(queues, store, worker), workers)),
            undelivered=await queues.waiting(queues.undelivered(workers)),
            unreadable=tuple(sorted(documents.unreadable)),
        )


async def _dead(queues: Queues, store: ObjectStore, worker: str) -> DeadLetters:
    name = queues.topology.dead_letter_queue(worker)
    async with queues.given_up(worker, store) as look:
        oldest = look.letters[0].sent_at if look.letters else None
        count = len(look.letters) + look.more.get(name, 0)
        return DeadLetters(name, count, oldest, look.in_hand.get(name, 0))
