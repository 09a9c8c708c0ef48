"""Whoever runs Daybook, on real processes: replay, status, history, dead letters, alarms."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daybook.cli import app
from daybook.example import ExampleExport, write_example
from shared.days import Period, periods_between
from tests.support import runbook
from tests.support.commands import Up, daybook, up
from tests.support.operating import HOP, as_json, command, drop, put_in_doubt, rung
from tests.support.waiting import eventually

FOUND = 1
"""Exit code of an audit that has findings."""
DAYS = 62
"""Days of the example: they lie in three or four billing periods."""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("example"), days=DAYS)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the stack says; the alarm topic's subscriber writes what it is told there."""
    return tmp_path_factory.mktemp("up") / "stderr.log"


@pytest.fixture(scope="module")
def stack(example: ExampleExport, log: Path) -> Iterator[Up]:
    given = ["--source", example.source, "--organization", example.organization]
    with up(*given, "--visibility", 4, log=log) as running:
        yield running


@pytest.fixture(scope="module")
def span(example: ExampleExport) -> tuple[date, date]:
    """The days that the example has in whole."""
    last = example.complete_day
    return last - timedelta(days=DAYS - 3), last


@pytest.fixture(scope="module")
def replayed(stack: Up, span: tuple[date, date]) -> str:
    """Replay all of it; returns the run."""
    first, last = span
    asked = ("replay", f"{first}..{last}", "--reason", "first archive", "--wait")
    done = daybook(*asked, **stack.environment)
    assert done.returncode == 0, done.stderr
    months = list(periods_between(first, last))
    for number, month in enumerate(months, 1):
        assert f"{month}: " in done.stderr
        assert f"({number} of {len(months)})" in done.stderr
    return str(json.loads(done.stdout)["runid"])


def refreshes(stack: Up, run: str) -> list[str]:
    """Return the data sets that were refreshed by a run."""
    told = [e for e in stack.told if e["type"] == "period-cataloged" and e["runid"] == run]
    return [refresh["dataset"] for event in told for refresh in event["data"]["refreshes"]]


def test_a_replay_of_months_is_one_scan_each_one_refresh_in_all_and_no_digest(
    stack: Up, span: tuple[date, date], replayed: str
) -> None:
    months = [str(month) for month in periods_between(*span)]
    for month in months:
        stack._first(
            lambda e, m=month: (
                (e["type"], e["runid"], e["data"].get("period"))  # type: ignore[misc]
                == ("period-cataloged", replayed, m)
            ),
            f"{month} cataloged",
            HOP,
        )

    told = [event for event in stack.told if event["runid"] == replayed]
    queried = [e["data"]["period"] for e in told if e["type"] == "period-queried"]
    assert sorted(queried) == months
    assert len(refreshes(stack, replayed)) == 2
    assert {event["type"] for event in told} & {"digest-sent", "data-delayed"} == set()
    assert {event["lane"] for event in told} == {"backfill"}


def test_status_shows_every_day_with_its_exact_total(
    stack: Up, span: tuple[date, date], replayed: str
) -> None:
    month = Period.of(span[1]).previous
    found = as_json(stack, "status", month)

    days = {day["day"]: day for day in found["days"]}
    assert replayed
    assert list(days) == [str(day) for day in month.days()]
    assert {day["status"] for day in days.values()} <= {"complete", "final"}
    assert all(Decimal(day["totals"][0]["amortized"]) > 0 for day in days.values())
    assert found["runs"] == []
    assert sum(queue["waiting"] for queue in found["queues"]) == 0
    assert len(found["queues"]) == 11


def test_status_shows_a_month_that_was_never_run_as_missing(stack: Up, replayed: str) -> None:
    found = as_json(stack, "status", "2019-02")

    assert replayed
    assert {day["status"] for day in found["days"]} == {"missing"}
    assert len(found["days"]) == 28
    assert "missing" in command(stack, "status", "2019-02")


def test_status_tells_of_the_backfill_and_the_refresh(stack: Up, replayed: str) -> None:
    found = as_json(stack, "status", f"{Period.of(as_of_today(stack))}")
    (backfill,) = found["backfills"]

    assert (backfill["run"], backfill["done"]) == (replayed, backfill["of"])
    assert [r["status"] for r in found["last_refresh"]["refreshes"]] == ["COMPLETED"] * 2


def as_of_today(stack: Up) -> date:
    """Return the day on which the stack's runs are cataloged."""
    with closing(stack.client("s3")) as s3:
        listed = s3.list_objects_v2(Bucket=stack.access["bucket"], Prefix="ledger/runs/")
    return date.fromisoformat(str(listed["Contents"][0]["LastModified"].date()))


def test_history_says_who_asked_and_that_nobody_was_told_before_a_digest_told_it(
    stack: Up, span: tuple[date, date], replayed: str
) -> None:
    day = span[1]
    (before,) = as_json(stack, "history", day)["versions"]
    assert before["run"] == replayed
    assert before["why"].endswith("asked for by operator: first archive")
    assert before["told"] == []

    run = stack.publish("day-ready", "--day", str(day))
    stack.event("digest-sent", run, HOP)
    (after,) = eventually(
        lambda: [v for v in as_json(stack, "history", day)["versions"] if v["told"]],
        within=HOP,
        what="the digest is in the history",
    )

    assert [telling["state"] for telling in after["told"]] == ["sent"]
    assert after["told"][0]["recipients"] == ["finops@example.com"]
    assert "told finops@example.com" in command(stack, "history", day)


def test_history_as_of_gives_the_figures_by_ou_and_refuses_a_day_before_the_first(
    stack: Up, span: tuple[date, date], replayed: str
) -> None:
    today = as_of_today(stack)
    (version,) = as_json(stack, "history", span[0], "--as-of", today)["versions"]
    early = daybook("history", span[0], "--as-of", today - timedelta(days=2), **stack.environment)

    assert version["run"] == replayed
    by_ou = sum(Decimal(p["unblended"]) for parts in version["by_ou"].values() for p in parts)
    assert by_ou == sum(Decimal(part["unblended"]) for part in version["totals"])
    assert early.returncode == 2
    assert "was not archived yet" in early.stderr


def test_a_day_of_which_nothing_is_archived_is_refused_with_the_command_to_type(
    stack: Up,
) -> None:
    done = daybook("history", "2019-02-01", **stack.environment)

    assert done.returncode == 2
    assert "daybook replay 2019-02-01" in done.stderr


def test_a_bounce_ends_as_an_alarm_with_its_day_and_the_command(stack: Up, log: Path) -> None:
    report = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "timestamp": "2026-06-18T07:01:00.000Z"},
        "mail": {
            "timestamp": "2026-06-18T07:00:05.000Z",
            "messageId": "ses-1",
            "tags": {"daybook-digest": ["2026-06-17-daily-0123456789ab"]},
        },
    }

    with closing(stack.client("sns")) as sns:
        topic = stack.access["events_topic"].replace("daybook-events", "daybook-mail-events")
        sns.publish(TopicArn=topic, Message=json.dumps(report))

    rung(log, "SES reports Bounce Permanent", "daybook replay 2026-06-17 --notify")


def test_a_failing_worker_ends_as_an_alarm_a_reason_and_a_redrive(
    stack: Up, log: Path, replayed: str
) -> None:
    """What the archiver is told to archive is not there: it says so, and not the same twice."""
    lost = json.loads(json.dumps(stack.event("period-queried", replayed, HOP)))
    lost["id"], lost["runid"] = "lost-1", "lost"
    lost["data"] |= {"period": "2019-01", "first_day": "2019-01-31", "day": "2019-01-31"}
    lost["data"]["staging"]["uri"] += ".lost"
    with closing(stack.client("sns")) as sns:
        sns.publish(TopicArn=stack.access["events_topic"], Message=json.dumps(lost))

    letters = eventually(
        lambda: [x for x in as_json(stack, "dlq", "show", "archiver") if x["run"] == "lost"],
        within=HOP,
        what="the reason in the dead-letter queue",
    )

    rung(log, "daybook-archiver-dlq-not-empty", "daybook dlq show archiver")
    assert letters[0]["kind"] == "Reject"
    assert "is gone: ask for a backfill" in letters[0]["reason"]
    assert letters[0]["day"] == "2019-01-31"
    listed = command(stack, "dlq", "list")
    assert "period-queried for 2019-01-31: Reject" in listed

    moved = as_json(stack, "dlq", "redrive", "archiver", "--message", letters[0]["message"])
    assert [each["to"] for each in moved] == ["daybook-archiver-backfill"]
    again = eventually(
        lambda: as_json(stack, "dlq", "show", "archiver"), within=HOP, what="it fails again"
    )
    assert [letter["run"] for letter in again] == ["lost"]
    drop(stack, "archiver", again[0])


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("replay", "2026-13"), "is no day and no month"),
        (("replay", "2026-03..2026-01"), "end before they begin"),
        (("replay", "9999-01"), "are not over yet"),
        (("dlq", "show", "baker"), "is not there"),
    ],
)
def test_nonsense_is_refused_with_what_to_write(
    stack: Up, arguments: tuple[str, ...], problem: str
) -> None:
    done = daybook(*arguments, **stack.environment)

    assert done.returncode == 2
    assert problem in done.stderr


@pytest.mark.parametrize("typed", runbook.commands(), ids=" ".join)
def test_each_command_of_the_runbook_does_what_it_says(
    stack: Up, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...]
) -> None:
    """In this process, where a command costs no start; the tests above start processes."""
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    if "resolve" in typed:
        put_in_doubt(stack, date(2026, 6, 17))

    done = CliRunner().invoke(app, list(typed[1:]))

    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in ((0, FOUND) if typed[1] == "audit" else (0,)), done.output
    assert done.output
