"""The services of docker-compose.yml on one LocalStack for the whole session."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.embedded import without_stray_settings
from tests.support.lab import Lab
from tests.support.lab import lab as running
from tests.support.localstack import Unavailable
from tests.support.looped import looped


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start everything, and what takes a minute at once: the clock's tick, and poison's alarm."""
    with ExitStack() as opened:
        without_stray_settings(opened.enter_context(pytest.MonkeyPatch.context()))
        loop = opened.enter_context(looped())
        clients = opened.enter_context(ExitStack())
        try:
            started = loop.enter(running(tmp_path_factory.mktemp("lab"), clients))
        except Unavailable as missing:
            pytest.skip(str(missing))
        started.begin()
        yield started
