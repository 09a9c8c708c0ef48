"""Applies `infra/topology.json` to an AWS endpoint, the way Terraform does in an account."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from daybook.local.catalog_tables import create_tables
from daybook.local.dashboards import create_datasets
from shared.aws import clients
from shared.topology import Schedule, TickRequest, Topology, WorkerEntry

DAY = 24 * 3600
SERVICES = ("sns", "sqs", "events", "s3", "ses", "glue", "cloudwatch", "quicksight")


@dataclass(frozen=True)
class Provisioned:
    """What the topology became: ARNs and URLs that the workers and the commands use."""

    account: str
    events_topic: str
    alarms_topic: str
    queues: dict[str, str]
    backfill_queues: dict[str, str]
    dead_letter_queues: dict[str, str]
    bucket: str


async def provision(topology: Topology, account: str) -> Provisioned:
    """Create everything; safe to repeat."""
    async with clients(*SERVICES) as opened:
        sns, sqs, events, s3, ses, glue, cloudwatch, quicksight = opened
        topic = await _topic(sns, topology.events_topic)
        alarms = await _topic(sns, topology.alarms_topic)
        queues, backfills, dead = {}, {}, {}
        for name, worker in topology.workers.items():
            dead[name] = await _dead_letter_queue(sqs, topology, name)
            made = await _hearing((sns, sqs), topology, name, dead[name], topic)
            queues[name] = made[topology.queue(name)]
            if worker.backfills:
                backfills[name] = made[topology.backfill_queue(name)]
            await _alarm(cloudwatch, name, topology.dead_letter_queue(name), alarms)
        for schedule in topology.schedules:
            await _schedule(events, schedule, topic)
        await _request(events, topology.requests, topic)
        await _mail_events(ses, sns, sqs, topology, queues)
        await _bucket(s3, topology)
        await create_tables(glue, topology)
        await create_datasets(quicksight, topology, account)
    bucket = topology.archive_bucket.name
    return Provisioned(account, topic, alarms, queues, backfills, dead, bucket)


async def listen(name: str, topic: str) -> str:
    """Subscribe a queue of one's own to everything on a topic; returns its URL."""
    async with clients("sns", "sqs") as (sns, sqs):
        url = (await sqs.create_queue(QueueName=name))["QueueUrl"]
        await _allow(sqs, url, topic)
        await _subscribe(sns, topic, await queue_arn(sqs, url), {})
    return str(url)


async def queue_arn(sqs: Any, url: str) -> str:
    """Return a queue's ARN."""
    answer = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


async def _topic(sns: Any, name: str) -> str:
    return str((await sns.create_topic(Name=name))["TopicArn"])


async def _dead_letter_queue(sqs: Any, topology: Topology, worker: str) -> str:
    answer = await sqs.create_queue(
        QueueName=topology.dead_letter_queue(worker),
        Attributes={"MessageRetentionPeriod": str(topology.dead_letter_retention_days * DAY)},
    )
    return str(answer["QueueUrl"])


async def _hearing(
    opened: tuple[Any, Any], topology: Topology, worker: str, dead: str, topic: str
) -> dict[str, str]:
    """Make a worker's queues, which hear what their filters let through; returns URLs by name."""
    sns, sqs = opened
    made, entry = {}, topology.workers[worker]
    for queue, hears in topology.filters(worker).items():
        made[queue] = await _queue(sqs, topology, queue, entry, dead)
        mail = _mail_topic(topology, entry, topic) if queue == topology.queue(worker) else []
        await _allow(sqs, made[queue], topic, *mail)
        await _subscribe(sns, topic, await queue_arn(sqs, made[queue]), hears)
    return made


async def _queue(sqs: Any, topology: Topology, queue: str, worker: WorkerEntry, dead: str) -> str:
    redrive = {
        "deadLetterTargetArn": await queue_arn(sqs, dead),
        "maxReceiveCount": worker.max_receive_count,
    }
    answer = await sqs.create_queue(
        QueueName=queue,
        Attributes={
            "VisibilityTimeout": str(worker.visibility_timeout),
            "MessageRetentionPeriod": str(topology.queue_retention_days * DAY),
            "RedrivePolicy": json.dumps(redrive),
        },
    )
    return str(answer["QueueUrl"])


async def _allow(sqs: Any, url: str, *topics: str) -> None:
    """Let these topics, and nothing else, send to the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": await queue_arn(sqs, url),
        "Condition": {"ArnEquals": {"aws:SourceArn": list(topics)}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    await sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})


async def _subscribe(sns: Any, topic: str, queue: str, hears: Mapping[str, object]) -> None:
    """Deliver the events that a filter policy lets through; without one, all of them."""
    only = {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(hears)} if hears else {}
    await sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"RawMessageDelivery": "true", **only},
    )


def _mail_topic(topology: Topology, worker: WorkerEntry, events_topic: str) -> list[str]:
    """Return the ARN of the mail topic for a worker that hears it: the names are siblings."""
    if topology.mail_events.says not in worker.hears:
        return []
    return [events_topic.removesuffix(topology.events_topic) + topology.mail_events.topic]


async def _mail_events(
    ses: Any, sns: Any, sqs: Any, topology: Topology, queues: dict[str, str]
) -> None:
    """Have what SES says about mails reach the workers that hear it, as it is."""
    mail = topology.mail_events
    topic = await _topic(sns, mail.topic)
    with contextlib.suppress(ses.exceptions.ConfigurationSetAlreadyExistsException):
        await ses.create_configuration_set(ConfigurationSet={"Name": mail.configuration_set})
    for name, worker in topology.workers.items():
        if mail.says in worker.hears:
            await _subscribe(sns, topic, await queue_arn(sqs, queues[name]), {})


async def _alarm(cloudwatch: Any, worker: str, queue: str, topic: str) -> None:
    await cloudwatch.put_metric_alarm(
        AlarmName=f"{queue}-not-empty",
        AlarmDescription=(
            f"Messages wait in {queue}: work failed for good and nobody did it. Why, and for which "
            f"day: daybook dlq show {worker}. When the cause is mended: "
            f"daybook dlq redrive {worker}."
        ),
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )


async def _schedule(events: Any, schedule: Schedule, topic: str) -> None:
    await events.put_rule(
        Name=schedule.name,
        ScheduleExpression=schedule.expression,
        Description=schedule.description,
    )
    await _target(events, schedule.name, topic, _transform(schedule.says, "$.time", schedule.data))


async def _request(events: Any, request: TickRequest, topic: str) -> None:
    pattern = {"source": [request.source], "detail-type": [request.detail_type]}
    await events.put_rule(
        Name=request.name, EventPattern=json.dumps(pattern), Description=request.description
    )
    await _target(events, request.name, topic, _transform(request.says, "$.detail.time"))


async def _target(events: Any, rule: str, topic: str, transform: dict[str, Any]) -> None:
    await events.put_targets(
        Rule=rule, Targets=[{"Id": "events-topic", "Arn": topic, "InputTransformer": transform}]
    )


def _transform(says: str, time: str, data: dict[str, bool] | None = None) -> dict[str, Any]:
    """Turn what EventBridge says into a CloudEvent: its id, its time, and what its rule says."""
    told = f',"data":{json.dumps(data, separators=(",", ":"), sort_keys=True)}' if data else ""
    template = (
        '{"specversion":"1.0","id":<id>,"source":"daybook.schedule","type":"%s","time":<time>%s}'
    )
    return {"InputPathsMap": {"id": "$.id", "time": time}, "InputTemplate": template % (says, told)}


async def _bucket(s3: Any, topology: Topology) -> None:
    bucket = topology.archive_bucket
    await s3.create_bucket(Bucket=bucket.name)
    await s3.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    await s3.put_public_access_block(
        Bucket=bucket.name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    rules = [
        {
            "ID": f"expire-{prefix.strip('/')}",
            "Status": "Enabled",
            "Filter": {"Prefix": prefix},
            "Expiration": {"Days": days},
            "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        }
        for prefix, days in bucket.expire_days.items()
    ]
    await s3.put_bucket_lifecycle_configuration(
        Bucket=bucket.name, LifecycleConfiguration={"Rules": rules}
    )
