"""The outbox and alarm bell ports: the fakes in memory and SNS say the same to whoever hears."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.aws import clients
from shared.days import Period
from shared.events import BackfillData, BackfillRequested, DayReady, DigestData, DigestSent, Event
from shared.events import parse as parse_event
from shared.memory import MemoryBell, MemoryOutbox
from shared.money import Amounts
from shared.ports import AlarmBell, Outbox
from shared.sns import SnsAlarmBell, SnsOutbox
from tests.support.cloud import Cloud, arrive, envelope, queue_on, take
from tests.support.looped import Loop

MOMENT = datetime(2026, 6, 18, 7, tzinfo=UTC)
AWKWARD = 'Größe 機械 <b>"&"</b> \\ \t\n'
EVENTS: list[Event] = [
    DayReady(id="tick", source="daybook.schedule", time=MOMENT, runid="run"),
    BackfillRequested(
        id="backfill",
        source="daybook.operator",
        time=MOMENT,
        runid="run",
        data=BackfillData(
            first_day=date(2026, 5, 31),
            last_day=date(2026, 6, 1),
            reason=AWKWARD,
            requested_by="a@b.example",
        ),
    ),
    DigestSent(
        id="digest",
        source="daybook.notifier",
        time=MOMENT,
        runid="run",
        causeid="cause",
        data=DigestData(
            period=Period(2026, 6),
            day=date(2026, 6, 17),
            kind="daily",
            message_id="1",
            totals=(
                Amounts(
                    currency="USD",
                    unblended=Decimal("12345678901234567890.000000000001"),
                    amortized=Decimal("-0.000000000001"),
                ),
            ),
        ),
    ),
]


@dataclass(frozen=True)
class Topic:
    """An outbox, and what was heard from it so far."""

    outbox: Outbox
    heard: Callable[[], list[str]]


@dataclass(frozen=True)
class Bell:
    """An alarm bell, and what subject and text were heard."""

    bell: AlarmBell
    heard: Callable[[], tuple[str | None, str]]


def sns_topic(cloud: Cloud) -> str:
    return str(cloud.client("sns").create_topic(Name="contract")["TopicArn"])


@pytest.fixture(params=["memory", "sns"])
def topic(request: pytest.FixtureRequest, loop: Loop) -> Topic:
    if request.param == "memory":
        fake = MemoryOutbox()
        return Topic(fake, lambda: [event.to_json() for event in fake.events])
    cloud: Cloud = request.getfixturevalue("cloud")
    arn = sns_topic(cloud)
    sqs, url = cloud.client("sqs"), queue_on(cloud, arn, "heard")
    (client,) = loop.enter(clients("sns"))
    return Topic(SnsOutbox(client, arn), lambda: [envelope(body)[1] for body in arrive(sqs, url)])


@pytest.fixture(params=["memory", "sns"])
def bell(request: pytest.FixtureRequest, loop: Loop) -> Bell:
    if request.param == "memory":
        fake = MemoryBell()
        return Bell(fake, lambda: fake.alarms[-1])
    return sns_bell(request.getfixturevalue("cloud"), loop)


def sns_bell(cloud: Cloud, loop: Loop) -> Bell:
    arn = sns_topic(cloud)
    sqs, url = cloud.client("sqs"), queue_on(cloud, arn, "heard")
    (client,) = loop.enter(clients("sns"))
    return Bell(SnsAlarmBell(client, arn), lambda: envelope(arrive(sqs, url)[-1]))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_what_is_heard_is_the_events_json_and_reads_back_as_the_event(
    loop: Loop, topic: Topic, event: Event
) -> None:
    loop(topic.outbox.publish(event))
    (body,) = topic.heard()

    assert body == event.to_json()
    assert parse_event(body) == event


def test_the_same_event_said_twice_is_heard_twice(loop: Loop, topic: Topic) -> None:
    for _ in range(2):
        loop(topic.outbox.publish(EVENTS[0]))

    assert topic.heard() == [EVENTS[0].to_json()] * 2


def test_money_travels_as_exact_plain_text() -> None:
    totals = json.loads(EVENTS[-1].to_json())["data"]["totals"]

    assert totals == [
        {
            "currency": "USD",
            "unblended": "12345678901234567890.000000000001",
            "amortized": "-0.000000000001",
        }
    ]


def test_an_alarm_is_heard_with_its_subject_and_text(loop: Loop, bell: Bell) -> None:
    loop(bell.bell.ring("Daybook: a subject", AWKWARD))

    assert bell.heard() == ("Daybook: a subject", AWKWARD)


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("x" * 100, "x" * 99),
        ("Größe\nBcc: all@example.com", "Gr??e?Bcc: all@example.com"),
    ],
)
def test_sns_gets_a_subject_that_it_takes(
    cloud: Cloud, loop: Loop, subject: str, told: str
) -> None:
    bell = sns_bell(cloud, loop)
    loop(bell.bell.ring(subject, "text"))

    assert bell.heard() == (told, "text")


def test_a_topic_that_is_not_there_is_an_error_after_one_try(cloud: Cloud, loop: Loop) -> None:
    url = queue_on(cloud, sns_topic(cloud), "heard")
    (client,) = loop.enter(clients("sns"))
    tries = []
    client.meta.events.register("before-send.sns", lambda **_: tries.append(1))

    with pytest.raises(client.exceptions.NotFoundException):
        loop(SnsOutbox(client, f"{sns_topic(cloud)}-not").publish(EVENTS[0]))
    assert len(tries) == 1
    assert take(cloud.client("sqs"), url) == []
