"""The fixtures of contract and integration tests: an event loop and an empty AWS account."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.cloud import Cloud
from tests.support.embedded import Embedded, models_read_once, point_to, running
from tests.support.looped import Loop, looped

INFRA = Path(__file__).parent / "infra"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all that share Terraform's one apply."""
    for item in items:
        place = INFRA if item.path.is_relative_to(INFRA) else item.path
        item.add_marker(pytest.mark.xdist_group(str(place)))


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
