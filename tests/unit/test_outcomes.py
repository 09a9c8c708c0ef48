"""The backoff between attempts."""

from hypothesis import given
from hypothesis import strategies as st

from shared.outcomes import backoff


@given(st.integers(0, 10_000))
def test_the_wait_never_exceeds_its_cap(receives: int) -> None:
    assert 0 <= backoff(receives) <= 60


@given(st.integers(1, 5))
def test_early_waits_are_short(receives: int) -> None:
    assert backoff(receives) <= 2**receives


def test_waits_are_spread() -> None:
    assert len({backoff(10) for _ in range(200)}) > 10
