"""What an operator types at a running stack, and what the alarm topic's subscriber hears."""

import json
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.notifier.sending.claim import claim_name
from shared.digest_claim import Claim, ClaimState
from shared.locations import digest_claim_key
from tests.support.commands import Up, daybook
from tests.support.waiting import eventually

HOP = 60.0


def command(stack: Up, *arguments: object) -> str:
    """Run a command that must succeed; returns what it prints."""
    done = daybook(*arguments, **stack.environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_json(stack: Up, *arguments: object) -> Any:
    return json.loads(command(stack, *arguments, "--json"))


def rung(log: Path, *words: str) -> None:
    """Wait for an alarm at the alarm topic's subscriber within the time that the runbook names."""
    eventually(
        lambda: any(
            "alarm" in line and all(word in line for word in words)
            for line in log.read_text(encoding="utf-8").splitlines()
        ),
        within=HOP,
        what=f"the alarm {words}",
    )


def drop(stack: Up, worker: str, letter: dict[str, Any]) -> None:
    """Take the last letter away; it is printed, and the alarm is ready to ring for the next."""
    which = ("dlq", "drop", worker, "--message", letter["message"])
    assert "add --yes" in command(stack, *which)
    assert as_json(stack, *which, "--yes") == {"dropped": True, "letter": letter}
    assert "nothing was dropped" in command(stack, *which, "--yes")
    with closing(stack.client("cloudwatch")) as cloudwatch:
        eventually(
            lambda: cloudwatch.describe_alarms(
                AlarmNames=[f"daybook-{worker}-dlq-not-empty"], StateValue="OK"
            )["MetricAlarms"],
            within=HOP,
            what="the alarm is off",
        )


def put_in_doubt(stack: Up, day: date) -> None:
    """Leave the ledger as a notifier does that died while it sent."""
    name = claim_name(day, "daily", ["finops@example.com"])
    claim = Claim(state=ClaimState.UNKNOWN, run="lost", owner="gone", at=datetime.now(UTC))
    with closing(stack.client("s3")) as s3:
        place = {"Bucket": stack.access["bucket"], "Key": digest_claim_key(name)}
        s3.put_object(**place, Body=claim.model_dump_json().encode())
