"""The doctor on an emulator: what is wrong is named; what only AWS knows is not called fine."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from daybook.bucket import CONFIG_KEY
from daybook.doctor.diagnosis import Diagnosis
from daybook.doctor.examine import examine
from daybook.local.provision import Provisioned
from tests.support.cloud import Cloud
from tests.support.commands import daybook
from tests.support.exports import example, seeded
from tests.support.looped import Loop

ONLY_AWS = {
    "SES sandbox",
    "SES quota",
    "QuickSight edition",
    "export settings",
    *(
        f"role of {w}"
        for w in ("query", "archiver", "forecaster", "catalog", "notifier", "auditor")
    ),
}


@pytest.fixture
def healthy(
    cloud: Cloud, loop: Loop, provisioned: Provisioned, tmp_path_factory: pytest.TempPathFactory
) -> Provisioned:
    loop(seeded(example(tmp_path_factory.mktemp("doctor")), provisioned))
    cloud.client("sns").subscribe(
        TopicArn=provisioned.alarms_topic, Protocol="email", Endpoint="ops@example.com"
    )
    return provisioned


def by_state(found: list[Diagnosis], state: str) -> set[str]:
    return {each.about for each in found if each.state == state}


@pytest.mark.usefixtures("healthy")
def test_a_healthy_stack_has_nothing_wrong_and_does_not_claim_what_only_aws_knows(
    loop: Loop,
) -> None:
    found = loop(examine())

    assert by_state(found, "wrong") == set(), found
    assert by_state(found, "not known here") == ONLY_AWS
    assert all(each.remedy for each in found if each.state != "fine")


def suspend(cloud: Cloud, made: Provisioned) -> object:
    return cloud.client("s3").put_bucket_versioning(
        Bucket=made.bucket, VersioningConfiguration={"Status": "Suspended"}
    )


def open_bucket(cloud: Cloud, made: Provisioned) -> object:
    return cloud.client("s3").delete_public_access_block(Bucket=made.bucket)


def disable(cloud: Cloud, _: Provisioned) -> object:
    return cloud.client("events").disable_rule(Name="daybook-daily")


def lose_queue(cloud: Cloud, made: Provisioned) -> object:
    return cloud.client("sqs").delete_queue(QueueUrl=made.queues["archiver"])


def unsubscribe(cloud: Cloud, made: Provisioned) -> object:
    sns = cloud.client("sns")
    heard = sns.list_subscriptions_by_topic(TopicArn=made.events_topic)["Subscriptions"]
    (ours,) = [each for each in heard if each["Endpoint"].endswith(":daybook-notifier")]
    return sns.unsubscribe(SubscriptionArn=ours["SubscriptionArn"])


def forget_sender(cloud: Cloud, _: Provisioned) -> object:
    ses = cloud.client("ses")
    return [ses.delete_identity(Identity=i) for i in ses.list_identities()["Identities"]]


def spoil_configuration(cloud: Cloud, made: Provisioned) -> object:
    return cloud.client("s3").put_object(Bucket=made.bucket, Key=CONFIG_KEY, Body=b"digest: 1\n")


def lose_export(cloud: Cloud, _: Provisioned) -> object:
    s3, bucket = cloud.client("s3"), "daybook-cost-export"
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    manifests = [item["Key"] for item in listed if item["Key"].endswith("Manifest.json")]
    return [s3.delete_object(Bucket=bucket, Key=key) for key in manifests]


Damage = Callable[[Cloud, Provisioned], object]
DAMAGES: dict[str, Damage] = {
    "bucket versioning": suspend,
    "public access": open_bucket,
    "schedule daybook-daily": disable,
    "queue daybook-archiver": lose_queue,
    "subscriptions": unsubscribe,
    "sender": forget_sender,
    "export": lose_export,
}


def test_each_thing_that_is_wrong_is_named(cloud: Cloud, healthy: Provisioned, loop: Loop) -> None:
    """All at once: what is judged apart is also told apart."""
    for damage in DAMAGES.values():
        damage(cloud, healthy)

    wrong = by_state(loop(examine()), "wrong")

    assert wrong == set(DAMAGES)


def test_a_configuration_that_is_wrong_leaves_the_rest_to_be_examined(
    cloud: Cloud, healthy: Provisioned
) -> None:
    spoil_configuration(cloud, healthy)

    done = daybook("doctor", "--json")

    told: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.returncode == 1
    assert [each["about"] for each in told if each["state"] == "wrong"] == ["configuration"]
    assert {"sender", "export"} <= {e["about"] for e in told if e["state"] == "not known here"}


def test_without_a_bucket_it_says_what_to_apply(cloud: Cloud, loop: Loop) -> None:
    assert cloud
    found = {each.about: each for each in loop(examine())}

    assert found["archive bucket"].state == "wrong"
    assert "Apply infra/" in found["archive bucket"].remedy
