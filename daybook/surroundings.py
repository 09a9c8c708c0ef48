"""Daybook's place in the AWS account that the environment points to: bucket, settings, queues."""

from dataclasses import dataclass
from typing import Any

from daybook.bucket import archive_bucket, config_location
from shared.config import Config
from shared.errors import InputError
from shared.s3 import S3Store
from shared.service import read_config
from shared.topology import load_topology

DEAD = "-dlq"


@dataclass(frozen=True)
class Place:
    """Where Daybook is: its bucket, its configuration and where that lies, and the account."""

    archive: S3Store
    config: Config
    config_location: str
    account: str


async def place(s3: Any, sts: Any) -> Place:
    """Find the archive bucket and read `daybook.yaml` beside it, or where `DAYBOOK_CONFIG` says."""
    location = config_location()
    config = await read_config(s3, location)
    identity = await sts.get_caller_identity()
    return Place(S3Store(s3, archive_bucket()), config, location, str(identity["Account"]))


async def queues(sqs: Any) -> tuple[str, list[str]]:
    """Return the URL of one of Daybook's queues, and the names of all: the others are siblings.

    Raises InputError when a worker's queue is missing.
    """
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix="daybook-")
    urls = [url async for page in pages for url in page.get("QueueUrls", [])]
    there = {url.rpartition("/")[2]: url for url in urls}
    topology = load_topology()
    missing = [name for name in topology.every_queue if name not in there]
    if missing:
        raise InputError(
            "the AWS environment",
            f"has no queue {missing[0]}",
            "Apply infra/ to this account and region, or point AWS_REGION to where it is",
        )
    dead = sorted(name for name in there if name.endswith(DEAD))
    names = [*topology.every_queue, *(name for name in dead if name not in topology.every_queue)]
    return there[topology.every_queue[0]], names
