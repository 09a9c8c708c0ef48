"""Publishes an event of ours to the events topic, on whatever AWS the environment points to."""

import os
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws import clients
from shared.days import count_periods
from shared.errors import InputError
from shared.events import MOST_PERIODS, BackfillRequested, DayReady, Event
from shared.sns import SnsOutbox
from shared.topology import load_topology

OPERATOR = "daybook.operator"
TICK_TIME = time(7, tzinfo=UTC)
Wish = TypeVar("Wish", DayReady, BackfillRequested)
TOPIC_VARIABLE = "DAYBOOK_EVENTS_TOPIC"


def operators_event(kind: type[Wish], **fields: object) -> Wish:
    """Return an event that nothing caused: new each time, but for an `id` given."""
    return kind.model_validate({"id": str(uuid.uuid4()), "source": OPERATOR, **fields})


def tick_time(day: date) -> datetime:
    """Return when the tick that asks for `day` is due: 07:00 UTC on the day after.

    Raises InputError for the last day of the calendar.
    """
    if day == date.max:
        raise InputError(f"--day {day}", "has no day after it", "Give a day that is over")
    return datetime.combine(day + timedelta(days=1), TICK_TIME)


def require_few(days: str, first: date, last: date) -> None:
    """Raise InputError for more months than the query worker takes in one backfill."""
    if (months := count_periods(first, last)) > MOST_PERIODS:
        raise InputError(days, f"lie in {months} months", f"Ask for {MOST_PERIODS} at a time")


async def publish(event: Event) -> str:
    """Publish and return the topic's ARN; raise InputError when AWS cannot be reached."""
    try:
        async with clients("sns", "sts") as (sns, sts):
            topic = os.environ.get(TOPIC_VARIABLE) or await _topic(sts)
            await SnsOutbox(sns, topic).publish(event)
    except (BotoCoreError, ClientError) as error:
        raise InputError(
            "the AWS environment",
            str(error),
            f"Set AWS_REGION and credentials, AWS_ENDPOINT_URL for a local stack, {TOPIC_VARIABLE}",
        ) from None
    return topic


async def _topic(sts: Any) -> str:
    identity = await sts.get_caller_identity()
    partition, account = identity["Arn"].split(":")[1], identity["Account"]
    region = sts.meta.region_name
    return f"arn:{partition}:sns:{region}:{account}:{load_topology().events_topic}"
