"""The fixtures of contract and integration tests: an event loop and an empty AWS account."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.cloud import Cloud
from tests.support.embedded import Embedded, models_read_once, point_to, running
from tests.support.looped import Loop, looped


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    with models_read_once(), running() as started:
        yield started


@pytest.fixture
def cloud(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Point this test's environment, and nothing that outlives it, to an empty account."""
    endpoint = embedded.fresh()
    point_to(endpoint, monkeypatch)
    with ExitStack() as opened:
        cloud = Cloud(endpoint, embedded, opened)
        yield cloud
        cloud.settle()


@pytest.fixture
def loop() -> Iterator[Loop]:
    with looped() as opened:
        yield opened
