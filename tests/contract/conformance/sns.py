"""Topics: who hears what, exactly as it was said, and what SNS does not take."""

import json

from shared.topology import load_topology
from tests.contract.conformance.aws import Aws, Wiring, until
from tests.contract.conformance.case import Refusal, Seen, case, emulator_differs, told
from tests.contract.conformance.messages import delete, receive

LIMIT = 256 * 1024
TYPES = sorted({kind for worker in load_topology().workers.values() for kind in worker.hears})
AWKWARD = '{ "type":"day-ready",\t"text": "Größe 機械 <b>&amp;</b> \\" \\\\" }\n'
UNHEARD = ("no JSON", "[]", '"day-ready"', "{}", '{"type": 1}', '{"type": "unknown"}')
INVALID = Refusal("InvalidParameterException", "InvalidParameter", 400)


def event(kind: str, size: int = 0) -> str:
    """Return a body of a type, padded to a number of bytes."""
    body = json.dumps({"type": kind, "pad": ""})
    return json.dumps({"type": kind, "pad": "x" * (size - len(body))})


async def heard(aws: Aws, wiring: Wiring, number: int) -> dict[str, list[str]]:
    """Wait until the queues hold so many messages; return the bodies by worker."""
    await until(lambda: sum(aws.visible(queue) for queue in wiring.queues.values()) >= number)
    bodies: dict[str, list[str]] = {worker: [] for worker in wiring.queues}
    for worker, queue in wiring.queues.items():
        while message := await receive(aws, queue):
            bodies[worker].append(message["Body"])
            await delete(aws, queue, message)
    return bodies


@case
async def each_type_reaches_who_hears_it(aws: Aws) -> Seen:
    wiring = await aws.wiring()
    for kind in TYPES:
        await aws.sns.publish(TopicArn=wiring.topic, Message=event(kind))
    return await heard(aws, wiring, len(TYPES))


@case
async def what_is_marked_goes_by_the_lane_and_no_tick_is(aws: Aws) -> Seen:
    wiring = await aws.wiring()
    for kind in TYPES:
        body = json.dumps({"type": kind, "lane": "backfill"})
        await aws.sns.publish(TopicArn=wiring.topic, Message=body)
    return await heard(aws, wiring, len(TYPES) - 1)


@case
async def another_mark_is_heard_by_nobody_but_who_needs_none(aws: Aws) -> Seen:
    wiring = await aws.wiring()
    for kind in TYPES:
        body = json.dumps({"type": kind, "lane": "fast"})
        await aws.sns.publish(TopicArn=wiring.topic, Message=body)
    return await heard(aws, wiring, 2)


@case
async def a_body_arrives_to_the_letter_each_time_it_is_said(aws: Aws) -> Seen:
    wiring = await aws.wiring()
    said = {"TopicArn": wiring.topic, "Message": AWKWARD}
    ids = {(await aws.sns.publish(**said))["MessageId"] for _ in range(2)}
    return len(ids), await heard(aws, wiring, 2)


@case
async def what_has_no_type_of_ours_reaches_nobody(aws: Aws) -> Seen:
    wiring = await aws.wiring()
    said = [
        await told(aws.sns.publish(TopicArn=wiring.topic, Message=body))
        for body in (*UNHEARD, event("day-ready"))
    ]
    return said, await heard(aws, wiring, 1)


@case
async def a_message_of_more_than_the_limit_is_refused(aws: Aws) -> Seen:
    wiring = await aws.wiring()
    small, large = event("day-ready", LIMIT), event("period-queried", LIMIT + 1)
    taken = await told(aws.sns.publish(TopicArn=wiring.topic, Message=small))
    refused = await told(aws.sns.publish(TopicArn=wiring.topic, Message=large))
    return (
        taken,
        refused,
        await heard(aws, wiring, 1)
        == {worker: [small] if worker == "query" else [] for worker in wiring.queues},
    )


@case
async def a_topic_that_is_not_there_is_refused(aws: Aws) -> Seen:
    return await told(aws.sns.publish(TopicArn=f"{aws.alarm_topic()}-not", Message="text"))


@case
async def an_alarm_is_heard_with_its_subject_and_text(aws: Aws) -> Seen:
    alarm = {"TopicArn": aws.alarm_topic(), "Message": AWKWARD}
    said = [
        await told(aws.sns.publish(**alarm, Subject="x" * 99)),
        await told(aws.sns.publish(**alarm)),
    ]
    return said, aws.alarms()


@emulator_differs(aws=[INVALID, INVALID, INVALID])
async def a_subject_of_100_characters_or_two_lines_is_refused(aws: Aws) -> Seen:
    """SNS API Reference, Publish: no line breaks or control characters, "less than 100" long."""
    alarm = {"TopicArn": aws.alarm_topic(), "Message": "text"}
    subjects = ("x" * 100, "two\nlines", "a\tcontrol")
    return [await told(aws.sns.publish(**alarm, Subject=subject)) for subject in subjects]
