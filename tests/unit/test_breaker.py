"""The breaker: a fault of the worker's own does not empty its queue."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from shared import logs
from shared.breaker import Breaker
from shared.events import Event
from shared.health import STALE, HealthFile, read_health
from shared.lease import Lease
from shared.memory import MemoryInbox, MemoryOutbox
from shared.metrics import count
from shared.outcomes import Outcome
from shared.vitals import Vitals
from shared.worker import Worker
from tests.support.waiting import eventually_async


async def failing(count: int, breaker: Breaker) -> Breaker:
    for number in range(count):
        breaker.note(f"message-{number}", Outcome.FAILED)
    return breaker


def test_five_different_failures_in_a_row_open_it() -> None:
    assert not asyncio.run(failing(4, Breaker())).open
    assert asyncio.run(failing(5, Breaker())).open


def test_one_message_that_fails_again_and_again_does_not() -> None:
    async def poison() -> bool:
        breaker = Breaker()
        for _ in range(20):
            breaker.note("always the same", Outcome.FAILED)
        return breaker.open

    assert not asyncio.run(poison())


def test_rejected_and_early_messages_are_their_own_fault() -> None:
    breaker = Breaker()
    for number in range(20):
        breaker.note(f"message-{number}", Outcome.REJECTED)
        breaker.note(f"message-{number}", Outcome.RETRY)

    assert not breaker.open


def test_a_success_closes_it() -> None:
    async def healed() -> bool:
        breaker = await failing(7, Breaker())
        breaker.note("message-9", Outcome.DONE)
        return breaker.open

    assert not asyncio.run(healed())


def test_while_open_a_message_is_tried_only_now_and_then() -> None:
    async def pauses() -> tuple[float, float]:
        breaker = await failing(5, Breaker(cool_down=0.05))
        first = breaker.pause()
        await asyncio.sleep(first)
        return first, breaker.pause()

    first, later = asyncio.run(pauses())

    assert 0 < first <= 0.05
    assert later < first


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.DONE])
def test_a_trial_that_shows_nothing_is_followed_by_the_next_a_cool_down_later(
    outcome: Outcome,
) -> None:
    async def pause_after_trial() -> float:
        breaker = await failing(5, Breaker(cool_down=0.05))
        await asyncio.sleep(breaker.pause())
        breaker.note("message-1", outcome)
        return breaker.pause()

    assert asyncio.run(pause_after_trial()) > 0.03


def test_an_open_breaker_is_no_reason_to_replace_the_process(tmp_path: Path) -> None:
    """A new one would have forgotten the failures, and receive five messages more."""
    file = tmp_path / "health"
    HealthFile(file).write("5 different messages failed in a row")

    check = subprocess.run(
        [sys.executable, "-m", "shared.health", file], capture_output=True, text=True, check=False
    )

    assert (check.returncode, check.stderr) == (0, "5 different messages failed in a row\n")


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_metrics_are_written_whatever_level_is_logged(
    level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    try:
        logs.configure("catalog", level)
        count("BreakerOpen")
    finally:
        structlog.configure(**before)
        structlog.contextvars.unbind_contextvars("service")

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line).items() >= {"BreakerOpen": 1, "service": "catalog"}.items()


def test_a_worker_that_fails_at_everything_stops_receiving_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "health"

    async def fail(event: Event, lease: Lease) -> Sequence[Event]:
        raise RuntimeError(f"a bad deploy meets {event.id} {lease}")

    async def sick() -> bool:
        return file.exists() and read_health(file)[1] != ""

    async def run() -> MemoryInbox:
        inbox = MemoryInbox()
        for number in range(10):
            inbox.send(tick(number))
        vitals = Vitals(HealthFile(file))
        worker = Worker(inbox, MemoryOutbox(), fail, visibility=30, vitals=vitals)
        task = asyncio.create_task(worker.run())
        await eventually_async(sick, within=5, what="the health file says so")
        worker.stop()
        await task
        return inbox

    with capture_logs() as lines:
        inbox = asyncio.run(run())

    assert len(inbox.released) == 5
    assert inbox.deleted == []
    assert [line["BreakerOpen"] for line in lines if "BreakerOpen" in line] == [1]
    assert read_health(file) == (True, "5 different messages failed in a row")
    assert json.loads(file.read_text())["well"] is False


def tick(number: int) -> str:
    return (
        f'{{"specversion":"1.0","id":"tick-{number}","source":"daybook.schedule",'
        '"type":"day-ready","time":"2026-03-16T07:00:00Z"}'
    )


def test_health_is_read_from_a_fresh_file_only(tmp_path: Path) -> None:
    file = tmp_path / "health"
    HealthFile(file).write()
    assert read_health(file) == (True, "")

    file.write_text(json.dumps({"well": True, "reason": "", "at": 0.0}))
    assert read_health(file) == (False, f"no word for {STALE} seconds")


def test_a_worker_that_never_wrote_is_not_well(tmp_path: Path) -> None:
    well, reason = read_health(tmp_path / "nothing")

    assert not well
    assert "FileNotFoundError" in reason
