"""What the loop says: each line names its message, run, day and attempt."""

from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from shared.errors import Reject, Retry
from shared.memory import MemoryInbox, MemoryOutbox
from shared.worker import Worker
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.loops import Script, received

FIRST, SECOND = tick(event_id="first"), tick(event_id="second")


def worker_of(inbox: MemoryInbox, handle: Script, outbox: MemoryOutbox | None = None) -> Worker:
    return Worker(inbox, outbox or MemoryOutbox(), handle, visibility=30)


@in_loop
async def test_every_log_line_has_an_action_and_the_reason_is_told() -> None:
    inbox = MemoryInbox()
    message = await received(inbox)

    with capture_logs() as lines:
        await worker_of(inbox, Script(Reject("never"))).process(message)

    assert [line["event"] for line in lines] == ["handling", "settled"]
    assert (lines[-1]["outcome"], lines[-1]["reason"]) == ("REJECTED", "never")
    assert lines[-1]["log_level"] == "error"


@in_loop
async def test_every_line_says_which_message_run_day_and_attempt_it_is_about() -> None:
    inbox = MemoryInbox()
    first, poison = await received(inbox), await received(inbox, "no event")
    worker = worker_of(inbox, Script(Retry("early", after=1), says=(FIRST,)))

    with capture_logs(processors=[merge_contextvars]) as lines:
        await worker.process(first)
        await worker.process(poison)

    event = tick()
    known = {"message": first.id, "attempt": 1, "run": event.runid, "day": str(event.day)}
    assert all(known.items() <= line.items() for line in lines[:2])
    assert lines[2]["message"] == poison.id
    assert "run" not in lines[2]
