"""One apply for the whole session, on an emulator that enforces IAM and speaks TLS.

It begins with the session: much of it is waiting, in which the tests that need no AWS run.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.support.embedded import point_to
from tests.support.infra.emulator import Emulator, enforcing
from tests.support.infra.flow import Applied, Flow, overlay, run_flow
from tests.support.infra.policies import Planned
from tests.support.infra.terraform import Terraform, Unavailable, initialized


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Return Terraform in a copy of infra/, with the provider and without any AWS."""
    try:
        return initialized(tmp_path_factory.mktemp("terraform"), {})
    except Unavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def emulator(terraform: Terraform) -> Iterator[Emulator]:
    assert terraform
    with ExitStack() as opened:
        try:
            started = opened.enter_context(enforcing())
        except Unavailable as missing:
            pytest.skip(str(missing))
        yield started


@pytest.fixture(scope="session", autouse=True)
def applying(terraform: Terraform, emulator: Emulator) -> Iterator["Future[Terraform]"]:
    """Begin the apply."""
    environment = emulator.endpoint.environment() | {"NO_PROXY": "127.0.0.1"}
    pointed = replace(terraform, environment={**terraform.environment, **environment})
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(_apply, pointed)


def _apply(terraform: Terraform) -> Terraform:
    terraform.apply()
    return terraform


@pytest.fixture(scope="session")
def applied(applying: "Future[Terraform]", emulator: Emulator) -> Iterator[Applied]:
    with ExitStack() as opened:
        yield Applied(applying.result(), emulator, opened)


@pytest.fixture(scope="session")
def flow(applied: Applied, tmp_path_factory: pytest.TempPathFactory) -> Flow:
    """Return the daily flow, run once. The second plan is taken before: the overlay changes it."""
    assert applied.second_plan
    overlay(applied)
    with pytest.MonkeyPatch.context() as patch:
        point_to(applied.emulator.endpoint, patch)
        return asyncio.run(run_flow(applied, tmp_path_factory.mktemp("flow")))


@pytest.fixture(scope="session")
def planned(applied: Applied) -> Planned:
    return Planned.of(applied.second_plan)
