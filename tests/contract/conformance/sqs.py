"""Messages: leases that are extended, given back, run out and lost; deletes; dead letters."""

import asyncio

from tests.contract.conformance.aws import Aws, until
from tests.contract.conformance.case import (
    OK,
    Refusal,
    Seen,
    case,
    emulator_differs,
    simulator_differs,
    told,
)
from tests.contract.conformance.messages import delete, delivery, extend, receive, taken

BODIES = ("{}", "日本 <b>&amp;</b>\t\n", "x" * 200_000)
LONG = 10
"""Seconds of a long poll; nothing here waits so long."""
TWELVE_HOURS = 12 * 3600
NO_QUEUE = Refusal("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400)
NOT_IN_FLIGHT = Refusal("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", 400)
INVALID = Refusal("ClientError", "InvalidParameterValue", 400)


@case
async def an_empty_queue_answers_a_short_poll_with_nothing(aws: Aws) -> Seen:
    return await receive(aws, aws.queue())


@case
async def a_queue_counts_what_waits_and_what_is_in_flight(aws: Aws) -> Seen:
    queue = aws.queue()
    empty = await counts(aws, queue)
    aws.send(queue, "one")
    aws.send(queue, "two")
    waiting = await counts(aws, queue)
    await taken(aws, queue)
    return empty, waiting, await counts(aws, queue), await counts(aws, f"{queue}-none")


async def counts(aws: Aws, queue: str) -> Seen:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return await told(asked, "Attributes")


@case
async def a_message_arrives_as_it_was_sent(aws: Aws) -> Seen:
    queue = aws.queue()
    for body in BODIES:
        aws.send(queue, body)
    return [await delivery(aws, queue) for _ in range(len(BODIES) + 1)]


@case
async def each_message_has_an_id_and_each_receive_a_handle_of_its_own(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "same")
    aws.send(queue, "same")
    first, second = await taken(aws, queue), await taken(aws, queue)
    await extend(aws, queue, first, 0)
    again = await taken(aws, queue)
    handles = {message["ReceiptHandle"] for message in (first, second, again)}
    return first["MessageId"] == again["MessageId"] != second["MessageId"], len(handles)


@case
async def a_message_in_flight_is_hidden(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    return await delivery(aws, queue), await delivery(aws, queue), aws.visible(queue)


@case
async def a_message_given_back_returns_at_once_and_is_counted(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    seen = []
    for _ in range(3):
        message = await taken(aws, queue)
        seen += [message["Attributes"], await extend(aws, queue, message, 0)]
    return seen


@case
async def a_message_given_back_for_later_ends_a_long_poll_then(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    given_back = await extend(aws, queue, await taken(aws, queue), 2)
    return given_back, await delivery(aws, queue), await delivery(aws, queue, wait=LONG)


@case
async def a_message_returns_when_its_lease_runs_out(aws: Aws) -> Seen:
    queue = aws.queue(visibility=1)
    aws.send(queue, "body")
    return await delivery(aws, queue), await delivery(aws, queue, wait=LONG)


@case
async def an_extended_lease_outlasts_the_first(aws: Aws) -> Seen:
    queue = aws.queue(visibility=1)
    aws.send(queue, "long")
    aws.send(queue, "short")
    message = await taken(aws, queue)
    extended = await extend(aws, queue, message, 30)
    await taken(aws, queue)
    back = await taken(aws, queue, wait=LONG)
    deleted = [await delete(aws, queue, each) for each in (back, message)]
    return extended, back["Body"], deleted, await receive(aws, queue)


@simulator_differs(aws="answered, with nothing")
async def a_long_poll_of_an_empty_queue_ends(aws: Aws) -> Seen:
    try:
        async with asyncio.timeout(5):
            found = await receive(aws, aws.queue(), wait=2)  # of one second is a glance
    except TimeoutError:
        return "still waiting"
    return "answered, with something" if found else "answered, with nothing"


@emulator_differs(aws=INVALID)
async def who_held_a_message_before_cannot_extend_it(aws: Aws) -> Seen:
    """In practice: "Message does not exist or is not available for visibility timeout change"."""
    queue = aws.queue()
    aws.send(queue, "body")
    before = await taken(aws, queue)
    await extend(aws, queue, before, 0)
    await taken(aws, queue)
    return await extend(aws, queue, before, 30)


@case
async def a_refused_extension_leaves_the_holder_its_lease(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    before = await taken(aws, queue)
    await extend(aws, queue, before, 0)
    holder = await taken(aws, queue)
    refused = await extend(aws, queue, before, 0) != OK
    return refused, await receive(aws, queue), await extend(aws, queue, holder, 30)


@emulator_differs(aws=INVALID)
async def a_deleted_message_cannot_be_extended(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    message = await taken(aws, queue)
    await delete(aws, queue, message)
    return await extend(aws, queue, message, 30)


@emulator_differs(aws=NOT_IN_FLIGHT)
async def a_lease_that_ran_out_cannot_be_extended(aws: Aws) -> Seen:
    queue = aws.queue(visibility=1)
    aws.send(queue, "body")
    message = await taken(aws, queue)
    await until(lambda: aws.visible(queue))
    return await extend(aws, queue, message, 30)


@emulator_differs(aws=(INVALID, None))
async def a_lease_ends_twelve_hours_after_the_receive(aws: Aws) -> Seen:
    """SQS Developer Guide, "Visibility timeout": more than the time left is an error."""
    queue = aws.queue()
    aws.send(queue, "body")
    message = await taken(aws, queue)
    return await extend(aws, queue, message, TWELVE_HOURS + 1), await receive(aws, queue)


@emulator_differs(aws=(OK, INVALID, ("body", {"ApproximateReceiveCount": "2"})))
async def an_extension_beyond_twelve_hours_changes_nothing(aws: Aws) -> Seen:
    """Where it is granted nobody waits for its end."""
    queue = aws.queue()
    aws.send(queue, "body")
    message = await taken(aws, queue)
    short = await extend(aws, queue, message, 1)
    beyond = await extend(aws, queue, message, TWELVE_HOURS)
    return short, beyond, await delivery(aws, queue, wait=LONG if beyond == INVALID else 0)


@case
async def a_deleted_message_does_not_come_back(aws: Aws) -> Seen:
    queue = aws.queue(visibility=1)
    aws.send(queue, "first")
    aws.send(queue, "second")
    deleted = await delete(aws, queue, await taken(aws, queue))
    await taken(aws, queue)
    back = await taken(aws, queue, wait=LONG)
    return deleted, back["Body"], await delete(aws, queue, back), await receive(aws, queue)


@emulator_differs(aws=OK)
async def deleting_twice_is_no_error(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    message = await taken(aws, queue)
    await delete(aws, queue, message)
    return await delete(aws, queue, message)


@emulator_differs(aws=OK)
async def deleting_with_an_old_handle_is_no_error(aws: Aws) -> Seen:
    """SQS API Reference, DeleteMessage: it succeeds, "but the message might not be deleted"."""
    queue = aws.queue()
    aws.send(queue, "body")
    before = await taken(aws, queue)
    await extend(aws, queue, before, 0)
    await taken(aws, queue)
    return await delete(aws, queue, before)


@case
async def deleting_with_an_old_handle_deletes_nothing(aws: Aws) -> Seen:
    queue = aws.queue()
    aws.send(queue, "body")
    before = await taken(aws, queue)
    await extend(aws, queue, before, 0)
    holder = await taken(aws, queue)
    await delete(aws, queue, before)
    return await extend(aws, queue, holder, 0), await delivery(aws, queue)


@case
async def a_message_is_a_dead_letter_after_its_last_receive(aws: Aws) -> Seen:
    queue = aws.queue(max_receives=2)
    aws.send(queue, "poison")
    ids = set()
    for _ in range(2):
        message = await taken(aws, queue)
        ids.add(message["MessageId"])
        await extend(aws, queue, message, 0)
    before = aws.dead_letters(queue)
    gone = await receive(aws, queue)
    [letter] = aws.dead_letters(queue)
    return before, gone, letter.body, {letter.id} == ids


@case
async def a_dead_letter_does_not_hold_others_back(aws: Aws) -> Seen:
    queue = aws.queue(max_receives=1)
    aws.send(queue, "poison")
    await extend(aws, queue, await taken(aws, queue), 0)
    aws.send(queue, "sound")
    return await delivery(aws, queue), [letter.body for letter in aws.dead_letters(queue)]


@case
async def the_last_receive_may_still_delete(aws: Aws) -> Seen:
    queue = aws.queue(max_receives=1)
    aws.send(queue, "body")
    message = await taken(aws, queue)
    deleted = await delete(aws, queue, message)
    return deleted, await receive(aws, queue), aws.dead_letters(queue)


@case
async def a_queue_that_is_not_there_is_refused(aws: Aws) -> Seen:
    nowhere = f"{aws.queue()}-not"
    handle = {"ReceiptHandle": "handle"}
    return [
        await told(aws.sqs.receive_message(QueueUrl=nowhere)),
        await extend(aws, nowhere, handle, 0),
        await delete(aws, nowhere, handle),
    ]


@case
async def a_message_sent_by_a_worker_is_hidden_for_its_delay(aws: Aws) -> Seen:
    queue = aws.queue()
    sent = await told(aws.sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=1))
    hidden = await receive(aws, queue)
    await until(lambda: aws.visible(queue))
    return sent, hidden, await delivery(aws, queue)


@case
async def a_message_sent_without_delay_is_there_at_once(aws: Aws) -> Seen:
    queue = aws.queue()
    answer = await aws.sqs.send_message(QueueUrl=queue, MessageBody="now")
    message = await taken(aws, queue)
    return answer["MessageId"] == message["MessageId"], message["Body"]


@emulator_differs(aws=[OK, INVALID])
async def a_delay_of_more_than_a_quarter_of_an_hour_is_refused(aws: Aws) -> Seen:
    return [
        await told(
            aws.sqs.send_message(QueueUrl=aws.queue(), MessageBody="x", DelaySeconds=seconds)
        )
        for seconds in (900, 901)
    ]
