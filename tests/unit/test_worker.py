"""The worker's loop: every message ends as its outcome says, and nothing undone is deleted."""

import pytest

from shared import outcomes
from shared import worker as worker_module
from shared.errors import LeaseLost, MismatchError, Partly, Reject, Retry, Wait
from shared.memory import MemoryInbox, MemoryOutbox
from shared.outcomes import Delay, Outcome, Verdict
from shared.ports import Message
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.loops import BrokenOutbox, DryingInbox, Script, received, worker_of

FIRST, SECOND = tick(event_id="first"), tick(event_id="second")


@in_loop
async def test_what_is_done_is_deleted_after_its_events_are_published() -> None:
    outbox = MemoryOutbox()

    class Deleting(MemoryInbox):
        async def delete(self, message: Message) -> None:
            assert outbox.events == [FIRST, SECOND]
            await super().delete(message)

    inbox = Deleting()
    message = await received(inbox)

    verdict = await worker_of(inbox, Script(says=(FIRST, SECOND)), outbox).process(message)

    assert verdict.outcome is Outcome.DONE
    assert inbox.deleted == [message]
    assert inbox.released == []


@pytest.mark.parametrize("published", [0, 1])
@in_loop
async def test_a_message_whose_events_cannot_be_published_stays(published: int) -> None:
    inbox = MemoryInbox()
    message = await received(inbox)
    worker = worker_of(inbox, Script(says=(FIRST, SECOND)), BrokenOutbox(published))

    verdict = await worker.process(message)

    assert verdict.outcome is Outcome.FAILED
    assert inbox.deleted == []
    assert [held for held, _ in inbox.released] == [message]


@in_loop
async def test_a_retry_is_given_back_with_the_delay_it_asks_for() -> None:
    inbox = MemoryInbox()
    message = await received(inbox)

    verdict = await worker_of(inbox, Script(Retry("early", after=900))).process(message)

    assert verdict.outcome is Outcome.RETRY
    assert inbox.released == [(message, 900)]
    assert inbox.deleted == []


@in_loop
async def test_a_message_that_waits_is_told_about_and_comes_back_as_a_new_one() -> None:
    inbox, outbox = MemoryInbox(), MemoryOutbox()
    message = await received(inbox)
    script = Script(Wait("no export yet", after=600, says=(SECOND,)))

    verdict = await worker_of(inbox, script, outbox).process(message)

    assert verdict.outcome is Outcome.WAITING
    assert outbox.events == [SECOND]
    assert inbox.deferred == [(message, 600)]
    again = await inbox.receive()
    assert again
    assert (again.body, again.receives) == (message.body, 1)
    assert again.id != message.id


@in_loop
async def test_a_message_whose_waiting_cannot_be_told_stays() -> None:
    inbox = MemoryInbox()
    message = await received(inbox)
    script = Script(Wait("no export yet", after=600, says=(SECOND,)))

    verdict = await worker_of(inbox, script, BrokenOutbox()).process(message)

    assert verdict.outcome is Outcome.FAILED
    assert (inbox.deferred, inbox.deleted) == ([], [])


@in_loop
async def test_what_is_done_in_part_is_told_and_settled_by_what_ended_the_rest() -> None:
    inbox, outbox = MemoryInbox(), MemoryOutbox()
    message = await received(inbox)
    script = Script(Partly(Retry("a list is out of reach", after=300), says=(SECOND,)))

    verdict = await worker_of(inbox, script, outbox).process(message)

    assert (verdict.outcome, outbox.events) == (Outcome.RETRY, [SECOND])
    assert inbox.released == [(message, 300)]


@pytest.mark.parametrize("error", [Reject("never"), MismatchError("1 is not 2")])
@in_loop
async def test_a_rejected_message_is_given_back_at_once_and_never_deleted(error: Exception) -> None:
    inbox = MemoryInbox()
    message = await received(inbox)

    verdict = await worker_of(inbox, Script(error)).process(message)

    assert verdict.outcome is Outcome.REJECTED
    assert inbox.released == [(message, 0)]
    assert inbox.deleted == []


@pytest.mark.parametrize("error", [ValueError("x"), OSError(), KeyError("z")])
@in_loop
async def test_any_other_failure_is_given_back_with_backoff(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "backoff", lambda receives: 40 + receives)
    inbox = MemoryInbox()
    message = await received(inbox)

    verdict = await worker_of(inbox, Script(error)).process(message)

    assert (verdict.outcome, verdict.error) == (Outcome.FAILED, error)
    assert inbox.released == [(message, 41)]
    assert inbox.deleted == []


@in_loop
async def test_a_message_whose_lease_is_lost_is_neither_given_back_nor_deleted() -> None:
    inbox = MemoryInbox()
    message = await received(inbox)

    verdict = await worker_of(inbox, Script(LeaseLost("gone"))).process(message)

    assert verdict.outcome is Outcome.LEASE_LOST
    assert (inbox.released, inbox.deleted) == ([], [])


@in_loop
async def test_what_is_raised_as_a_kind_of_a_final_word_means_the_same() -> None:
    class Early(Retry):
        """A Retry with a name of its own."""

    inbox = MemoryInbox()
    message = await received(inbox)

    verdict = await worker_of(inbox, Script(Early("early", after=7))).process(message)

    assert (verdict.outcome, inbox.released) == (Outcome.RETRY, [(message, 7)])


@in_loop
async def test_a_worker_handles_messages_one_after_the_other_until_it_is_stopped() -> None:
    inbox, script = DryingInbox(), Script()
    for event in (FIRST, SECOND):
        inbox.send(event.to_json())
    worker = worker_of(inbox, script)
    inbox.worker = worker

    await worker.run()

    assert script.heard == [FIRST, SECOND]
    assert len(inbox.deleted) == 2


@in_loop
async def test_a_queue_out_of_reach_does_not_end_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "backoff", lambda _failures: 0)
    inbox, script = DryingInbox(troubles=[OSError("dns"), OSError("dns")]), Script()
    inbox.send(FIRST.to_json())
    worker = worker_of(inbox, script)
    inbox.worker = worker

    await worker.run()

    assert script.heard == [FIRST]


@pytest.mark.parametrize("body", ["", "no json", "[]", '{"type":"unheard-of"}', '{"type":7}'])
@in_loop
async def test_a_body_that_is_no_event_never_reaches_the_handler(body: str) -> None:
    inbox, script = MemoryInbox(), Script()
    message = await received(inbox, body)

    verdict = await worker_of(inbox, script).process(message)

    assert verdict.outcome is Outcome.REJECTED
    assert script.heard == []
    assert inbox.released == [(message, 0)]


@in_loop
async def test_a_message_that_cannot_be_settled_does_not_end_the_worker() -> None:
    class Undeletable(MemoryInbox):
        async def delete(self, message: Message) -> None:
            raise OSError(message.id)

    inbox = Undeletable()

    verdict = await worker_of(inbox, Script()).process(await received(inbox))

    assert verdict.outcome is Outcome.DONE


def test_only_what_is_done_is_deleted() -> None:
    assert [outcome for outcome in Outcome if outcome.deletes] == [Outcome.DONE]


def test_the_delay_is_what_the_outcome_says() -> None:
    delays = {outcome: Verdict(outcome, after=77).delay(3) for outcome in Outcome}

    assert delays.pop(Outcome.FAILED) <= 8
    asked = {outcome for outcome, delay in delays.items() if delay == 77}
    assert asked == {Outcome.RETRY, Outcome.WAITING}
    assert set(delays.values()) == {77, 0}


def test_what_is_left_alone_is_what_is_done_or_not_ours() -> None:
    left = {outcome for outcome in Outcome if outcome.delay is Delay.LEFT}

    assert left == {Outcome.DONE, Outcome.LEASE_LOST}
