"""What EventBridge could not deliver: which rule it was of, and what to type in its place.

Such a message has EventBridge's own event, and not what the rule would have made of it; its rule
and the error are attributes (Amazon EventBridge User Guide, "Using dead-letter queues to process
undelivered events"). So nothing of it can be put back: whoever looks asks anew.
"""

import json
from collections.abc import Mapping
from typing import Any

from daybook.operate.letters import Letter, attribute, read_body
from shared.events import AuditRequested, DayReady, Event
from shared.topology import Topology

SCHEDULE = "schedule"
"""How the commands name the queue; it is no worker's."""
STOPPED = "aws.athena"
"""Who says that a query was stopped; that goes to the alarm topic, the others to the events."""


def lost_event(raw: Mapping[str, Any], topology: Topology) -> tuple[Event | None, str]:
    """Return what a rule was to tell, or why it is no event of ours."""
    said = _object(raw["Body"])
    if said.get("source") == STOPPED:
        return None, "a stopped query"
    if told := _told(_rule(raw, said), said, topology):
        return read_body(json.dumps(told))
    return read_body(raw["Body"])


def why_lost(raw: Mapping[str, Any]) -> str:
    """Say that it was lost, and what EventBridge met with."""
    code = attribute(raw, "ERROR_CODE")
    topic = "alarm" if _object(raw["Body"]).get("source") == STOPPED else "events"
    return f"EventBridge could not tell the {topic} topic" + (f" ({code})" if code else "")


def instead(letter: Letter) -> str:
    """Return what to type for what a letter of the schedule's queue was to bring about."""
    if isinstance(letter.event, DayReady):
        return f"daybook publish day-ready --day {letter.event.day}"
    if isinstance(letter.event, AuditRequested):
        return "daybook audit --full" if letter.event.data.full else "daybook audit"
    query = _object(letter.body).get("detail", {}).get("queryExecutionId")
    if query:
        return f"aws athena get-query-execution --query-execution-id {query}"
    return f"daybook dlq show {SCHEDULE}"


def _object(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _rule(raw: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    named = [attribute(raw, "RULE_ARN"), *map(str, said.get("resources") or ())]
    return next((arn.rpartition("/")[2] for arn in named if ":rule/" in arn), "")


def _told(rule: str, said: Mapping[str, Any], topology: Topology) -> dict[str, Any] | None:
    """Return what the rule makes of EventBridge's event, as Terraform writes it."""
    told = {"id": said.get("id"), "source": "daybook.schedule"}
    for schedule in topology.schedules:
        if schedule.name == rule:
            data = {"data": schedule.data} if schedule.data else {}
            return told | {"type": schedule.says, "time": said.get("time")} | data
    if rule == topology.requests.name:
        detail = said.get("detail") or {}
        return told | {"type": topology.requests.says, "time": detail.get("time")}
    return None
