"""Clients for AWS, all from one place. Endpoints come from botocore's own AWS_ENDPOINT_URL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

NEVER_TWICE = frozenset({"ses", "sns"})
"""Services whose calls have no idempotency token: the SDK must not repeat them on its own."""


def config_for(service: str) -> AioConfig:
    """Return the client configuration: one retry layer, and none where a repeat is an effect."""
    attempts = 1 if service in NEVER_TWICE else 3
    return AioConfig(
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_appid="daybook",
    )


@asynccontextmanager
async def clients(*services: str) -> AsyncIterator[tuple[Any, ...]]:
    """Open one client per service, in the order asked for, and close them all."""
    session = get_session()
    async with AsyncExitStack() as stack:
        yield tuple(
            [
                await stack.enter_async_context(
                    session.create_client(service, config=config_for(service))
                )
                for service in services
            ]
        )
