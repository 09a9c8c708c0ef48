"""Applies the topology to an emulator that runs already: LocalStack, or one that speaks like it."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from daybook.bucket import BUCKET_VARIABLE
from daybook.example import write_example
from daybook.inputs import InputFiles, check_inputs
from daybook.local.provision import Provisioned, provision
from daybook.seed import given_sections, seed
from shared.aws import clients
from shared.errors import InputError
from shared.topology import Topology, load_topology

ENDPOINT = "AWS_ENDPOINT_URL"
PAUSE = 0.5
"""Seconds between two looks at an endpoint that does not answer yet."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be there besides the topology, and how long the emulator may take to answer."""

    example_in: str | None
    alarm_emails: tuple[str, ...]
    wait_seconds: float


async def apply(wanted: Wanted, progress: Progress) -> dict[str, Any]:
    """Apply the topology to AWS_ENDPOINT_URL; safe to repeat. Returns what it became.

    Raises InputError without an endpoint, for in an account it is Terraform that does this, and
    when the endpoint does not answer in time or refuses.
    """
    endpoint = os.environ.get(ENDPOINT)
    if not endpoint:
        raise InputError(
            ENDPOINT, "is not set", "Point it at an emulator; in an AWS account, see docs/deploy.md"
        )
    topology = load_topology()
    topology = topology.with_bucket(os.environ.get(BUCKET_VARIABLE, topology.archive_bucket.name))
    account = await _account(endpoint, wanted.wait_seconds)
    try:
        provisioned = await provision(topology, account)
        await _subscribe(provisioned.alarms_topic, wanted.alarm_emails)
        progress(f"topology applied to account {account} on {endpoint}")
        if wanted.example_in:
            day = await _seed_example(topology, provisioned, wanted.example_in)
            progress(f"example export in s3://{wanted.example_in}, complete through {day}")
    except (BotoCoreError, ClientError) as error:
        raise _refused(endpoint, error) from None
    return asdict(provisioned)


async def _account(endpoint: str, wait_seconds: float) -> str:
    """Wait until the endpoint says whose account this is: it answers health checks earlier."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + wait_seconds
    while True:
        try:
            async with clients("sts") as (sts,):
                return str((await sts.get_caller_identity())["Account"])
        except (BotoCoreError, ClientError) as error:
            if clock() >= deadline:
                raise _refused(endpoint, error) from None
        await asyncio.sleep(PAUSE)


def _refused(endpoint: str, error: Exception) -> InputError:
    remedy = (
        "See that it runs, set AWS_REGION and any credentials, and AWS_ENDPOINT_URL_GLUE and "
        "AWS_ENDPOINT_URL_QUICKSIGHT where it has no Glue and QuickSight"
    )
    return InputError(f"{ENDPOINT}={endpoint}", str(error), remedy)


async def _subscribe(topic: str, emails: tuple[str, ...]) -> None:
    async with clients("sns") as (sns,):
        for email in emails:
            await sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=email)


async def _seed_example(topology: Topology, provisioned: Provisioned, exports: str) -> str:
    """Put the example export there, up to today: yesterday is its last complete day (UTC)."""
    given = given_sections(provisioned.bucket, "cur2", exports)
    today = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory(prefix="daybook-example-") as folder:
        made = await asyncio.to_thread(write_example, Path(folder), last_day=today)
        files = InputFiles(made.source, "cur2", made.organization, made.config, given)
        await seed(await check_inputs(files, None), provisioned, topology)
    return str(made.complete_day)
