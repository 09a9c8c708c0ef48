"""How a worker process starts, runs its loop and stops."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError

from shared import logs
from shared.aws import clients
from shared.config import Config, load_config
from shared.errors import InputError
from shared.failures import Failures
from shared.health import HealthFile
from shared.lanes import GLANCE, Lanes
from shared.locations import split_uri
from shared.ports import Inbox
from shared.s3 import S3Store
from shared.settings import WorkerSettings
from shared.sns import SnsAlarmBell, SnsOutbox
from shared.sqs import SqsInbox
from shared.vitals import Vitals
from shared.worker import Handler, Worker

log = structlog.get_logger()
LAST = 4.0
"""Seconds after the grace, for a digest that is just being handed over: 19 in all."""
Settings = TypeVar("Settings", bound=WorkerSettings)


@dataclass(frozen=True)
class World:
    """What a worker's handler is built from."""

    config: Config
    archive: S3Store
    bell: SnsAlarmBell
    s3: Any


Build = Callable[[World, Settings], AbstractAsyncContextManager[Handler]]


def main(service: str, settings: type[Settings], build: Build[Settings]) -> None:
    """Run a worker until SIGTERM or SIGINT; exit 2 when its settings or configuration are wrong."""
    try:
        known = settings()
        logs.configure(service, known.log_level)
        asyncio.run(_serve(known, build))
    except (ValidationError, InputError) as error:
        sys.stderr.write(f"daybook {service}: {error}\n")
        sys.exit(2)


async def _serve(settings: Settings, build: Build[Settings]) -> None:
    log.info("starting", settings=settings.model_dump(mode="json"))
    async with _world(settings) as (world, sqs, sns), build(world, settings) as handler:
        worker = Worker(
            inbox_of(sqs, settings),
            SnsOutbox(sns, settings.events_topic),
            handler,
            visibility=settings.visibility_timeout,
            vitals=Vitals(HealthFile(settings.health_file), _failures(world, settings)),
        )
        _stop_on_signals(worker, settings.stop_grace)
        log.info("ready")
        await worker.run()
    log.info("stopped")


def inbox_of(sqs: Any, settings: WorkerSettings) -> Inbox:
    """Return the worker's queue, and behind it the backfills' where there is one."""

    def inbox(url: str, poll_seconds: int) -> SqsInbox:
        lease = settings.visibility_timeout
        return SqsInbox(sqs, url, visibility=lease, poll_seconds=poll_seconds)

    own, backfill = settings.queue_url, settings.backfill_queue_url
    main = inbox(own, settings.poll_seconds)
    if backfill is None:
        return main
    brief = min(GLANCE, settings.poll_seconds)
    return Lanes(main, inbox(own, brief), inbox(backfill, brief))


def _failures(world: World, settings: WorkerSettings) -> Failures:
    return Failures(world.archive, settings.queue_url.rpartition("/")[2])


@asynccontextmanager
async def _world(settings: WorkerSettings) -> AsyncIterator[tuple[World, Any, Any]]:
    async with clients("s3", "sqs", "sns") as (s3, sqs, sns):
        config = await read_config(s3, settings.config)
        archive = S3Store(s3, settings.archive_bucket)
        yield World(config, archive, SnsAlarmBell(sns, settings.alarms_topic), s3), sqs, sns


async def read_config(s3: Any, location: str) -> Config:
    """Read `daybook.yaml` from S3 or a file; raise InputError when it is not there or wrong."""
    text = await config_text(s3, location)
    if text is None:
        raise InputError(location, "is not there", "Put daybook.yaml there or set DAYBOOK_CONFIG")
    return load_config(text, location)


async def config_text(s3: Any, location: str) -> str | None:
    """Read the text of `daybook.yaml`; None when it is not in S3, InputError for no such file."""
    if not location.startswith("s3://"):
        return await asyncio.to_thread(_read_text, location)
    bucket, key = split_uri(location)
    found = await S3Store(s3, bucket).get(key)
    return found.body.decode() if found else None


def _read_text(location: str) -> str:
    try:
        return Path(location).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(location, str(error), "Set DAYBOOK_CONFIG to a UTF-8 file") from None


def last_resort() -> Callable[[], None]:
    """Return what ends this process at once, as if it were killed: all is built for that."""

    def leave() -> None:
        log.error("left-while-stopping")
        os._exit(1)

    return leave


def _stop_on_signals(worker: Worker, grace: float) -> None:
    """Ask the worker to finish; after `grace` seconds cancel what it does; at last just leave."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    leave = last_resort()

    def stop(name: str) -> None:
        log.info("stopping", signal=name)
        if worker.stopping:
            return
        worker.stop()
        if task:
            loop.call_later(grace, task.cancel)
        loop.call_later(grace + LAST, leave)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number.name)
