"""The daily flow and its troubles, in the services that docker-compose.yml runs.

LocalStack has what the embedded AWS lacks: alarms that ring by themselves, the alarm topic's
e-mail, and dead letters that are moved back. The order of the tests is that of one morning.
"""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.days import Period
from shared.topology import load_topology
from tests.support.cloud import depth
from tests.support.lab import POISON, Lab
from tests.support.units.mail_events import CLAIM, SES
from tests.support.waiting import eventually

TOPOLOGY = load_topology()
VICTIM = "archiver"
DEAD = TOPOLOGY.dead_letter_queue(VICTIM)
FOUND = 1
"""Exit code of a command that found something wrong."""
MINUTES = 150
"""Seconds for what LocalStack looks at once a minute."""


@pytest.fixture(scope="session")
def reported(lab: Lab) -> str:
    """The run of yesterday's digest."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    run = lab.publish("day-ready", "--day", yesterday)
    lab.event(type="digest-sent", runid=run)
    return run


def test_a_published_day_becomes_a_digest_with_its_csv(lab: Lab, reported: str) -> None:
    (digest,) = lab.digests(reported)

    day = lab.event(type="digest-sent", runid=reported)["data"]["day"]
    attached = [part.get_filename() for part in digest.iter_attachments()]
    assert attached == [f"ou-breakdown-{day}.csv"]
    assert [event["type"] for event in lab.told if event.get("runid") == reported] == [
        "day-ready",
        "period-queried",
        "period-archived",
        "period-assessed",
        "period-cataloged",
        "digest-sent",
    ]


def test_the_days_are_in_the_archive_and_in_the_catalog_beside_localstack(
    lab: Lab, reported: str
) -> None:
    cataloged = lab.event(type="period-cataloged", runid=reported)["data"]
    day = cataloged["day"]
    prefix = f"ou-breakdowns/year={day[:4]}/month={int(day[5:7])}/day={int(day[8:])}/"

    listed = lab.client("s3").list_objects_v2(Bucket=lab.bucket, Prefix=prefix)

    assert listed["KeyCount"] == 1
    assert cataloged["partitions"] >= len(cataloged["days"]) > 0
    assert len(cataloged["refreshes"]) == len(TOPOLOGY.quicksight_datasets)


def test_a_backfill_changes_nothing_and_sends_the_digest_again_only_when_asked(
    lab: Lab, reported: str
) -> None:
    day = lab.event(type="digest-sent", runid=reported)["data"]["day"]
    asked = ("--first-day", day, "--last-day", day, "--reason", "test", "--requested-by", "tests")

    quiet = lab.publish("backfill-requested", *asked)
    loud = lab.publish("backfill-requested", *asked, "--notify")

    digest = lab.event(type="digest-sent", runid=loud)
    assert digest["data"]["kind"] == f"replay-{loud}"
    for run in (quiet, loud):
        days = lab.event(type="period-cataloged", runid=run)["data"]["days"]
        assert {each["outcome"] for each in days} == {"unchanged"}
    assert [len(lab.digests(run)) for run in (reported, quiet, loud)] == [1, 0, 1]


def test_poison_is_set_aside_in_its_own_queue_and_disturbs_nobody(lab: Lab, reported: str) -> None:
    assert reported
    sqs = lab.client("sqs")

    eventually(lambda: depth(sqs, lab.queue(DEAD)), within=30, what="poison in the DLQ")

    dead = {
        name: depth(sqs, lab.queue(TOPOLOGY.dead_letter_queue(name))) for name in TOPOLOGY.workers
    }
    assert dead == {name: int(name == VICTIM) for name in TOPOLOGY.workers}


def test_its_alarm_rings_by_itself_and_reaches_people_by_mail(lab: Lab) -> None:
    def about_it() -> list[str]:
        # An audit, if its hour has come, has alarms of its own.
        return [body for body in lab.heard(TOPOLOGY.alarms_topic) if f"{DEAD}-not-empty" in body]

    rung = eventually(about_it, within=MINUTES, what="an alarm on its topic")

    alarms = [json.loads(body) for body in rung]
    assert [(each["AlarmName"], each["NewStateValue"]) for each in alarms] == [
        (f"{DEAD}-not-empty", "ALARM")
    ]
    assert alarms[0]["AlarmArn"].split(":")[4] == lab.account

    def mailed() -> bool:
        mails = [json.loads(mail.body) for mail in lab.mails() if f"{DEAD}-not-empty" in mail.body]
        return alarms[0]["AlarmArn"] in [each["AlarmArn"] for each in mails]

    eventually(mailed, within=MINUTES, what="the alarm's mail")


def test_a_bounce_reaches_people_by_mail(lab: Lab, reported: str) -> None:
    day = lab.event(type="digest-sent", runid=reported)["data"]["day"]
    topic = lab.arn("sns", TOPOLOGY.mail_events.topic)

    bounced = SES.replace(CLAIM, f"{day}-daily-0123456789ab")
    lab.client("sns").publish(TopicArn=topic, Message=bounced)

    def told() -> bool:
        mails = [mail.subject + mail.body for mail in lab.mails()]
        return any("SES reports Bounce" in mail and day in mail for mail in mails)

    eventually(told, within=60, what="the alarm's mail")


def test_the_clock_ticks_for_the_day_before_and_no_day_is_reported_twice(
    lab: Lab, reported: str
) -> None:
    tick = lab.event(MINUTES, type="day-ready", source="daybook.schedule")
    queried = lab.event(type="period-queried", causeid=tick["id"])
    cataloged = lab.event(type="period-cataloged", runid=queried["runid"])

    due = datetime.fromisoformat(tick["time"]) - timedelta(days=1)
    assert cataloged["data"]["day"] == str(due.date())
    assert set(tick) == {"specversion", "id", "source", "type", "time"}
    told = lab.event(type="digest-sent", runid=reported)["data"]["day"]
    assert told != str(due.date()) or lab.digests(queried["runid"]) == []


def test_the_operators_commands_find_there_what_they_find_elsewhere(
    lab: Lab, reported: str
) -> None:
    told = lab.event(type="digest-sent", runid=reported)["data"]
    day = told["day"]

    status = lab.command("status", day[:7])
    (version,) = lab.command("history", day)["versions"]
    audit = lab.command("audit", ends=(FOUND,))
    doctor = lab.command("doctor", ends=(FOUND,))

    (shown,) = [each for each in status["days"] if each["day"] == day]
    assert shown["totals"] == told["totals"] == version["totals"]
    assert [each["queue"] for each in status["dead_letters"] if each["count"]] == [DEAD]
    assert {each["state"] for each in version["told"]} == {"sent"}
    assert [each["kind"] for each in audit["findings"]] == ["dead-letters"]
    wrong = [each["about"] for each in doctor if each["state"] == "wrong"]
    assert wrong == [f"schedule {TOPOLOGY.schedules[0].name}"], "this test changed its rule"


def test_the_operators_redrive_puts_a_dead_letter_back(lab: Lab) -> None:
    (letter,) = lab.command("dlq", "list")
    assert letter["queue"] == DEAD
    assert letter["body"] == POISON

    (moved,) = lab.command("dlq", "redrive", VICTIM)

    assert moved["to"] == TOPOLOGY.queue(VICTIM)
    eventually(lambda: given_up(lab) == 2, within=60, what="given up again")


def test_a_dead_letter_is_moved_back_and_tried_anew(lab: Lab) -> None:
    sqs, source = lab.client("sqs"), lab.arn("sqs", DEAD)

    sqs.start_message_move_task(SourceArn=source)

    def moved() -> bool:
        (task,) = sqs.list_message_move_tasks(SourceArn=source)["Results"]
        told: tuple[str, int] = task["Status"], task["ApproximateNumberOfMessagesMoved"]
        return told == ("COMPLETED", 1)

    eventually(moved, within=30, what="the letter moved")
    eventually(lambda: given_up(lab) == 3, within=60, what="given up again")
    eventually(lambda: depth(sqs, lab.queue(DEAD)) == 1, within=30, what="the letter's return")
    received = sqs.receive_message(QueueUrl=lab.queue(DEAD), MaxNumberOfMessages=1)
    assert received["Messages"][0]["Body"] == POISON


def test_a_late_day_is_told_to_its_readers_and_rings(lab: Lab, reported: str) -> None:
    """The last one: until the month is delivered again, the clock's ticks find nothing."""
    reached = date.fromisoformat(lab.event(type="digest-sent", runid=reported)["data"]["day"])
    day = reached - timedelta(days=1)

    with lab.withheld(Period.of(day)):
        run = lab.publish("day-ready", "--day", day)
        lab.event(type="data-delayed", runid=run)

        def told() -> list[str]:
            return [text for text in _texts(lab) if f"{day:%d %b %Y} is not known yet" in text]

        def rung() -> list[str]:
            return [
                text for text in _texts(lab) if f"the digest of {day} could not be sent" in text
            ]

        eventually(told, within=MINUTES, what="the mail that the data is delayed")
        (alarm,) = eventually(rung, within=MINUTES, what="the alarm's mail")

    assert f"daybook status {Period.of(day)}" in alarm
    assert len(told()) == 1


def _texts(lab: Lab) -> list[str]:
    return [f"{mail.subject}\n{mail.body}" for mail in lab.mails()]


def given_up(lab: Lab) -> int:
    """Return how many times the victim was out of tries."""
    tries = TOPOLOGY.workers[VICTIM].max_receive_count
    return lab.log(VICTIM).count('"outcome": "REJECTED"') // tries
