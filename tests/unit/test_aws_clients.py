"""The clients: how long they wait and how often they ask, as leases and stops count on it."""

import asyncio
from typing import Any

import pytest

from shared.aws import NEVER_TWICE, clients
from shared.service import LAST
from shared.settings import WorkerSettings
from shared.topology import load_topology
from tests.support.units.aio import in_loop

SERVICES = ("s3", "sqs", "sns", "ses", "glue", "athena", "quicksight", "organizations", "ce")
PAUSES = 2 + 4
"""Seconds between three tries at most (AWS SDKs and Tools Reference Guide, "Retry behavior")."""
GRACE = WorkerSettings.model_fields["stop_grace"].default


async def config_of(service: str) -> Any:
    async with clients(service, region="eu-west-1") as (client,):
        return client.meta.config


@pytest.mark.parametrize("service", SERVICES)
@in_loop
async def test_all_tries_of_a_call_end_within_a_lease(service: str) -> None:
    config = await config_of(service)

    tries = config.retries["total_max_attempts"]
    longest = tries * (config.connect_timeout + config.read_timeout) + PAUSES
    assert longest < min(worker.visibility_timeout for worker in load_topology().workers.values())


@in_loop
async def test_what_has_no_token_is_asked_once_and_everything_else_three_times() -> None:
    tries = {
        service: (await config_of(service)).retries["total_max_attempts"] for service in SERVICES
    }

    assert tries == {service: 1 if service in NEVER_TWICE else 3 for service in SERVICES}
    assert {"ses", "sns"} <= NEVER_TWICE


@in_loop
async def test_a_mail_that_is_being_handed_over_ends_within_the_grace_of_a_stop() -> None:
    config = await config_of("ses")

    assert config.connect_timeout + config.read_timeout <= GRACE
    assert LAST > 0


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({"AWS_REGION": "eu-west-3"}, "eu-west-3"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-3"),
    ],
)
def test_the_region_is_the_one_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], region: str
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert asyncio.run(region_of("sqs")) == region


def test_a_service_of_another_region_is_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-3")

    assert asyncio.run(region_of("sqs", region="us-east-1")) == "us-east-1"


async def region_of(service: str, region: str | None = None) -> str:
    async with clients(service, region=region) as (client,):
        return str(client.meta.region_name)


class NotSentError(Exception):
    """Says what would have gone out."""


def test_requests_say_whose_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")

    agent = asyncio.run(agent_of("sqs"))

    sdk, whose, _ = agent.split()
    assert sdk.startswith("aiobotocore/")
    assert whose == "app/daybook"


async def agent_of(service: str) -> str:
    async def stop(request: Any, **_: Any) -> None:
        raise NotSentError(request.headers["User-Agent"].decode())

    async with clients(service, region="eu-west-1") as (client,):
        client.meta.events.register_first("before-send.*.*", stop)
        with pytest.raises(NotSentError) as words:
            await client.list_queues()
    return str(words.value)
