"""Where the embedded AWS is not AWS: docs/emulator-differences.md, line by line.

A test that fails here is good news: the emulator has learned something, so the document's line
and whatever was built around it can go.
"""

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pyarrow as pa
import pytest

from daybook.local.provision import Provisioned
from shared.aws import clients
from shared.breakdown import ARCHIVED
from shared.days import Period
from shared.parquet import to_parquet
from shared.sqs import SqsInbox
from shared.topology import load_topology
from tests.support.cloud import Cloud, arrive, envelope, queue_on, take
from tests.support.looped import Loop
from tests.support.waiting import eventually

TOPOLOGY = load_topology()
TABLE = {"DatabaseName": TOPOLOGY.database, "TableName": "ou_breakdown"}
LONG_AGO = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_put_events_ignores_the_time_of_an_entry(cloud: Cloud) -> None:
    events, topic = cloud.client("events"), cloud.client("sns").create_topic(Name="t")["TopicArn"]
    url = queue_on(cloud, topic, "heard")
    events.put_rule(Name="all", EventPattern='{"source": ["test"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "t", "Arn": topic}])
    entry = {"Source": "test", "DetailType": "x", "Detail": "{}", "Time": LONG_AGO}
    events.put_events(Entries=[entry])
    (body,) = arrive(cloud.client("sqs"), url)

    assert not json.loads(envelope(body)[1])["time"].startswith("2020")


def test_eventbridge_and_sns_need_nobodys_permission_to_deliver(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name="t")["TopicArn"]
    url = queue_on(cloud, topic, "no-policy")
    cloud.client("sns").publish(TopicArn=topic, Message="text")

    assert len(take(cloud.client("sqs"), url)) == 1


def test_queues_have_no_metrics_for_an_alarm_to_see(cloud: Cloud, provisioned: Provisioned) -> None:
    dead = provisioned.dead_letter_queues["query"]
    cloud.client("sqs").send_message(QueueUrl=dead, MessageBody="poison")
    cloudwatch = cloud.client("cloudwatch")
    states = {alarm["StateValue"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}

    assert cloudwatch.list_metrics(Namespace="AWS/SQS")["Metrics"] == []
    assert states == {"INSUFFICIENT_DATA"}


@pytest.mark.parametrize("policy", ['{"type": "day-ready"}', '{"type": [{"prefx": "day"}]}'])
def test_a_misspelt_filter_policy_is_accepted(cloud: Cloud, policy: str) -> None:
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sqs.create_queue(QueueName="q")

    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=topic.replace(":sns:", ":sqs:").replace(":t", ":q"),
        Attributes={"FilterPolicyScope": "MessageBody", "FilterPolicy": policy},
    )


def test_sns_takes_a_subject_that_aws_refuses(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]

    sns.publish(TopicArn=topic, Subject="two\nlines, Größe" + "x" * 100, Message="text")


def test_a_message_given_back_may_still_be_extended_by_its_old_handle(
    cloud: Cloud, loop: Loop
) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="body")
    (client,) = loop.enter(clients("sqs"))
    inbox = SqsInbox(client, url, visibility=30, poll_seconds=0)
    message = loop(inbox.receive())
    assert message
    loop(inbox.release(message, 0))

    loop(inbox.extend(message, 30))
    assert loop(inbox.receive()) is None


@pytest.mark.parametrize("received_again", [True, False])
def test_deleting_with_an_old_handle_is_an_error(cloud: Cloud, received_again: bool) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="body")
    handle = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    if received_again:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        sqs.receive_message(QueueUrl=url)
    else:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)

    with pytest.raises(sqs.exceptions.ReceiptHandleIsInvalid):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)


@pytest.mark.usefixtures("provisioned")
def test_get_partitions_ignores_its_expression(cloud: Cloud) -> None:
    glue = cloud.client("glue")
    entry = {"Values": ["2026", "6", "1"], "StorageDescriptor": {"Location": "s3://x/"}}
    glue.batch_create_partition(**TABLE, PartitionInputList=[entry])

    assert glue.get_partitions(**TABLE, Expression="year = 1999")["Partitions"]


@pytest.mark.usefixtures("provisioned")
def test_a_partition_with_too_few_values_is_accepted(cloud: Cloud) -> None:
    entry = {"Values": ["2026"], "StorageDescriptor": {"Location": "s3://x/"}}
    answer = cloud.client("glue").batch_create_partition(**TABLE, PartitionInputList=[entry])

    assert not answer.get("Errors")


@pytest.mark.usefixtures("provisioned")
def test_update_partition_is_missing(cloud: Cloud) -> None:
    glue = cloud.client("glue")
    entry = {"Values": ["2026", "6", "1"], "StorageDescriptor": {"Location": "s3://x/"}}
    glue.batch_create_partition(**TABLE, PartitionInputList=[entry])

    with pytest.raises(Exception, match=r"(?i)unknown|not supported|invalid"):
        glue.update_partition(**TABLE, PartitionValueList=entry["Values"], PartitionInput=entry)


def test_athena_reads_what_no_partition_leads_to(cloud: Cloud, provisioned: Provisioned) -> None:
    key = "ou-breakdowns/year=2026/month=6/day=1/x.parquet"
    body = to_parquet(pa.Table.from_pylist([{"OU": "Sandbox"}], schema=ARCHIVED))
    cloud.client("s3").put_object(Bucket=provisioned.bucket, Key=key, Body=body)

    assert athena(cloud, "SELECT OU FROM finops_db.ou_breakdown") == ["OU", "Sandbox"]


def athena(cloud: Cloud, sql: str) -> list[str]:
    """Return the first column of a query's result, its heading included."""
    client = cloud.client("athena")
    place = {"OutputLocation": f"s3://{TOPOLOGY.archive_bucket.name}/athena/"}
    started = client.start_query_execution(QueryString=sql, ResultConfiguration=place)
    query = {"QueryExecutionId": started["QueryExecutionId"]}

    def ended() -> bool:
        state = client.get_query_execution(**query)["QueryExecution"]["Status"]["State"]
        return state in ("SUCCEEDED", "FAILED")

    eventually(ended, within=20, what="the query has ended")
    rows: list[Any] = client.get_query_results(**query)["ResultSet"]["Rows"]
    return [row["Data"][0]["VarCharValue"] for row in rows]


def test_a_sender_is_verified_at_once_and_tags_are_not_checked(cloud: Cloud) -> None:
    ses = cloud.client("ses")
    ses.verify_email_identity(EmailAddress="a@example.com")

    ses.send_raw_email(
        Source="a@example.com",
        Destinations=[f"{number}@example.com" for number in range(60)],
        RawMessage={"Data": raw_mail().as_bytes()},
        Tags=[{"Name": "a name: with spaces", "Value": "ü" * 300}],
    )


def test_ses_relays_after_its_answer_and_counts_at_once(cloud: Cloud) -> None:
    ses = cloud.client("ses")
    ses.verify_email_identity(EmailAddress="a@example.com")
    raw = {"Data": raw_mail().as_bytes()}
    ses.send_raw_email(Source="a@example.com", Destinations=["b@example.com"], RawMessage=raw)

    assert cloud.sent == 1
    assert b"attached.csv" in cloud.mail(b"X-Daybook-Run")


def test_ses_v2_loses_the_attachment_and_headers_that_v1_keeps(cloud: Cloud) -> None:
    cloud.client("ses").verify_email_identity(EmailAddress="a@example.com")
    cloud.client("sesv2").send_email(
        FromEmailAddress="a@example.com",
        Destination={"ToAddresses": ["b@example.com"]},
        Content={"Raw": {"Data": raw_mail().as_bytes()}},
    )
    mail = cloud.mail(b"Subject: hello")

    assert b"X-Daybook-Run" not in mail
    assert b"attached.csv" not in mail


def test_organizations_answers_at_once_and_with_the_retired_status(cloud: Cloud) -> None:
    organizations = cloud.client("organizations")
    for number in range(21):
        organizations.create_account(Email="a@example.com", AccountName=str(number))
    answer = organizations.list_accounts()
    fields = {name for account in answer["Accounts"] for name in account}

    assert len(answer["Accounts"]) == 22
    assert "NextToken" not in answer
    assert "Status" in fields
    assert not fields & {"State", "Paths"}


def raw_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "hello", "a@example.com", "b@example.com"
    mail["X-Daybook-Run"] = f"run of {Period(2026, 6)}"
    mail.set_content("text")
    mail.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="attached.csv")
    return mail
