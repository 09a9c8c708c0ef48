"""What was lost on EventBridge's way: named for what it is, with what to type in its place."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from daybook.operate import dlq
from daybook.operate.letters import Letter
from daybook.operate.lost_ticks import instead, lost_event, why_lost
from shared.topology import load_topology

TOPOLOGY = load_topology()
RULES = "arn:aws:events:us-east-1:123456789012:rule"
AT = "2026-06-18T07:00:00Z"


def lost(rule: str, **said: Any) -> dict[str, Any]:
    """Return a message of the queue as EventBridge puts it there."""
    known = {"id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "time": AT}
    attributes = {"RULE_ARN": f"{RULES}/{rule}", "ERROR_CODE": "NO_PERMISSIONS"}
    return {
        "Body": json.dumps(known | {"resources": [f"{RULES}/{rule}"], "detail": {}} | said),
        "MessageAttributes": {
            name: {"StringValue": value, "DataType": "String"} for name, value in attributes.items()
        },
    }


def letter(raw: dict[str, Any]) -> Letter:
    event, problem = lost_event(raw, TOPOLOGY)
    return Letter(
        queue=TOPOLOGY.schedule_queue,
        id="0a1b2c3d4e5f",
        sent_at=datetime(2026, 6, 18, 13, tzinfo=UTC),
        receives=1,
        body=raw["Body"],
        handle="h",
        event=event,
        problem=problem,
        failure=None,
        undelivered=why_lost(raw),
    )


STOPPED = lost(
    "daybook-stopped-queries",
    source="aws.athena",
    detail={"queryExecutionId": "q-1", "currentState": "CANCELLED"},
)
REQUEST = lost("daybook-tick-request", source="daybook.operator", detail={"time": AT})
LOST = [
    (lost("daybook-daily"), "day-ready for 2026-06-17", "publish day-ready --day 2026-06-17"),
    (REQUEST, "day-ready for 2026-06-17", "publish day-ready --day 2026-06-17"),
    (lost("daybook-audit-daily"), "audit-requested: ", "daybook audit"),
    (lost("daybook-audit-weekly"), "audit-requested: ", "daybook audit --full"),
    (STOPPED, "a stopped query", "--query-execution-id q-1"),
]


@pytest.mark.parametrize(("raw", "what", "type_this"), LOST)
def test_each_kind_is_named_for_what_it_is_with_what_to_type(
    raw: dict[str, Any], what: str, type_this: str
) -> None:
    found = letter(raw)

    assert what in dlq.line(found)
    assert instead(found).endswith(type_this)
    assert f"In its place: {instead(found)}" in "\n".join(dlq.page(found))
    assert "daybook dlq drop schedule --message 0a1b2c3d" in "\n".join(dlq.page(found))


def test_it_is_said_which_topic_was_not_told_and_what_eventbridge_met_with() -> None:
    assert letter(LOST[0][0]).reason == (
        "EventBridge could not tell the events topic (NO_PERMISSIONS)"
    )
    assert "the alarm topic" in letter(STOPPED).reason


def test_the_rule_is_known_without_the_attribute_too() -> None:
    raw = lost("daybook-daily")
    del raw["MessageAttributes"]

    assert str(letter(raw).event and letter(raw).event.day) == "2026-06-17"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body", ["", "[]", "not json", "{}", '{"resources": null}', '{"source": "aws.athena"}']
)
def test_nonsense_is_shown_as_what_it_is(body: str) -> None:
    found = letter({"Body": body})

    assert found.event is None
    assert found.problem in dlq.line(found)
    assert instead(found)
