"""EventBridge's part: a tick on request, and a tick by the clock."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from daybook.local.provision import Provisioned
from daybook.publish import tick_time
from daybook.run import tick
from shared.days import day_before
from shared.events import DayReady, parse
from shared.topology import load_topology
from tests.support.cloud import Cloud, arrive, take
from tests.support.looped import Loop

TOPOLOGY = load_topology()
TICK_SECONDS = 100
"""A minute until the rule is due, and the emulator looks every ten seconds; most of it has passed
when the other tests have run (see `clock`)."""


def ask(cloud: Cloud, **changed: str) -> None:
    entry = {
        "Source": TOPOLOGY.requests.source,
        "DetailType": TOPOLOGY.requests.detail_type,
        "Detail": '{"time": "2026-06-18T07:00:00Z"}',
    }
    answer = cloud.client("events").put_events(Entries=[entry | changed])
    assert answer["FailedEntryCount"] == 0


def test_a_requested_tick_reaches_the_query_worker_with_the_asked_time(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    ask(cloud)
    (body,) = arrive(cloud.client("sqs"), provisioned.queues["query"])
    event = parse(body)

    assert isinstance(event, DayReady)
    assert event.time == datetime(2026, 6, 18, 7, tzinfo=UTC)
    assert day_before(event.time) == date(2026, 6, 17)
    assert json.loads(body).keys() == {"specversion", "id", "source", "type", "time"}


def test_the_commands_tick_asks_for_its_day(
    cloud: Cloud, loop: Loop, provisioned: Provisioned
) -> None:
    loop(tick(TOPOLOGY, date(2026, 2, 28)))
    event = parse(arrive(cloud.client("sqs"), provisioned.queues["query"])[0])

    assert event.time == tick_time(date(2026, 2, 28)) == datetime(2026, 3, 1, 7, tzinfo=UTC)


def test_two_requests_are_two_runs(cloud: Cloud, provisioned: Provisioned) -> None:
    sqs, url = cloud.client("sqs"), provisioned.queues["query"]
    ask(cloud)
    ask(cloud)
    runs = {parse(body).runid for body in take(sqs, url)}

    assert len(runs) == 2


@pytest.mark.parametrize(
    "changed", [{"Source": "daybook.stranger"}, {"DetailType": "day-redy"}, {"Source": "daybook"}]
)
def test_what_is_not_a_request_says_nothing(
    cloud: Cloud, provisioned: Provisioned, changed: dict[str, str]
) -> None:
    ask(cloud, **changed)

    assert take(cloud.client("sqs"), provisioned.queues["query"]) == []


@pytest.mark.usefixtures("provisioned")
def test_the_daily_schedule_is_the_topologys(cloud: Cloud) -> None:
    events = cloud.client("events")
    schedule = TOPOLOGY.schedules[0]
    rule = events.describe_rule(Name=schedule.name)
    (target,) = events.list_targets_by_rule(Rule=schedule.name)["Targets"]

    assert (rule["State"], rule["ScheduleExpression"]) == ("ENABLED", "cron(0 7 * * ? *)")
    assert target["Arn"].endswith(f":{TOPOLOGY.events_topic}")


def test_the_schedule_ticks_by_itself_and_asks_for_yesterday(
    ticking: tuple[Cloud, Provisioned],
) -> None:
    cloud, provisioned = ticking
    sqs = cloud.client("sqs")
    (body, *_) = arrive(sqs, provisioned.queues["query"], within=TICK_SECONDS)
    event = parse(body)

    assert isinstance(event, DayReady)
    assert timedelta(0) <= datetime.now(UTC) - event.time < timedelta(minutes=30)
    assert (event.source, event.causeid) == ("daybook.schedule", None)
    others = [url for name, url in provisioned.queues.items() if name != "query"]
    assert [take(sqs, url) for url in others] == [[]] * len(others)
