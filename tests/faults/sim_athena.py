"""Simulated Athena: queries that go on by themselves, found again by their tokens.

What an UNLOAD gives is worked out by DuckDB (`tests/support/unloads.py`) and remembered.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.sim_glue import SimGlue
from tests.faults.sim_s3 import SimS3
from tests.faults.wire import Refused, Reply, Request, json_reply
from tests.support.unloads import TableFiles, parse_unload, result_of, table_names

WAITS, TAKES = 1.5, 9.0
"""Seconds until a query runs, and until it has ended."""
_KNOWN: dict[str, bytes | None] = {}


@dataclass
class Execution:
    """A query; `fate` is how it ends."""

    id: str
    token: str
    sql: str
    started: float
    fate: dict[str, Any]
    scanned: int = 0


@dataclass
class SimAthena:
    """One workgroup; `fates` are how the next queries end instead of succeeding.

    `room` is how many may run at a time.
    """

    time: Callable[[], float]
    s3: SimS3
    glue: SimGlue
    executions: dict[str, Execution] = field(default_factory=dict)
    fates: list[dict[str, Any]] = field(default_factory=list)
    room: int = 20

    def start_query_execution(self, request: Request) -> Reply:
        asked = request.json
        token, sql = asked["ClientRequestToken"], asked["QueryString"]
        known = next((e for e in self.executions.values() if e.token == token), None)
        if known is None:
            known = self._started(token, sql)
        elif known.sql != sql:
            raise Refused("InvalidRequestException")
        return json_reply({"QueryExecutionId": known.id})

    def get_query_execution(self, request: Request) -> Reply:
        found = self.executions.get(request.json["QueryExecutionId"])
        if found is None:
            raise Refused("InvalidRequestException")
        return json_reply(
            {
                "QueryExecution": {
                    "QueryExecutionId": found.id,
                    "Status": self._status(found),
                    "Statistics": {"DataScannedInBytes": found.scanned},
                }
            }
        )

    def _started(self, token: str, sql: str) -> Execution:
        running = sum(self.time() < e.started + TAKES for e in self.executions.values())
        if running >= self.room:
            raise Refused("TooManyRequestsException")
        fate = self.fates.pop(0) if self.fates else {"State": "SUCCEEDED"}
        number = len(self.executions) + 1
        made = Execution(f"00000000-0000-4000-8000-{number:012d}", token, sql, self.time(), fate)
        self.executions[made.id] = made
        if fate["State"] == "SUCCEEDED":
            self._run(made)
        return made

    def _status(self, execution: Execution) -> dict[str, Any]:
        since = self.time() - execution.started
        if since < TAKES:
            return {"State": "QUEUED" if since < WAITS else "RUNNING"}
        return execution.fate

    def _run(self, execution: Execution) -> None:
        """Write the result; nobody looks for it before the query has ended."""
        try:
            sql, place = parse_unload(execution.sql)
            tables = {name: self._table(name) for name in table_names(sql)}
        except (ValueError, KeyError) as error:
            failure = {"ErrorCategory": 2, "ErrorType": 1, "Retryable": False}
            execution.fate = {
                "State": "FAILED",
                "StateChangeReason": repr(error),
                "AthenaError": failure,
            }
            return
        execution.scanned = sum(len(body) for table in tables.values() for body in table.files)
        body = _remembered(_plain(sql), {_plain(name): table for name, table in tables.items()})
        if body is not None:
            self.s3.put(f"{place.removeprefix('s3://')}20261103_{execution.id}", body)

    def _table(self, name: str) -> TableFiles:
        storage = self.glue.tables[name]
        columns = tuple((column["Name"], column["Type"]) for column in storage["Columns"])
        listings = self.s3.newest(storage["Location"].removeprefix("s3://"))
        lines = [line for v in listings.values() for line in v.body.decode().splitlines()]
        objects = self.s3.objects
        return TableFiles(columns, [objects[line.removeprefix("s3://")][-1].body for line in lines])


def _plain(text: str) -> str:
    """Leave the token out, which differs from schedule to schedule."""
    return re.sub(r"[0-9a-f]{64}", "token", text)


def _remembered(sql: str, tables: dict[str, TableFiles]) -> bytes | None:
    key = hashlib.sha256(repr((sql, sorted(tables.items()))).encode()).hexdigest()
    if key not in _KNOWN:
        _KNOWN[key] = result_of(sql, tables)
    return _KNOWN[key]
