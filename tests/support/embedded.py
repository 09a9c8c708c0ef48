"""The embedded AWS and its mail box in a thread of their own, shared by a session's tests."""

import asyncio
import http.client
import itertools
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.loaders import JSONFileLoader

from daybook.local.embedded_aws import embedded_aws
from daybook.local.endpoint import STRAY, Endpoint
from daybook.local.mail import Mailbox, mailbox

START_SECONDS = 60
MAIL_SECONDS = 10


@dataclass(frozen=True)
class Embedded:
    """A running embedded AWS; each `fresh` account of it begins empty."""

    endpoint: Endpoint
    box: Mailbox
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    accounts: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fresh(self) -> Endpoint:
        """Forget everything and return an endpoint of an account that nobody has used.

        The QuickSight stand-in cannot forget, hence the new account.
        """
        url = urlsplit(self.endpoint.url)
        with closing(http.client.HTTPConnection(url.netloc, timeout=START_SECONDS)) as connection:
            connection.request("POST", "/_ministack/reset")
            assert connection.getresponse().status == http.client.OK
        self.box.messages.clear()
        return replace(self.endpoint, account=f"{next(self.accounts):012d}")

    def find_mail(self, header: bytes) -> bytes:
        """Wait for the message that has this header line."""
        looking = self.box.find(header, within=MAIL_SECONDS)
        return asyncio.run_coroutine_threadsafe(looking, self.loop).result(2 * MAIL_SECONDS)


def point_to(endpoint: Endpoint, patch: pytest.MonkeyPatch) -> None:
    """Have every client that is opened from now on talk to this endpoint and no other."""
    without_stray_settings(patch)
    for name, value in endpoint.environment().items():
        patch.setenv(name, value)


def without_stray_settings(patch: pytest.MonkeyPatch) -> None:
    """Forget what the user has set for AWS and for Daybook."""
    for name in [name for name in os.environ if name.startswith(STRAY)]:
        patch.delenv(name)


@contextmanager
def models_read_once() -> Iterator[None]:
    """Keep botocore's service models: every client of ours has a session that reads them anew."""
    load = JSONFileLoader.load_file

    @cache
    def loaded(path: str) -> Any:
        return load(JSONFileLoader(), path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _self, path: loaded(path))
        yield


@contextmanager
def running() -> Iterator[Embedded]:
    """Start everything on free ports; when the context ends, it and its processes are gone."""
    ready: Future[Embedded] = Future()
    with (
        tempfile.TemporaryDirectory(prefix="daybook-tests-") as logs,
        ThreadPoolExecutor(1) as pool,  # the children die with the thread that started them
    ):
        serving = pool.submit(lambda: asyncio.run(_serve(Path(logs), ready)))
        embedded = ready.result(START_SECONDS)
        try:
            yield embedded
        finally:
            embedded.loop.call_soon_threadsafe(embedded.stop.set)
            serving.result(START_SECONDS)


async def _serve(logs: Path, ready: Future[Embedded]) -> None:
    stop = asyncio.Event()
    try:
        async with mailbox() as (box, port), embedded_aws(logs, port) as endpoint:
            ready.set_result(Embedded(endpoint, box, asyncio.get_running_loop(), stop))
            await stop.wait()
    except BaseException as error:
        if not ready.done():
            ready.set_exception(error)
        raise
