"""All five workers over real queues: from a backfill and a tick to partitions, archive and mail."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from daybook.run import tick
from shared.days import days_between
from shared.events import DigestSent, Event, PeriodArchived, PeriodCataloged
from shared.money import Amounts, add_amounts
from shared.parquet import from_parquet, sha256
from tests.support.chain import working
from tests.support.exports import DAYS, FIRST_DAY, LAST_DAY, unblended_total
from tests.support.looped import Loop
from tests.support.stage import TOPOLOGY, Stage, of_type

DAY = date(2026, 6, 8)


def key_of(day: date) -> str:
    place = f"ou-breakdowns/year={day.year}/month={day.month}/day={day.day}"
    return f"{place}/ou-breakdown-{day}.parquet"


def totals_of(bodies: dict[str, bytes]) -> tuple[Amounts, ...]:
    """Add archived objects up row by row, not with the archive's own functions."""
    rows = [row for body in bodies.values() for row in from_parquet(body).to_pylist()]
    return add_amounts(
        Amounts(
            currency=row["Currency"],
            unblended=row["UnblendedCost"],
            amortized=row["AmortizedCost"],
        )
        for row in rows
    )


def test_a_backfill_archives_every_day_of_the_export_exactly(stage: Stage, loop: Loop) -> None:
    async def scenario() -> list[Event]:
        stage.backfill(FIRST_DAY, DAY, notify=False)
        async with working(stage.place):
            return await stage.said()

    said = loop(scenario())
    archive = stage.table("ou-breakdowns/")
    (totals,) = totals_of(archive)

    days = list(days_between(FIRST_DAY, LAST_DAY))
    assert len(days) == DAYS
    assert sorted(archive) == sorted(key_of(day) for day in days)
    assert stage.versions("ou-breakdowns/") == sorted(archive)
    assert totals.unblended == unblended_total(stage.inputs.source)
    told = add_amounts(
        part for event in of_type(said, PeriodArchived) for part in event.data.totals
    )
    assert (totals,) == told
    assert stage.inputs.control.totals == of_type(said, PeriodArchived)[-1].data.totals
    check_partitions(stage, days)
    assert stage.cloud.sent == 0


def check_partitions(stage: Stage, days: list[date]) -> None:
    """Every archived day is registered, and each partition leads to that day's object."""
    glue = stage.cloud.client("glue")
    for day in days:
        values = [str(day.year), str(day.month), str(day.day)]
        found = glue.get_partition(
            DatabaseName=TOPOLOGY.database, TableName="ou_breakdown", PartitionValues=values
        )["Partition"]
        place = found["StorageDescriptor"]["Location"].removeprefix(
            f"s3://{stage.provisioned.bucket}/"
        )
        assert key_of(day).startswith(place)


def test_a_tick_ends_in_one_mail_with_the_days_rows_and_a_second_tick_in_none(
    stage: Stage, loop: Loop
) -> None:
    async def scenario() -> AsyncIterator[list[Event]]:
        async with working(stage.place):
            for _ in range(2):
                await tick(TOPOLOGY, DAY)
                yield await stage.said()

    async def both() -> list[list[Event]]:
        return [said async for said in scenario()]

    first, second = loop(both())
    check_first_run(stage, first)
    assert [event.type for event in second][-1] == "period-cataloged"
    assert of_type(second, PeriodCataloged)[0].data.refreshes == ()
    assert of_type(second, PeriodCataloged)[0].data.partitions == 0
    assert {day.outcome for day in of_type(second, PeriodArchived)[0].data.days} == {"unchanged"}
    assert stage.versions("ou-breakdowns/") == [
        *sorted(key_of(day) for day in days_between(date(2026, 6, 1), LAST_DAY))
    ]
    assert len(stage.versions("ou-outlook/")) == 1
    assert stage.cloud.sent == 1


def check_first_run(stage: Stage, said: list[Event]) -> None:
    assert [event.type for event in said] == [
        "day-ready",
        "period-queried",
        "period-archived",
        "period-assessed",
        "period-cataloged",
        "digest-sent",
    ]
    assert len({event.runid for event in said}) == 1
    assert [event.causeid for event in said[1:]] == [event.id for event in said[:-1]]
    refreshes = of_type(said, PeriodCataloged)[0].data.refreshes
    assert [refresh.status for refresh in refreshes] == ["COMPLETED", "COMPLETED"]
    (sent,) = of_type(said, DigestSent)
    check_mail(stage, stage.cloud.mail(f"X-Daybook-Run: {sent.runid}".encode()), sent)


def check_mail(stage: Stage, mail: bytes, sent: DigestSent) -> None:
    """The CSV holds the archived rows of the day, and adds up to what was told."""
    parsed = message_from_bytes(mail, _class=EmailMessage, policy=SMTP)
    (attached,) = parsed.iter_attachments()
    rows = list(csv.DictReader(io.StringIO(attached.get_content(), newline="")))
    archived = stage.table(key_of(DAY))
    (totals,) = sent.data.totals

    assert attached.get_filename() == f"ou-breakdown-{DAY}.csv"
    assert totals_of(archived) == (totals,)
    assert sum(Decimal(row["DailyCost"]) for row in rows) == totals.amortized
    assert sum(Decimal(row["UnblendedCost"]) for row in rows) == totals.unblended
    assert {row["BillingDate"] for row in rows} == {str(DAY)}
    assert len(rows) == sum(from_parquet(body).num_rows for body in archived.values())


def test_a_message_delivered_twice_changes_nothing_and_says_the_same(
    stage: Stage, loop: Loop
) -> None:
    sns = stage.cloud.client("sns")

    async def scenario() -> tuple[list[Event], list[Event]]:
        async with working(stage.place):
            await tick(TOPOLOGY, DAY)
            first = await stage.said()
            sns.publish(TopicArn=stage.provisioned.events_topic, Message=first[0].to_json())
            return first, await stage.said()

    first, second = loop(scenario())
    archived = stage.table("ou-breakdowns/")

    assert [(event.type, event.id) for event in second] == [(e.type, e.id) for e in first]
    assert second[-1].data == first[-1].data  # type: ignore[union-attr] # both are digest-sent
    assert stage.cloud.sent == 1
    assert stage.versions("ou-breakdowns/") == sorted(archived)
    recorded = of_type(first, PeriodArchived)[0].data.days
    assert {key_of(day.day): day.sha256 for day in recorded} == {
        key: sha256(body) for key, body in archived.items()
    }
