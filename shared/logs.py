"""Structured logs: one JSON object a line on standard output, times in UTC."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, unbind_contextvars

from shared.events import Event
from shared.ports import Message


def configure(service: str, level: str) -> None:
    """Log JSON lines at `level` and bind the worker's name to each."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
    bind_contextvars(service=service)


@contextmanager
def message_bound(message: Message) -> Iterator[None]:
    """Bind a message's identity to every line, and at the end let go of its event's as well."""
    with bound_contextvars(message=message.id, attempt=message.receives):
        try:
            yield
        finally:
            unbind_contextvars("heard", "run", "day")


def bind_event(event: Event) -> None:
    """Bind what the message turned out to say, for as long as the message is bound."""
    bind_contextvars(heard=event.type, run=event.runid, day=str(event.day))
