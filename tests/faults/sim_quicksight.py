"""Simulated QuickSight: ingestions that end after a while of virtual time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.wire import Refused, Reply, Request, json_reply

TAKES = 12.0
QUOTA = 32


@dataclass
class SimQuickSight:
    """Ingestions by data set and id; `fates` says how the next ones end."""

    time: Callable[[], float]
    started: dict[tuple[str, str], float] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)

    def create_ingestion(self, request: Request) -> Reply:
        key = _key(request)
        if key in self.started:
            raise Refused("ResourceExistsException", 409)
        if sum(dataset == key[0] for dataset, _ in self.started) >= QUOTA:
            raise Refused("LimitExceededException", 409)
        self.started[key] = self.time()
        return json_reply({"IngestionId": key[1], "IngestionStatus": "INITIALIZED"})

    def describe_ingestion(self, request: Request) -> Reply:
        key = _key(request)
        if key not in self.started:
            raise Refused("ResourceNotFoundException", 404)
        running = self.time() < self.started[key] + TAKES
        status = "RUNNING" if running else self.fates.get(key[1], "COMPLETED")
        return json_reply(
            {
                "Ingestion": {
                    "Arn": "arn:aws:quicksight:eu-west-1:111122223333:ingestion",
                    "IngestionId": key[1],
                    "IngestionStatus": status,
                    "CreatedTime": 0,
                    "RowInfo": {"RowsIngested": 1, "RowsDropped": 0},
                }
            }
        )


def _key(request: Request) -> tuple[str, str]:
    """Read `/accounts/<id>/data-sets/<data set>/ingestions/<ingestion>`."""
    parts = request.path.split("/")
    return parts[4], parts[6]
