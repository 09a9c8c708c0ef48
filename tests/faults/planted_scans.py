"""Mistakes around a scan by Athena."""

from typing import Any
from uuid import uuid4

from services.query.athena import AthenaQueries
from services.query.athena_engine import AthenaEngine
from services.query.glue import GlueTables
from tests.faults.mutants import Patches

_PLAN, _START = AthenaEngine._plan, AthenaQueries.start


def constant_token() -> Patches:
    def plan(self: Any, delivery: Any, shape: Any, attempt: str) -> Any:
        del attempt
        return _PLAN(self, delivery, shape, "always the same")

    return ((AthenaEngine, "_plan", plan),)


def random_token() -> Patches:
    async def start(self: Any, sql: str, token: str, results: str) -> str:
        del token
        return await _START(self, sql, uuid4().hex, results)

    return ((AthenaQueries, "start", start),)


def tables_stay() -> Patches:
    async def drop(_self: Any, _name: str) -> None: ...

    return ((GlueTables, "drop", drop),)
