"""The fixtures of contract and integration tests: an event loop and an empty AWS account."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support.cloud import Cloud
from tests.support.embedded import Embedded, models_read_once, point_to, running
from tests.support.looped import Loop, looped

TESTS = Path(__file__).parent
INFRA = TESTS / "infra"
FIRST = ("infra", "localstack", "chaos", "faults", "e2e", "browser", "integration")
"""The folders whose files take longest, the longest first."""


def pytest_configure() -> None:
    """Undo what a shell does to those whom it starts in the background: all below ignore SIGINT."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: begun last, it would leave the other processes idle."""
    items.sort(key=_rank)


class ByPlace(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps a file's tests in one process, and all that share Terraform's one apply.

    Not by `xdist_group`: xdist 3.8 writes the group into an attribute that pytest 9.2 no longer
    reads, so nothing is grouped, and every process makes each file's stack anew.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return str(INFRA) if (TESTS.parent / file).is_relative_to(INFRA) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPlace:
    return ByPlace(config, log)


def _rank(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return FIRST.index(folder) if folder in FIRST else len(FIRST)


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
