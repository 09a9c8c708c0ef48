"""What a worker must not do is tried under its own role, and AWS's emulator denies it."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.topology import load_topology
from tests.support.infra.flow import Applied, Flow

WORKERS = sorted(load_topology().workers)
REFUSALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
Call = Callable[[Any, Applied], object]


def _put(key: str) -> Call:
    return lambda s3, a: s3.put_object(Bucket=a.outputs["archive_bucket"], Key=key, Body=b"x")


def _delete(key: str) -> Call:
    return lambda s3, a: s3.delete_object(Bucket=a.outputs["archive_bucket"], Key=key)


def _receive(worker: str) -> Call:
    return lambda sqs, a: sqs.receive_message(QueueUrl=a.outputs["queues"][worker])


def _send(worker: str) -> Call:
    return lambda sqs, a: sqs.send_message(QueueUrl=a.outputs["queues"][worker], MessageBody="x")


EXPORT_KEY = "exports/daily/data/x"
MATRIX: dict[str, tuple[str, Call, set[str]]] = {
    "writes the archive": ("s3", _put("ou-breakdowns/x"), {"archiver"}),
    "writes the outlook": ("s3", _put("ou-outlook/x"), {"forecaster"}),
    "stages": ("s3", _put("staging/x"), {"query"}),
    "records days": ("s3", _put("ledger/days/x"), {"archiver"}),
    "records deliveries": ("s3", _put("ledger/periods/x"), {"archiver"}),
    "records audits": ("s3", _put("ledger/audits/x"), {"auditor"}),
    "reads the export": (
        "s3",
        lambda s3, _: s3.get_object(Bucket="daybook-cost-export", Key=EXPORT_KEY),
        {"query"},
    ),
    "records digests": ("s3", _put("ledger/digests/x"), {"notifier"}),
    "records the organization": ("s3", _put("ledger/organization/x"), {"query"}),
    "changes the configuration": ("s3", _put("config/daybook.yaml"), set()),
    "changes the organization file": ("s3", _put("config/organization.csv"), set()),
    "deletes a day": ("s3", _delete("ou-breakdowns/x"), set()),
    "deletes a record": ("s3", _delete("ledger/days/x"), set()),
    "deletes what is staged": ("s3", _delete("staging/x"), set()),
    "writes the export": (
        "s3",
        lambda s3, _: s3.put_object(Bucket="daybook-cost-export", Key=EXPORT_KEY, Body=b"x"),
        set(),
    ),
    "lists the export": (
        "s3",
        lambda s3, _: s3.list_objects_v2(Bucket="daybook-cost-export"),
        {"query", "auditor"},
    ),
    "reads access logs": (
        "s3",
        lambda s3, a: s3.list_objects_v2(Bucket=f"{a.outputs['archive_bucket']}-logs"),
        set(),
    ),
    "opens the bucket": (
        "s3",
        lambda s3, a: s3.delete_bucket_policy(Bucket=a.outputs["archive_bucket"]),
        set(),
    ),
    "rings the alarm": (
        "sns",
        lambda sns, a: sns.publish(TopicArn=a.outputs["alarms_topic"], Message="x"),
        {"auditor", "catalog", "notifier", "query"},
    ),
    "listens in": (
        "sns",
        lambda sns, a: sns.subscribe(
            TopicArn=a.outputs["events_topic"], Protocol="email", Endpoint="x@example.com"
        ),
        set(),
    ),
    **{f"takes from {w}'s queue": ("sqs", _receive(w), {w}) for w in WORKERS},
    **{f"sends to {w}'s queue": ("sqs", _send(w), {w} & {"query", "auditor"}) for w in WORKERS},
    "redrives": (
        "sqs",
        lambda sqs, a: sqs.receive_message(QueueUrl=a.outputs["dead_letter_queues"]["query"]),
        set(),
    ),
    "drops a table": (
        "glue",
        lambda glue, _: glue.delete_table(DatabaseName=load_topology().database, Name="ou_outlook"),
        set(),
    ),
    "looks up partitions": (
        "glue",
        lambda glue, _: glue.get_partitions(
            DatabaseName=load_topology().database, TableName="ou_outlook"
        ),
        {"auditor", "catalog"},
    ),
    "grants itself more": (
        "iam",
        lambda iam, _: iam.put_role_policy(
            RoleName="daybook-query", PolicyName="more", PolicyDocument=json.dumps({})
        ),
        set(),
    ),
    "becomes another worker": (
        "sts",
        lambda sts, a: sts.assume_role(
            RoleArn=a.outputs["roles"]["notifier"], RoleSessionName="try"
        ),
        set(),
    ),
}
"""What is tried, and the workers who may: those are not made to try, the flow has shown it."""


BY_DOCUMENTS = {("query", "drops a table")}
"""The emulator asks for Glue's database only, so who may drop the tables of scans may drop all of
them there. `test_least_privilege.py` decides on the table's ARN, as AWS does."""
FORBIDDEN = [
    (worker, what)
    for what, (_, _, allowed) in MATRIX.items()
    for worker in WORKERS
    if worker not in allowed and (worker, what) not in BY_DOCUMENTS
]


@pytest.mark.parametrize(("worker", "what"), FORBIDDEN)
def test_what_a_worker_must_not_do_is_denied(
    applied: Applied, flow: Flow, worker: str, what: str
) -> None:
    assert flow.sightings
    service, call, _ = MATRIX[what]

    with closing(applied.as_worker(worker, service)) as client, pytest.raises(ClientError) as told:
        call(client, applied)

    assert told.value.response["Error"]["Code"] in REFUSALS
