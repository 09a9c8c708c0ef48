"""Runs coroutines and keeps asynchronous contexts open from a synchronous test."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """One event loop for the whole of a test: `loop(coroutine)` is its result."""

    def __init__(self, runner: asyncio.Runner, open_contexts: AsyncExitStack) -> None:
        self._runner = runner
        self._open = open_contexts

    def __call__(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """Enter a context that is left when the test ends."""
        return self(self._open.enter_async_context(context))


@contextmanager
def looped() -> Iterator[Loop]:
    """Open a loop; whatever was entered is left before it closes."""
    open_contexts = AsyncExitStack()
    with asyncio.Runner() as runner:
        try:
            yield Loop(runner, open_contexts)
        finally:
            runner.run(open_contexts.aclose())
