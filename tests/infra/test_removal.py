"""`terraform destroy`, last of all: pytest takes a folder's files in the order of their names."""

from tests.support.infra.flow import Applied


def test_everything_can_be_removed(applied: Applied) -> None:
    applied.terraform.destroy()

    assert applied.terraform.resources() == []
    assert applied.client("sqs").list_queues(QueueNamePrefix="daybook-query").get("QueueUrls") in (
        None,
        [],
    )
    names = [bucket["Name"] for bucket in applied.client("s3").list_buckets()["Buckets"]]
    assert [name for name in names if name.startswith("finops")] == []
