"""A digest in doubt: SES's own event settles it, or an operator does."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from daybook.example import ExampleExport, write_example
from services.notifier.sending.claim import Claim, ClaimState, claim_name
from shared.locations import digest_claim_key
from tests.support.commands import Up, daybook, up
from tests.support.waiting import eventually

HOP = 60.0


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("example"), days=5)


@pytest.fixture(scope="module")
def stack(example: ExampleExport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    given = ["--source", example.source, "--organization", example.organization]
    with up(*given, log=tmp_path_factory.mktemp("up") / "stderr.log") as running:
        yield running


def put_in_doubt(stack: Up, day: date) -> tuple[str, str]:
    """Leave the ledger as a notifier does that died while it sent; returns name and key."""
    name = claim_name(day, "daily", ["finops@example.com"])
    key = digest_claim_key(name)
    claim = Claim(state=ClaimState.UNKNOWN, run="a-lost-run", owner="gone", at=datetime.now(UTC))
    with closing(stack.client("s3")) as s3:
        s3.put_object(Bucket=stack.access["bucket"], Key=key, Body=claim.model_dump_json().encode())
    return name, key


def state_of(stack: Up, key: str) -> str:
    with closing(stack.client("s3")) as s3:
        answer = s3.get_object(Bucket=stack.access["bucket"], Key=key)
        with closing(answer["Body"]) as body:
            return str(json.loads(body.read())["state"])


def settled_cataloged(stack: Up) -> int:
    """How many periods the notifier has done with."""
    log = (Path(stack.access["logs"]) / "notifier.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    cataloged = {line["run"] for line in lines if line.get("type") == "digest-sent"}
    done = [line for line in lines if line.get("outcome") == "DONE"]
    return sum(line.get("run") in cataloged for line in done)


def test_the_send_event_of_ses_settles_it(stack: Up, example: ExampleExport) -> None:
    name, key = put_in_doubt(stack, example.complete_day)
    report = {
        "eventType": "Send",
        "mail": {
            "timestamp": "2026-03-17T07:00:05.000Z",
            "messageId": "ses-1",
            "tags": {"daybook-digest": [name]},
        },
    }

    with closing(stack.client("sns")) as sns:
        topic = stack.access["events_topic"].replace("daybook-events", "daybook-mail-events")
        sns.publish(TopicArn=topic, Message=json.dumps(report))

    eventually(lambda: state_of(stack, key) == "sent", within=HOP, what="the claim is settled")


def test_an_operator_who_found_the_mail_says_so(stack: Up, example: ExampleExport) -> None:
    day = example.complete_day
    _, key = put_in_doubt(stack, day)

    done = daybook("digest", "resolve", day, "--sent", **stack.environment)

    assert done.returncode == 0, done.stderr
    assert state_of(stack, key) == "sent"


def test_an_operator_who_did_not_find_it_has_it_sent_again_however_often_he_says_so(
    stack: Up, example: ExampleExport
) -> None:
    day = example.complete_day
    _, key = put_in_doubt(stack, day)

    for _ in range(2):
        done = daybook("digest", "resolve", day, "--resend", **stack.environment)
        assert done.returncode == 0, done.stderr
        assert state_of(stack, key) == "resent"

    eventually(lambda: settled_cataloged(stack) == 2, within=HOP, what="both wishes were worked on")
    assert len(list(Path(stack.access["logs"]).glob("mail-*.eml"))) == 1


def test_a_day_without_a_doubt_is_refused(stack: Up) -> None:
    done = daybook("digest", "resolve", "2026-01-01", "--sent", **stack.environment)

    assert done.returncode == 2
    assert "no digest of the day is in doubt" in done.stderr
