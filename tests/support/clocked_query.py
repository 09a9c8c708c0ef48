"""The query worker as a process of its own whose clock a test sets: `DAYBOOK_TEST_CLOCK`, a file.

python -m tests.support.clocked_query
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from services.query import __main__ as query
from services.query.handler import QueryPeriods
from services.query.settings import QuerySettings
from shared.service import World, main

CLOCK = "DAYBOOK_TEST_CLOCK"


def told() -> datetime:
    """Return what the file says."""
    return datetime.fromisoformat(Path(os.environ[CLOCK]).read_text(encoding="utf-8"))


@asynccontextmanager
async def build(world: World, settings: QuerySettings) -> AsyncIterator[QueryPeriods]:
    """Put the shipped worker together, with another clock."""
    async with query.build(world, settings) as handler:
        yield replace(handler, now=told)


if __name__ == "__main__":
    main("query", QuerySettings, build)
