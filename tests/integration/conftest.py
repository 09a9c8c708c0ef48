"""The topology, applied to the test's empty account; and a clock that runs from the start."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from daybook.bucket import CONFIG_KEY
from daybook.local.endpoint import Endpoint
from daybook.local.provision import Provisioned, listen, provision
from shared.topology import load_topology
from tests.support.chain import Place
from tests.support.cloud import Cloud
from tests.support.embedded import Embedded, point_to, running
from tests.support.exports import example, seeded
from tests.support.looped import Loop
from tests.support.stage import Stage


@pytest.fixture
def provisioned(cloud: Cloud, loop: Loop) -> Provisioned:
    return loop(provision(load_topology(), cloud.endpoint.account))


@dataclass(frozen=True)
class Clock:
    """An embedded AWS of its own, where the daily rule is due every minute."""

    embedded: Embedded
    endpoint: Endpoint
    provisioned: Provisioned


@pytest.fixture(scope="session", autouse=True)
def clock(embedded: Embedded) -> Iterator[Clock]:
    """Start the clock with the session, so that its minute passes while other tests run."""
    assert embedded
    with running() as own, pytest.MonkeyPatch.context() as patch:
        endpoint = own.fresh()
        point_to(endpoint, patch)
        every_minute = load_topology().with_schedule("cron(* * * * ? *)")
        provisioned = asyncio.run(provision(every_minute, endpoint.account))
        patch.undo()
        yield Clock(own, endpoint, provisioned)


@pytest.fixture
def ticking(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cloud, Provisioned]]:
    point_to(clock.endpoint, monkeypatch)
    with ExitStack() as opened:
        yield Cloud(clock.endpoint, clock.embedded, opened), clock.provisioned


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chain")


@pytest.fixture
def stage(cloud: Cloud, loop: Loop, provisioned: Provisioned, folder: Path) -> Stage:
    inputs = loop(seeded(example(folder), provisioned))
    observer = loop(listen("observer", provisioned.events_topic))
    return Stage(
        cloud, Place(load_topology(), cloud.endpoint, provisioned, CONFIG_KEY), inputs, observer
    )
