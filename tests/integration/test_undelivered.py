"""What could not be delivered is listed with the dead letters, put back, or dropped."""

import asyncio
import json
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise

import pytest

from daybook.local.provision import Provisioned
from daybook.operate import dlq
from daybook.operate.commands import status
from daybook.operate.dlq_commands import dlq_list, dlq_redrive, dlq_show
from shared.errors import InputError
from tests.support.cloud import Cloud, depth, take
from tests.support.looped import Loop
from tests.support.units.events import backfill, tick

UNDELIVERED = "daybook-query-undelivered-dlq"
SCHEDULE_QUEUE = "daybook-schedule-dlq"
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

    listed = {letter.queue: letter for letter in loop(dlq.look("query")).letters}
    assert set(listed) == {"daybook-query-dlq", UNDELIVERED}
    assert "SNS could not deliver it" in listed[UNDELIVERED].reason
    assert "daybook dlq redrive query --message" in list(dlq.page(listed[UNDELIVERED]))[-2]

    moved = loop(dlq.redrive("query")).moved

    assert {queue for _, queue in moved} == {"daybook-query", "daybook-query-backfill"}
    assert take(sqs, url(cloud, "daybook-query")) == [day_ready]
    assert take(sqs, url(cloud, "daybook-query-backfill")) == [wish]
    assert loop(dlq.look("query")).letters == []


def test_a_stack_without_such_a_queue_has_its_dead_letters(loop: Loop, put: Put) -> None:
    put("daybook-query-dlq", tick().to_json())

    (letter,) = loop(dlq.look("query")).letters

    assert letter.queue == "daybook-query-dlq"


def test_a_dropped_letter_is_gone_and_no_other(cloud: Cloud, loop: Loop, put: Put) -> None:
    for body in ("poison", tick().to_json()):
        put("daybook-query-dlq", body)
    letters = {letter.body: letter for letter in loop(dlq.look("query")).letters}
    poison = letters.pop("poison")
    (other,) = letters.values()

    (shown,) = loop(dlq.drop("query", poison.id, yes=False)).letters
    assert shown.body == "poison"
    assert len(loop(dlq.look("query")).letters) == 2

    (dropped,) = loop(dlq.drop("query", poison.id, yes=True)).letters
    assert dropped.body == "poison"
    assert [letter.id for letter in loop(dlq.look("query")).letters] == [other.id]
    assert loop(dlq.drop("query", poison.id, yes=True)).letters == []
    assert depth(cloud.client("sqs"), url(cloud, "daybook-query-dlq")) == 1


@pytest.mark.parametrize(
    ("owner", "message", "problem"),
    [("query", "", "names no message"), ("all", "x", "is not one"), ("baker", "x", "not there")],
)
def test_a_drop_that_does_not_say_which_is_refused(owner: str, message: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        asyncio.run(dlq.drop(owner, message, yes=True))


def test_the_beginning_of_several_ids_drops_none(loop: Loop, put: Put) -> None:
    for _ in range(17):  # two of them begin alike, whatever the ids are
        put("daybook-query-dlq", "poison")
    ids = sorted(letter.id for letter in loop(dlq.look("query")).letters)
    shared = next(a[0] for a, b in pairwise(ids) if a[0] == b[0])

    with pytest.raises(InputError, match="Give more of one's id"):
        loop(dlq.drop("query", shared, yes=True))

    assert len(loop(dlq.look("query")).letters) == 17


@pytest.mark.usefixtures("put")
def test_what_the_schedule_lost_is_listed_and_dropped_and_never_put_back(
    cloud: Cloud, loop: Loop
) -> None:
    sqs = cloud.client("sqs")
    lost = {"id": "1", "source": "aws.events", "time": "2026-06-18T07:00:00Z"}
    rule = "arn:aws:events:us-east-1:123456789012:rule/daybook-daily"
    sqs.create_queue(QueueName=SCHEDULE_QUEUE)
    sqs.send_message(
        QueueUrl=url(cloud, SCHEDULE_QUEUE),
        MessageBody=json.dumps(lost),
        MessageAttributes={"RULE_ARN": {"DataType": "String", "StringValue": rule}},
    )

    (letter,) = loop(dlq.look("all")).letters
    assert "day-ready for 2026-06-17: EventBridge could not tell" in dlq.line(letter)
    with pytest.raises(InputError, match="nothing that could be put back"):
        loop(dlq.redrive("schedule"))
    assert loop(dlq.redrive("all")).moved == []

    assert loop(dlq.drop("schedule", letter.id, yes=True)).letters
    assert loop(dlq.look("schedule")).letters == []


@pytest.mark.usefixtures("put")
def test_an_emulator_without_the_schedules_queue_has_none_of_its_letters(
    loop: Loop,
) -> None:
    assert loop(dlq.look("schedule")).letters == []


@pytest.mark.usefixtures("cloud")
def test_a_place_without_any_queue_is_not_called_empty(loop: Loop) -> None:
    with pytest.raises(InputError, match="Set AWS_REGION"):
        loop(dlq.look("schedule"))


def test_what_somebody_else_looks_at_is_told_and_not_called_none(
    cloud: Cloud, put: Put, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs = cloud.client("sqs")
    dead = url(cloud, "daybook-query-dlq")
    put("daybook-query-dlq", "poison")
    put("daybook-query-dlq", "poison")
    held = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=1, VisibilityTimeout=600)
    assert len(held["Messages"]) == 1

    dlq_list()
    assert "daybook-query-dlq: 1 letter is in somebody's hands, for up to 10" in said(capsys)
    sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=1, VisibilityTimeout=600)
    for command in (dlq_list, partial(dlq_show, "query"), partial(dlq_redrive, "query"), status):
        command()
        told = said(capsys)
        assert "daybook-query-dlq: 2 letters are in somebody's hands" in told
        assert "No dead letters" not in told

    dlq_list(as_json=True)
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert "2 letters are in somebody's hands" in err


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())
