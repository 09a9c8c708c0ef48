"""The clients: how long they wait and how often they ask, as leases and stops count on it."""

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
