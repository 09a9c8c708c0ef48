"""Real aiobotocore clients, made once per worker role, whose wire leads to the active world."""

import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch

import botocore.retries.quota
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from botocore import UNSIGNED

import shared.aws
from tests.faults.process import CURRENT
from tests.faults.world import World

ACTIVE: ContextVar[World] = ContextVar("world")
ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_REAL_QUOTA = botocore.retries.quota.RetryQuota


class Clients:
    """Stands where `get_session()` stands: the client is real, its making is remembered.

    A schedule must not see the retry quota that another one spent, so it is filled up again.
    """

    user_agent_name, user_agent_version = "faults", "0"

    def __init__(self) -> None:
        self._session: AioSession = get_session()
        self._made: dict[tuple[str, str, str], Any] = {}
        self._quotas: list[Any] = []

    def __call__(self) -> "Clients":
        return self

    def register_component(self, name: str, component: object) -> None:
        self._session.register_component(name, component)

    def get_config_variable(self, name: str) -> object:
        return self._session.get_config_variable(name)

    def refill(self) -> None:
        for quota in self._quotas:
            quota.release(10_000)

    @contextlib.asynccontextmanager
    async def create_client(self, service: str, *, config: AioConfig) -> AsyncIterator[Any]:
        key = (CURRENT.get().name, service, repr(config.retries))
        if key not in self._made:
            self._made[key] = await self._make(service, config)
        yield self._made[key]

    async def _make(self, service: str, config: AioConfig) -> Any:
        def remember(*args: Any) -> Any:
            self._quotas.append(_REAL_QUOTA(*args))
            return self._quotas[-1]

        unsigned = config.merge(AioConfig(signature_version=UNSIGNED))
        with patch.object(botocore.retries.quota, "RetryQuota", remember):
            making = self._session.create_client(service, config=unsigned)
            client = await making.__aenter__()  # left open: the wire is never used
        client.meta.events.register_first("before-send.*.*", _send)
        return client


async def _send(request: Any, event_name: str, **_: Any) -> Any:
    return await ACTIVE.get().wire(event_name, request)


_CLIENTS: list[Clients] = []


@contextlib.contextmanager
def wired() -> Iterator[None]:
    """Let the product's own `shared.aws.clients` make clients of the simulated AWS."""
    with patch.dict(os.environ, ENVIRONMENT):
        if not _CLIENTS:
            _CLIENTS.append(Clients())
        _CLIENTS[0].refill()
        with patch.object(shared.aws, "get_session", _CLIENTS[0]):
            yield
