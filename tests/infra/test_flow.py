"""The daily flow through the resources that Terraform made, each worker under its own role."""

from email import message_from_bytes

from daybook.publish import tick_time
from shared.topology import load_topology
from tests.support.infra.flow import Applied, Flow


def test_a_tick_becomes_a_digest(flow: Flow) -> None:
    assert [sighting.event.type for sighting in flow.sightings] == [
        "day-ready",
        "period-queried",
        "period-archived",
        "period-assessed",
        "period-cataloged",
        "digest-sent",
    ]


def test_the_tick_is_the_one_that_eventbridge_transformed(flow: Flow) -> None:
    tick = flow.sightings[0].event

    assert tick.source == "daybook.schedule"
    assert tick.time == tick_time(flow.day)


def test_the_mail_carries_the_csv(flow: Flow) -> None:
    message = message_from_bytes(flow.mail)

    attached = [part.get_filename() for part in message.walk() if part.get_filename()]
    assert [name for name in attached if name and name.endswith(".csv")] == attached
    assert len(attached) == 1


def test_partitions_are_in_the_catalog(applied: Applied, flow: Flow) -> None:
    day = flow.day
    answer = applied.client("glue").get_partition(
        DatabaseName=load_topology().database,
        TableName="ou_breakdown",
        PartitionValues=[str(day.year), str(day.month), str(day.day)],
    )

    location = answer["Partition"]["StorageDescriptor"]["Location"]
    assert location.startswith(f"s3://{applied.outputs['archive_bucket']}/ou-breakdowns/")


def test_nothing_is_given_up(applied: Applied, flow: Flow) -> None:
    assert flow.sightings
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for worker, url in applied.outputs["dead_letter_queues"].items():
        answer = applied.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
        assert [int(answer["Attributes"][name]) for name in names] == [0, 0], worker


def test_what_is_archived_is_encrypted_with_the_key_of_the_archive(
    applied: Applied, flow: Flow
) -> None:
    assert flow.sightings
    s3, bucket = applied.client("s3"), applied.outputs["archive_bucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="ou-breakdowns/")["Contents"]

    head = s3.head_object(Bucket=bucket, Key=listed[0]["Key"])

    assert head["ServerSideEncryption"] == "aws:kms"
