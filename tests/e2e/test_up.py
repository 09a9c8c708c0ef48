"""`daybook up`: real processes that are killed, poisoned and asked again."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from daybook.example import ExampleExport, write_example
from shared.topology import load_topology
from tests.support.commands import Up, answers, daybook, up
from tests.support.waiting import eventually

HOP = 60.0


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("example"), days=20)


@pytest.fixture(scope="module")
def stack(example: ExampleExport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    given = ["--source", example.source, "--organization", example.organization]
    log = tmp_path_factory.mktemp("up") / "stderr.log"
    with up(*given, "--visibility", 4, "--restart-after", 2, log=log) as running:
        yield running
    assert running.process.returncode == 130
    assert not answers(running.environment["AWS_ENDPOINT_URL"])


def versions(stack: Up, day: date) -> list[tuple[str, str]]:
    """Return key and version of everything that was ever archived for a day."""
    prefix = f"ou-breakdowns/year={day.year}/month={day.month}/day={day.day}/"
    with closing(stack.client("s3")) as s3:
        answer = s3.list_object_versions(Bucket=stack.access["bucket"], Prefix=prefix)
    return [(entry["Key"], entry["VersionId"]) for entry in answer["Versions"]]


def mails(stack: Up) -> list[Path]:
    return sorted(Path(stack.access["logs"]).glob("mail-*.eml"))


def backfill(stack: Up, day: date, *more: str) -> str:
    days = ["--first-day", str(day), "--last-day", str(day)]
    return stack.publish(
        "backfill-requested", *days, "--reason", "test", "--requested-by", "tests", *more
    )


@pytest.fixture(scope="module")
def reported(stack: Up, example: ExampleExport) -> date:
    """A day whose digest went out."""
    day = example.complete_day
    run = stack.publish("day-ready", "--day", str(day))
    stack.event("digest-sent", run, HOP)
    eventually(lambda: mails(stack), within=10, what="the first mail")
    return day


def test_a_backfill_of_an_unchanged_day_changes_nothing_and_sends_nothing(
    stack: Up, reported: date
) -> None:
    before, sent = versions(stack, reported), mails(stack)

    run = backfill(stack, reported)
    cataloged = stack.event("period-cataloged", run, HOP)

    assert {day["outcome"] for day in cataloged["data"]["days"]} == {"unchanged"}
    assert cataloged["data"]["refreshes"] == []
    assert versions(stack, reported) == before
    assert len(before) == 1
    assert mails(stack) == sent


def test_the_same_day_is_not_reported_twice_by_another_tick(stack: Up, reported: date) -> None:
    sent = mails(stack)

    stack.event("period-cataloged", stack.publish("day-ready", "--day", str(reported)), HOP)
    # A later run's digest shows that the notifier has settled the tick before it.
    later = stack.publish("day-ready", "--day", str(reported - timedelta(days=1)))
    stack.event("digest-sent", later, HOP)

    eventually(lambda: len(mails(stack)) > len(sent), within=10, what="the later run's mail")
    assert len(mails(stack)) == len(sent) + 1


def test_a_report_holds_the_same_money_under_the_ous_as_they_were_and_as_they_are(
    stack: Up, reported: date
) -> None:
    sums = {}
    for tree in ("as-was", "as-is"):
        asked = ("--month", f"{reported:%Y-%m}", "--ou", tree, "--json")
        done = daybook("report", *asked, **stack.environment)
        assert done.returncode == 0, done.stderr
        record = json.loads(done.stdout)
        assert record["days"][0] == f"{reported:%Y-%m}-01"
        sums[tree] = sum(Decimal(line["amount"]) for line in record["lines"])

    assert sums["as-was"] == sums["as-is"] > 0


def test_a_backfill_that_asks_for_it_sends_the_digest_again(stack: Up, reported: date) -> None:
    sent = mails(stack)

    run = backfill(stack, reported, "--notify")
    digest = stack.event("digest-sent", run, HOP)

    assert digest["data"]["kind"] == f"replay-{run}"
    eventually(lambda: len(mails(stack)) == len(sent) + 1, within=10, what="one mail more")


def test_a_plain_sns_publish_does_what_the_command_does(stack: Up, reported: date) -> None:
    event = {
        "specversion": "1.0",
        "id": "by-hand-1",
        "source": "a.person",
        "type": "backfill-requested",
        "data": {
            "first_day": str(reported),
            "last_day": str(reported),
            "reason": "tried by hand",
            "requested_by": "finops",
        },
    }

    with closing(stack.client("sns")) as sns:
        sns.publish(TopicArn=stack.access["events_topic"], Message=json.dumps(event))

    assert stack.caused_by("by-hand-1", HOP)["type"] == "period-queried"


def test_a_poison_message_reaches_its_own_dead_letter_queue_and_disturbs_nobody(
    stack: Up, reported: date
) -> None:
    poison = json.dumps({"type": "period-queried", "data": "poison"})

    with closing(stack.client("sns")) as sns:
        sns.publish(TopicArn=stack.access["events_topic"], Message=poison)
    run = stack.publish("day-ready", "--day", str(reported - timedelta(days=2)))

    stack.event("digest-sent", run, HOP)
    eventually(lambda: depths(stack)["archiver"] == 1, within=HOP, what="poison in the DLQ")
    assert sum(depths(stack).values()) == 1


def depths(stack: Up) -> dict[str, int]:
    name = "ApproximateNumberOfMessages"
    with closing(stack.client("sqs")) as sqs:
        answers_by_worker = {
            worker: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
            for worker, url in stack.access["dead_letter_queues"].items()
        }
    return {worker: int(a["Attributes"][name]) for worker, a in answers_by_worker.items()}


def test_any_worker_may_be_killed_and_the_run_completes_when_it_is_back(
    stack: Up, reported: date
) -> None:
    """Each worker is killed the moment its event is out; the notifier before there is one.

    (A notifier that dies between claim and record must not send again: tests/unit shows that.)
    """
    topology = load_topology()
    run = stack.publish("day-ready", "--day", str(reported - timedelta(days=3)))
    os.kill(stack.access["workers"]["notifier"], signal.SIGKILL)
    for worker in ("query", "archiver", "forecaster", "catalog"):
        heard = topology.workers[worker].hears[0]
        stack.event(heard, run, HOP)
        os.kill(stack.access["workers"][worker], signal.SIGKILL)

    digest = stack.event("digest-sent", run, HOP)

    assert digest["data"]["day"] == str(reported - timedelta(days=3))
