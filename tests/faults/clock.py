"""Virtual time: an event loop that jumps to its next timer, and never waits.

Whatever would read the real clock or really sleep is poisoned while a schedule runs: a leak
fails at once instead of making a schedule slow or different the next time.
"""

import asyncio
import contextlib
import selectors
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NoReturn

EPOCH = datetime(2026, 11, 3, 7, 0, tzinfo=UTC)
"""When virtual time begins: the tick that asks for the day before."""


class DeadlockError(Exception):
    """Nothing is ready and nothing will ever be."""


class _Selector(selectors.BaseSelector):
    """Watches nothing; to wait means to move the loop's clock."""

    def __init__(self) -> None:
        self.loop: VirtualLoop | None = None
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, fileobj, events, data)
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.loop is not None and timeout != 0:
            self.loop.wait(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with its own clock; work for threads is done inline, in order."""

    def __init__(self, start: float = 0.0) -> None:
        self.now = start
        selector = _Selector()
        super().__init__(selector)
        selector.loop = self
        self.on_idle: Callable[[], bool] = lambda: False
        self.on_signal: Callable[[Callable[[], None]], None] = lambda _stop: None

    def time(self) -> float:
        return self.now

    def wait(self, timeout: float | None) -> None:
        """Nothing is ready: let `on_idle` make something ready, or move the clock."""
        if self.on_idle():
            return
        if timeout is None:
            raise DeadlockError
        self.now += timeout

    def wall(self) -> datetime:
        return EPOCH + timedelta(seconds=self.now)

    def add_signal_handler(  # type: ignore[override]
        self, sig: int, callback: Callable[..., object], *args: Any
    ) -> None:
        """Hand the process's own reaction to SIGTERM to whoever plays the operating system."""
        del sig

        def react() -> None:
            callback(*args)

        self.on_signal(react)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        del executor
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits
            future.set_exception(error)
        return future


def current() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


class VirtualDatetime(datetime):
    """`datetime` whose present is the running loop's."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return current().wall().astimezone(tz)

    @classmethod
    def utcnow(cls) -> NoReturn:
        raise AssertionError("the product asked for naive time")


class VirtualTime:
    """The `time` module as the product may see it."""

    @staticmethod
    def monotonic() -> float:
        return current().time()

    @staticmethod
    def sleep(_seconds: float) -> NoReturn:
        raise AssertionError("the product slept in real time")

    time = perf_counter = monotonic


def _poisoned(_seconds: float) -> NoReturn:
    raise AssertionError("something slept in real time")


@contextlib.contextmanager
def virtual_clock() -> Iterator[None]:
    """Give every module of the product virtual clocks, and poison real sleep."""
    put: list[tuple[Any, str, Any]] = [(time, "sleep", time.sleep)]
    for name, module in list(sys.modules.items()):
        if name.startswith(("shared.", "services.")):
            known = vars(module)
            put += [(module, n, known[n]) for n in ("datetime", "time") if _real(known.get(n))]
    for module, name, real in put:
        virtual = {datetime: VirtualDatetime, time: VirtualTime}.get(real, _poisoned)
        setattr(module, name, virtual)
    try:
        yield
    finally:
        for module, name, real in put:
            setattr(module, name, real)


def _real(found: object) -> bool:
    return found is datetime or found is time
