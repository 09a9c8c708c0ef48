"""The embedded AWS for a benchmark: started, pointed at, gone when the context ends."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from daybook.local.embedded_aws import embedded_aws
from daybook.local.endpoint import Endpoint
from daybook.local.mail import mailbox
from daybook.local.stack import local_stack
from shared.topology import load_topology

START_SECONDS = 120
Opened = TypeVar("Opened")


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Run an embedded AWS that knows of nothing."""
    with TemporaryDirectory(prefix="daybook-bench-") as logs, _kept_open(_bare(Path(logs))) as its:
        yield its


@contextmanager
def applied() -> Iterator[dict[str, dict[str, str]]]:
    """Run an embedded AWS with the topology applied; gives each worker's environment."""
    with TemporaryDirectory(prefix="daybook-bench-") as logs, _kept_open(_full(Path(logs))) as its:
        yield its


@asynccontextmanager
async def _bare(logs: Path) -> AsyncIterator[Endpoint]:
    async with mailbox() as (_, smtp_port), embedded_aws(logs, smtp_port) as its:
        yield its


@asynccontextmanager
async def _full(logs: Path) -> AsyncIterator[dict[str, dict[str, str]]]:
    async with local_stack(load_topology(), logs) as stack:
        yield stack.workers.environments


@contextmanager
def _kept_open(context: AbstractAsyncContextManager[Opened]) -> Iterator[Opened]:
    """Open a context in a thread of its own, whose children end with it."""
    ready, over = threading.Event(), threading.Event()
    found: list[Opened] = []

    async def serve() -> None:
        try:
            async with context as its:
                found.append(its)
                ready.set()
                await asyncio.to_thread(over.wait)
        finally:
            ready.set()

    serving = threading.Thread(target=lambda: asyncio.run(serve()))
    serving.start()
    try:
        if not ready.wait(START_SECONDS) or not found:
            raise SystemExit("the embedded AWS did not start")
        yield found[0]
    finally:
        over.set()
        serving.join()
