"""Notes when a worker was busy, queried, forecast or waited for AWS; changes nothing that it does.

Python imports this before the worker where `benchmarks/instrument` is on its path. At the end the
spans lie in the file that DAYBOOK_BENCH_SPANS names, as JSON: a kind, its begin and its end.
"""

import atexit
import functools
import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

SPANS: list[tuple[str, float, float]] = []
QUIET = {"ReceiveMessage"}
"""Waiting for work is not work."""
SYNC = {
    "query": [("services.query.embedded_engine", "_query", "query")],
    "forecaster": [("services.forecaster.foresight", "_expect", "forecast")],
}


def note(kind: str, began: float) -> None:
    """Note a span that ends now."""
    SPANS.append((kind, began, time()))


def spanned(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that notes how long it took."""

    @functools.wraps(call)
    def noted(*args: Any, **kwargs: Any) -> Any:
        began = time()
        try:
            return call(*args, **kwargs)
        finally:
            note(kind, began)

    return noted


def spanned_async(kind: str, call: Callable[..., Any], quiet: set[str]) -> Callable[..., Any]:
    """Return the same for a coroutine; not for calls whose first argument is quiet."""

    @functools.wraps(call)
    async def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = time()
        try:
            return await call(self, *args, **kwargs)
        finally:
            if not (args and args[0] in quiet):
                note(kind, began)

    return noted


def instrument(worker: str) -> None:
    """Wrap what is measured of one worker."""
    client = importlib.import_module("aiobotocore.client").AioBaseClient
    client._make_api_call = spanned_async("io", client._make_api_call, QUIET)  # noqa: SLF001
    loop = importlib.import_module("shared.worker").Worker
    loop.process = spanned_async("busy", loop.process, set())
    for module, name, kind in SYNC.get(worker, []):
        home = importlib.import_module(module)
        setattr(home, name, spanned(kind, getattr(home, name)))


def save(file: Path) -> None:
    """Write the spans."""
    file.write_text(json.dumps(SPANS), encoding="utf-8")


if "DAYBOOK_BENCH_SPANS" in os.environ:
    instrument(os.environ["DAYBOOK_BENCH_WORKER"])
    atexit.register(save, Path(os.environ["DAYBOOK_BENCH_SPANS"]))
