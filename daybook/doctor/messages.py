"""Queues with their redrive, subscriptions, schedules, and who is told of alarms.

Asks: sqs:GetQueueUrl, sqs:GetQueueAttributes, sns:ListSubscriptionsByTopic, events:DescribeRule.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from daybook.doctor.diagnosis import (
    Answer,
    Diagnosis,
    Patient,
    asked,
    fine,
    unanswered,
    wrong,
)

APPLY = "Apply infra/ to this account and region"


async def check(patient: Patient) -> AsyncIterator[Diagnosis]:
    """Look at each worker's queues, then at the topics, then at the clock's rules."""
    for worker in patient.topology.workers:
        for name in patient.topology.filters(worker):
            yield await _queue(patient, worker, name)
    for about, topic, judge in (
        ("subscriptions", patient.topology.events_topic, _heard),
        ("who hears alarms", patient.topology.alarms_topic, _told),
    ):
        answer = await _subscriptions(patient, topic)
        yield unanswered(about, answer) if answer.silence else judge(patient, answer)
    for schedule in patient.topology.schedules:
        answer = await asked(patient.clients["events"].describe_rule(Name=schedule.name))
        yield _rule(schedule.name, schedule.expression, answer)


async def _queue(patient: Patient, worker: str, name: str) -> Diagnosis:
    sqs, about = patient.clients["sqs"], f"queue {name}"
    url = await asked(sqs.get_queue_url(QueueName=name))
    if url.gone:
        return wrong(about, "is not there", APPLY)
    if url.silence:
        return unanswered(about, url)
    known = await asked(
        sqs.get_queue_attributes(QueueUrl=url.said["QueueUrl"], AttributeNames=["All"])
    )
    if known.silence:
        return unanswered(about, known)
    redrive = json.loads(known.said["Attributes"].get("RedrivePolicy", "{}"))
    dead = patient.topology.dead_letter_queue(worker)
    if not str(redrive.get("deadLetterTargetArn", "")).endswith(f":{dead}"):
        return wrong(about, "does not give up messages to its dead-letter queue", APPLY)
    return fine(about, f"is there, and redrives to {dead}")


async def _subscriptions(patient: Patient, topic: str) -> Answer:
    sns, found = patient.clients["sns"], list[dict[str, Any]]()
    asks = {"TopicArn": patient.arn("sns", topic)}
    while True:
        answer = await asked(sns.list_subscriptions_by_topic(**asks))
        if answer.silence or answer.gone:
            return answer
        found += answer.said.get("Subscriptions", [])
        if not (token := answer.said.get("NextToken")):
            return Answer({"Subscriptions": found})
        asks["NextToken"] = token


def _heard(patient: Patient, answer: Answer) -> Diagnosis:
    """Every queue of the topology hears the events topic."""
    if answer.gone:
        return wrong("subscriptions", "there is no events topic", APPLY)
    there = {item["Endpoint"].rpartition(":")[2] for item in answer.said["Subscriptions"]}
    wanted = [q for worker in patient.topology.workers for q in patient.topology.filters(worker)]
    missing = [name for name in wanted if name not in there]
    if missing:
        return wrong("subscriptions", f"{', '.join(missing)} hear nothing", APPLY)
    return fine("subscriptions", f"{len(wanted)} queues hear the events topic")


def _told(_: Patient, answer: Answer) -> Diagnosis:
    """Somebody has confirmed that they hear alarms."""
    if answer.gone:
        return wrong("who hears alarms", "there is no alarm topic", APPLY)
    people = [each for each in answer.said["Subscriptions"] if each["Protocol"] != "sqs"]
    waiting = [each for each in people if "arn:" not in each["SubscriptionArn"]]
    if waiting:
        who = ", ".join(each["Endpoint"] for each in waiting)
        remedy = "Click the link in SNS's mail to them; subscribe them again if it is lost"
        return wrong("who hears alarms", f"{who} did not confirm the subscription", remedy)
    if not people:
        return wrong("who hears alarms", "nobody", "Give alarm_emails, and apply infra/")
    return fine("who hears alarms", ", ".join(sorted(each["Endpoint"] for each in people)))


def _rule(name: str, expression: str, answer: Answer) -> Diagnosis:
    about = f"schedule {name}"
    if answer.silence:
        return unanswered(about, answer)
    if answer.gone:
        return wrong(about, "is not there", APPLY)
    state, there = answer.said.get("State"), answer.said.get("ScheduleExpression")
    if state != "ENABLED":
        return wrong(about, f"is {state}", f"aws events enable-rule --name {name}")
    if there != expression:
        return wrong(about, f"is {there}, not {expression}", APPLY)
    return fine(about, f"is on, {there}")
