"""What SNS could not deliver is listed with the dead letters, and put where it was to go."""

from collections.abc import Callable
from datetime import date

import pytest

from daybook.local.provision import Provisioned
from daybook.operate import dlq
from tests.support.cloud import Cloud, take
from tests.support.looped import Loop
from tests.support.units.events import backfill, tick

UNDELIVERED = "daybook-query-undelivered-dlq"
Put = Callable[[str, str], None]


@pytest.fixture
def put(cloud: Cloud, provisioned: Provisioned, monkeypatch: pytest.MonkeyPatch) -> Put:
    monkeypatch.setenv("DAYBOOK_ARCHIVE_BUCKET", provisioned.bucket)
    sqs = cloud.client("sqs")
    return lambda queue, body: sqs.send_message(QueueUrl=url(cloud, queue), MessageBody=body)


def url(cloud: Cloud, queue: str) -> str:
    return str(cloud.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])


def test_both_kinds_of_letters_are_listed_and_each_goes_where_it_belongs(
    cloud: Cloud, loop: Loop, put: Put
) -> None:
    sqs, day_ready = cloud.client("sqs"), tick().to_json()
    wish = backfill(date(2026, 1, 1), date(2026, 1, 31)).to_json()
    sqs.create_queue(QueueName=UNDELIVERED)
    put("daybook-query-dlq", day_ready)
    put(UNDELIVERED, wish)

    listed = {letter.queue: letter for letter in loop(dlq.read_letters("query"))}
    assert set(listed) == {"daybook-query-dlq", UNDELIVERED}
    assert "SNS could not deliver it" in listed[UNDELIVERED].reason
    assert "daybook dlq redrive query --message" in list(dlq.page(listed[UNDELIVERED]))[-1]

    moved = loop(dlq.redrive("query"))

    assert {queue for _, queue in moved} == {"daybook-query", "daybook-query-backfill"}
    assert take(sqs, url(cloud, "daybook-query")) == [day_ready]
    assert take(sqs, url(cloud, "daybook-query-backfill")) == [wish]
    assert loop(dlq.read_letters("query")) == []


def test_a_stack_without_such_a_queue_has_its_dead_letters(loop: Loop, put: Put) -> None:
    put("daybook-query-dlq", tick().to_json())

    (letter,) = loop(dlq.read_letters("query"))

    assert letter.queue == "daybook-query-dlq"
