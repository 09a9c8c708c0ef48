"""Clients for AWS, all from one place. Endpoints come from botocore's own AWS_ENDPOINT_URL."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.loaders import Loader, create_loader

NEVER_TWICE = frozenset({"ses", "sns"})
"""Services whose calls have no idempotency token: the SDK must not repeat them on its own."""

READ_TIMEOUT = {"ses": 10}
"""Seconds; 20 for all others: three tries of a call end within a lease of 120 seconds, and a mail
that is being handed over within the grace of a worker that is told to stop."""


def config_for(service: str, region: str | None = None, agent: str | None = None) -> AioConfig:
    """Return the client configuration: one retry layer, and none where a repeat is an effect.

    AWS_REGION is read here: unlike other SDKs, botocore knows AWS_DEFAULT_REGION alone. `agent` is
    the User-Agent; without one botocore puts one together anew for each request, twice.
    """
    attempts = 1 if service in NEVER_TWICE else 3
    return AioConfig(
        region_name=region or os.environ.get("AWS_REGION") or None,
        connect_timeout=5,
        read_timeout=READ_TIMEOUT.get(service, 20),
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent=agent,
    )


@asynccontextmanager
async def clients(*services: str, region: str | None = None) -> AsyncIterator[tuple[Any, ...]]:
    """Open one client per service, in the order asked for, and close them all.

    `region` is for a service that is not in the environment's own region.
    """
    session = get_session()
    session.register_component("data_loader", _data(session.get_config_variable("data_path")))
    agent = f"{session.user_agent_name}/{session.user_agent_version} app/daybook"
    async with AsyncExitStack() as stack:
        yield tuple(
            [
                await stack.enter_async_context(
                    session.create_client(service, config=config_for(service, region, agent))
                )
                for service in services
            ]
        )


@cache
def _data(path: str | None) -> Loader:
    """Return the one reader of botocore's API models: each session would parse them all anew."""
    return create_loader(path)
