"""Simulated QuickSight: ingestions that end after a while of virtual time."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.wire import Refused, Reply, Request, json_reply

TAKES = 12.0
QUOTA = 32
WINDOW = 24 * 3600
"""Seconds that the quota is counted over."""
_ID = re.compile(r"[a-zA-Z0-9_-]{1,128}")


@dataclass
class SimQuickSight:
    """Ingestions by data set and id; `fates` says how the next ones end."""

    time: Callable[[], float]
    data_sets: set[str]
    started: dict[tuple[str, str], float] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)

    def create_ingestion(self, request: Request) -> Reply:
        key = self._key(request)
        if key in self.started:
            raise Refused("ResourceExistsException", 409)
        if self._recent(key[0]) >= QUOTA:
            raise Refused("LimitExceededException", 409)
        self.started[key] = self.time()
        return json_reply({"IngestionId": key[1], "IngestionStatus": "INITIALIZED"})

    def describe_ingestion(self, request: Request) -> Reply:
        key = self._key(request)
        if key not in self.started:
            raise Refused("ResourceNotFoundException", 404)
        status = self._status(key[1], self.started[key])
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

    def list_ingestions(self, request: Request) -> Reply:
        """Newest first; all on one page."""
        data_set = request.path.split("/")[4]
        if data_set not in self.data_sets:
            raise Refused("ResourceNotFoundException", 404)
        mine = [(at, key[1]) for key, at in self.started.items() if key[0] == data_set]
        found = [
            {"IngestionId": name, "IngestionStatus": self._status(name, at), "CreatedTime": at}
            for at, name in sorted(mine, reverse=True)
        ]
        return json_reply({"Ingestions": [{"Arn": "arn", **each} for each in found]})

    def _status(self, ingestion: str, started: float) -> str:
        running = self.time() < started + TAKES
        return "RUNNING" if running else self.fates.get(ingestion, "COMPLETED")

    def _recent(self, data_set: str) -> int:
        """Count what is on the data set's quota."""
        since = self.time() - WINDOW
        return sum(key[0] == data_set and start > since for key, start in self.started.items())

    def _key(self, request: Request) -> tuple[str, str]:
        """Read `/accounts/<id>/data-sets/<data set>/ingestions/<ingestion>`."""
        data_set, _, ingestion = request.path.split("/", 4)[4].partition("/ingestions/")
        if not _ID.fullmatch(ingestion):
            raise Refused("InvalidParameterValueException")
        if data_set not in self.data_sets:
            raise Refused("ResourceNotFoundException", 404)
        return data_set, ingestion
