"""Notes why messages failed."""

import asyncio
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from shared import logs
from shared.errors import InputError, LeaseLost, Reject, Retry, Wait
from shared.failures import Failure, Failures, reason_of
from shared.memory import MemoryInbox, MemoryOutbox, MemoryStore
from shared.outcomes import Outcome, Verdict
from shared.ports import Message
from shared.vitals import Vitals
from shared.worker import Worker
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.loops import received

MESSAGE = Message("id-1", tick().to_json(), "handle", 3)
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


async def noted(error: BaseException, outcome: Outcome = Outcome.FAILED) -> Failure | None:
    store = MemoryStore()
    with logs.message_bound(MESSAGE):
        logs.bind_event(tick())
        await Failures(store, "daybook-query", lambda: NOON).note(MESSAGE, Verdict(outcome, error))
    found = await store.get("failures/daybook-query/id-1.json")
    return Failure.model_validate_json(found.body) if found else None


@in_loop
async def test_a_note_says_which_message_failed_why_and_for_which_day() -> None:
    failure = await noted(Reject("the export has no manifest"), Outcome.REJECTED)

    assert failure == Failure(
        message="id-1",
        queue="daybook-query",
        at=NOON,
        receives=3,
        kind="Reject",
        reason="the export has no manifest",
        heard="day-ready",
        run=tick().runid,
        day="2026-03-16",
    )


@in_loop
async def test_a_lease_that_was_lost_is_noted_for_it_uses_up_a_receive() -> None:
    failure = await noted(LeaseLost("worked on for more than 1800 seconds"), Outcome.LEASE_LOST)

    assert failure
    assert failure.reason == "worked on for more than 1800 seconds"


@in_loop
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Wait("not yet", after=1), Outcome.WAITING),
        (asyncio.CancelledError(), Outcome.STOPPED),
    ],
)
async def test_what_uses_up_no_receive_is_not_noted(error: BaseException, outcome: Outcome) -> None:
    assert await noted(error, outcome) is None


def test_of_an_error_of_aws_the_operation_and_the_code_are_told_and_no_more() -> None:
    answer = {"Error": {"Code": "AccessDenied", "Message": "arn:aws:iam::1:role/x is not allowed"}}

    assert reason_of(ClientError(answer, "PutObject")) == "PutObject: AccessDenied"


@pytest.mark.parametrize("secret", ["AKIA" + "EXAMPLE1" * 2, "wJalrXUtnFEMI/K7MDENG/" * 2])
def test_what_may_be_a_secret_is_left_out(secret: str) -> None:
    reason = reason_of(RuntimeError(f"GET https://x/?key={secret} failed"))

    assert secret not in reason
    assert "failed" in reason


def test_words_are_kept_in_one_line_and_short() -> None:
    assert reason_of(InputError("a.yaml", "two\nlines", "Mend it")) == "a.yaml: two lines. Mend it"
    assert len(reason_of(Retry("x " * 9000, after=1))) < 600


class Deaf(MemoryStore):
    """A bucket that answers nothing."""

    async def put(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        raise ConnectionError(key, len(body), metadata)


@in_loop
async def test_a_note_that_cannot_be_written_is_no_reason_to_fail() -> None:
    await Failures(Deaf(), "daybook-query").note(MESSAGE, Verdict(Outcome.FAILED, ValueError("x")))


@pytest.mark.parametrize("body", ["{}", tick().to_json()])
@in_loop
async def test_the_loop_notes_a_failure_and_no_body_that_is_no_event(body: str) -> None:
    """Nonsense must cost a receive and a release; `dlq show` reads the body itself."""
    store, inbox = MemoryStore(), MemoryInbox()
    vitals = Vitals(failures=Failures(store, "daybook-query"))

    async def handle(*_: object) -> list[object]:
        raise Reject("not for me")

    worker = Worker(inbox, MemoryOutbox(), handle, visibility=30, vitals=vitals)  # type: ignore[arg-type]
    message = await received(inbox, body)
    await worker.process(message)

    noted = await store.get(f"failures/daybook-query/{message.id}.json")
    assert (noted is None) == (body == "{}")
