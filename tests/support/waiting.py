"""Waits on a condition with a deadline, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE = 0.05


def eventually(look: Callable[[], T | None], *, within: float, what: str) -> T:
    """Return the first true answer of `look`; fail when there is none within `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(PAUSE)
    raise AssertionError(f"not within {within} s: {what}")


async def eventually_async(
    look: Callable[[], Awaitable[T | None]], *, within: float, what: str
) -> T:
    """The same for a coroutine."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := await look():
            return answer
        await asyncio.sleep(PAUSE)
    raise AssertionError(f"not within {within} s: {what}")
