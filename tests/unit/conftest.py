"""Property tests find the same cases on every machine, however slow it is."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.units.breakdowns import ENGINE, ENGINES

settings.register_profile("daybook", deadline=None, derandomize=True, database=None)
settings.load_profile("daybook")


@pytest.fixture(params=ENGINES, scope="module")
def each_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have `break_down` use each engine in turn."""
    token = ENGINE.set(request.param)
    yield request.param
    ENGINE.reset(token)
