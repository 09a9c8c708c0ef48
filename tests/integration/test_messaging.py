"""What the topology becomes in SNS and SQS, asked of the emulator and tried on it."""

import json
from typing import Any

from daybook.local.provision import Provisioned, provision
from shared.events import EVENTS
from shared.topology import load_topology
from tests.support.cloud import Cloud, depth, take
from tests.support.looped import Loop

TOPOLOGY = load_topology()
WORKERS = sorted(TOPOLOGY.workers)
DAY = 24 * 3600


def attributes(cloud: Cloud, url: str) -> dict[str, str]:
    answer = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer["Attributes"])


def subscriptions(cloud: Cloud, topic: str) -> dict[str, dict[str, str]]:
    """Return each subscribed queue's name and its subscription's attributes."""
    sns = cloud.client("sns")
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return {
        each["Endpoint"].rpartition(":")[2]: sns.get_subscription_attributes(
            SubscriptionArn=each["SubscriptionArn"]
        )["Attributes"]
        for each in listed
    }


def everything(cloud: Cloud, topic: str) -> list[Any]:
    """Return all that provisioning makes, as the services describe it."""
    sqs, events, glue = cloud.client("sqs"), cloud.client("events"), cloud.client("glue")
    urls = sorted(sqs.list_queues()["QueueUrls"])
    rules = events.list_rules()["Rules"]
    return [
        [attributes(cloud, url) for url in urls],
        subscriptions(cloud, topic),
        rules,
        [events.list_targets_by_rule(Rule=rule["Name"])["Targets"] for rule in rules],
        cloud.client("cloudwatch").describe_alarms()["MetricAlarms"],
        [table["Name"] for table in glue.get_tables(DatabaseName=TOPOLOGY.database)["TableList"]],
        [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]],
    ]


def without_dates(described: object) -> object:
    """Drop when things were made or updated."""
    if isinstance(described, dict):
        dated = ("Timestamp", "LastModified")
        return {k: without_dates(v) for k, v in described.items() if not k.endswith(dated)}
    return [without_dates(v) for v in described] if isinstance(described, list) else described


def test_provisioning_again_changes_nothing(
    cloud: Cloud, loop: Loop, provisioned: Provisioned
) -> None:
    before = without_dates(everything(cloud, provisioned.events_topic))
    again = loop(provision(TOPOLOGY, cloud.endpoint.account))

    assert again == provisioned
    assert without_dates(everything(cloud, provisioned.events_topic)) == before


def test_the_account_is_the_one_of_the_credentials(cloud: Cloud, provisioned: Provisioned) -> None:
    assert cloud.client("sts").get_caller_identity()["Account"] == provisioned.account
    assert f":{provisioned.account}:" in provisioned.events_topic


def test_there_are_three_queues_for_each_worker_of_backfills_and_no_others(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    urls = cloud.client("sqs").list_queues()["QueueUrls"]
    second = {name for name, worker in TOPOLOGY.workers.items() if worker.backfills}
    known = [
        *provisioned.queues.values(),
        *provisioned.backfill_queues.values(),
        *provisioned.dead_letter_queues.values(),
    ]

    assert provisioned.queues.keys() == provisioned.dead_letter_queues.keys() == set(WORKERS)
    assert provisioned.backfill_queues.keys() == second
    assert set(urls) == set(known)
    assert len(urls) == len(known)


def test_every_queue_redrives_to_the_dead_letter_queue_of_its_own(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    own_queues = [*provisioned.queues.items(), *provisioned.backfill_queues.items()]
    for name, url in own_queues:
        worker, own = TOPOLOGY.workers[name], attributes(cloud, url)
        dead = attributes(cloud, provisioned.dead_letter_queues[name])
        redrive = json.loads(own["RedrivePolicy"])

        assert redrive["deadLetterTargetArn"] == dead["QueueArn"]
        assert int(redrive["maxReceiveCount"]) == worker.max_receive_count
        assert own["VisibilityTimeout"] == str(worker.visibility_timeout)
        assert own["MessageRetentionPeriod"] == str(TOPOLOGY.queue_retention_days * DAY)
        assert dead["MessageRetentionPeriod"] == str(TOPOLOGY.dead_letter_retention_days * DAY)
        assert "RedrivePolicy" not in dead


def test_only_the_topics_that_it_is_subscribed_to_may_send_to_a_queue(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    heard = cloud.client("sns").list_subscriptions()["Subscriptions"]
    for url in (*provisioned.queues.values(), *provisioned.backfill_queues.values()):
        own = attributes(cloud, url)
        (statement,) = json.loads(own["Policy"])["Statement"]
        senders = statement.pop("Condition")["ArnEquals"]["aws:SourceArn"]
        topics = {each["TopicArn"] for each in heard if each["Endpoint"] == own["QueueArn"]}

        assert set([senders] if isinstance(senders, str) else senders) == topics
        assert provisioned.events_topic in topics
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": own["QueueArn"],
        }


def test_every_worker_subscribes_to_the_raw_events_that_it_hears(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    found = subscriptions(cloud, provisioned.events_topic)

    filters = {q: hears for name in WORKERS for q, hears in TOPOLOGY.filters(name).items()}
    assert found.keys() == filters.keys()
    for queue, subscription in found.items():
        assert subscription["RawMessageDelivery"] == "true"
        assert subscription["FilterPolicyScope"] == "MessageBody"
        assert json.loads(subscription["FilterPolicy"]) == filters[queue]


def test_an_event_reaches_exactly_the_workers_that_hear_its_type(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    for kind in [*sorted(EVENTS), "period-quoted", "audit-due", "DAY-READY", "day-ready-2"]:
        body = f'{{"specversion": "1.0", "id": "1", "source": "by hand", "type": "{kind}"}}'
        hearing = [name for name, worker in TOPOLOGY.workers.items() if kind in worker.hears]
        lane = "-backfill" if kind == TOPOLOGY.backfill.begun_by else ""

        assert heard(cloud, provisioned, body) == {f"{name}{lane}": [body] for name in hearing}


def test_what_a_backfill_asked_for_reaches_the_second_queues(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    for name, worker in TOPOLOGY.workers.items():
        body = json.dumps({"type": worker.hears[-1], "lane": TOPOLOGY.backfill.marked})

        queue = f"{name}-backfill" if worker.backfills else name
        assert heard(cloud, provisioned, body) == {queue: [body]}


def test_what_has_no_type_reaches_nobody(cloud: Cloud, provisioned: Provisioned) -> None:
    nested = '{"data": {"type": "day-ready"}}'
    for body in ("not json", "[]", "{}", '{"type": null}', '{"type": {"type": "x"}}', nested):
        assert heard(cloud, provisioned, body) == {}


def heard(cloud: Cloud, provisioned: Provisioned, body: str) -> dict[str, list[str]]:
    """Publish as an operator would, by hand, and return which worker's queue got what."""
    cloud.client("sns").publish(TopicArn=provisioned.events_topic, Message=body)
    sqs = cloud.client("sqs")
    got = {name: take(sqs, url) for name, url in provisioned.queues.items()}
    got |= {f"{name}-backfill": take(sqs, u) for name, u in provisioned.backfill_queues.items()}
    assert all(depth(sqs, url) == 0 for url in provisioned.dead_letter_queues.values())
    return {name: bodies for name, bodies in got.items() if bodies}


def test_every_dead_letter_queue_has_its_alarm(cloud: Cloud, provisioned: Provisioned) -> None:
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    watched = {alarm["Dimensions"][0]["Value"]: alarm for alarm in alarms}

    assert watched.keys() == {TOPOLOGY.dead_letter_queue(name) for name in WORKERS}
    for queue, alarm in watched.items():
        assert alarm["AlarmName"] == f"{queue}-not-empty"
        assert alarm["AlarmActions"] == [provisioned.alarms_topic]
        assert alarm["Namespace"] == "AWS/SQS"
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
        assert [each["Name"] for each in alarm["Dimensions"]] == ["QueueName"]
