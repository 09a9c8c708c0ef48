"""Damage planted on an emulator is found, each kind of it, and a clean archive is clean."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from daybook.local.provision import provision
from services.auditor.around import Around
from services.auditor.embedded import EmbeddedCounter
from services.auditor.glue import GlueCatalog
from services.auditor.look import Look
from services.auditor.quicksight import SpiceIngestions
from services.auditor.s3 import ExportManifests
from services.auditor.sqs import SqsQueues
from services.catalog.glue import GluePartitions
from services.notifier.sending.claim import claim_name
from shared.aws import clients
from shared.days import days_between
from shared.digest_claim import Claim, ClaimState
from shared.locations import day_of_partition, digest_claim_key
from shared.memory import MemoryStore
from shared.s3 import S3Store
from shared.topology import load_topology
from tests.support import damage as plants
from tests.support.audited import (
    FIRST,
    LAST,
    PREFIXES,
    RECIPIENTS,
    audited,
    clean_archive,
    kinds,
    moment_after,
)
from tests.support.cloud import Cloud
from tests.support.damage import Damage, planted
from tests.support.embedded import Embedded, point_to
from tests.support.looped import Loop, looped
from tests.support.waiting import eventually

TOPOLOGY = load_topology()
DATA_SET = TOPOLOGY.quicksight_datasets[0]
DAY = date(2026, 6, 3)
EXPORT = "daybook-cost-export"
Plant = tuple[Callable[[Damage, date], None], date]
PLANTS: dict[str, Plant] = {
    "object-gone": (plants.object_gone, DAY),
    "object-altered": (plants.object_altered, DAY),
    "second-object": (plants.second_object, DAY),
    "partition-gone": (plants.partition_gone, DAY),
    "partition-elsewhere": (plants.partition_elsewhere, DAY),
    "ledger-gone": (plants.ledger_gone, DAY),
    "day-never-run": (plants.day_never_run, DAY),
    "rows-differ": (plants.row_lost, DAY),
    "total-differs": (plants.total_off, DAY),
    "source-differs": (plants.source_off, DAY),
    "outlook-stale": (plants.outlook_stale, LAST),
}
UNREADABLE: dict[str, Plant] = {
    "object-altered": (plants.object_cut_off, DAY),
    "outlook-stale": (plants.outlook_cut_off, LAST),
}
ALSO = {"source-differs": {("outlook-stale", str(LAST))}}
"""What else is not right then: the month's outlook is of what the source says."""


@dataclass(frozen=True)
class Archive:
    """Eleven clean days on the emulator, and how to look at them and to damage them."""

    cloud: Cloud
    loop: Loop
    look: Look
    damage: Damage
    account: str

    def kinds(self, *, full: bool = True, look: Look | None = None) -> list[tuple[str, str]]:
        return kinds(self.loop(audited(look or self.look, full=full)))


@pytest.fixture(scope="module")
def archive(embedded: Embedded) -> Iterator[Archive]:
    with pytest.MonkeyPatch.context() as patch, looped() as loop, ExitStack() as opened:
        endpoint = embedded.fresh()
        point_to(endpoint, patch)
        cloud = Cloud(endpoint, embedded, opened)
        made = loop(provision(TOPOLOGY, endpoint.account))
        s3, glue, quicksight, sqs = loop.enter(clients("s3", "glue", "quicksight", "sqs"))
        store = S3Store(s3, made.bucket)
        loop(fill(store, GluePartitions(glue, TOPOLOGY.database)))
        cloud.client("s3").create_bucket(Bucket=EXPORT)
        for month in ("2026-05", "2026-06"):
            key = f"exports/daily/metadata/BILLING_PERIOD={month}/daybook-Manifest.json"
            cloud.client("s3").put_object(Bucket=EXPORT, Key=key, Body=b"{}")
        around = Around(
            catalog=GlueCatalog(glue, TOPOLOGY.database),
            data_sets=SpiceIngestions(quicksight, endpoint.account),
            queues=SqsQueues(sqs, made.queues["auditor"]),
            exported=ExportManifests.at(s3, f"s3://{EXPORT}/exports/daily"),
            counter=EmbeddedCounter(store),
        )
        now = moment_after(LAST)
        look = Look(store, around, (DATA_SET,), TOPOLOGY.every_queue, now=lambda: now)
        places = (cloud.client("s3"), cloud.client("glue"), made.bucket, TOPOLOGY.database)
        yield Archive(cloud, loop, look, Damage(*places), endpoint.account)


async def fill(store: S3Store, partitions: GluePartitions) -> None:
    """Make the archive in memory and copy it, objects, metadata and all."""
    memory = MemoryStore(bucket=store.bucket)
    await clean_archive(memory, FIRST, LAST)
    newest = [versions[-1] for versions in memory.versions.values()]
    await asyncio.gather(*(store.put(o.key, o.body, metadata=o.metadata) for o in newest))
    for table, prefix in PREFIXES.items():
        keys = [item.key for item in await store.list(prefix)]
        await partitions.ensure(table, [day for key in keys if (day := day_of_partition(key))])


@pytest.mark.parametrize("full", [False, True], ids=["light", "full"])
def test_a_clean_archive_is_clean(archive: Archive, *, full: bool) -> None:
    report = archive.loop(audited(archive.look, full=full))

    assert report.findings == ()
    assert (report.days, report.first, report.through) == (11, FIRST, LAST)


@pytest.mark.parametrize("kind", PLANTS)
def test_planted_damage_is_found(archive: Archive, kind: str) -> None:
    plant, day = PLANTS[kind]
    with planted(archive.damage, plant, day):
        found = archive.kinds()

    others = ALSO.get(kind, set())
    assert (kind, str(day)) in found
    assert {each for each in found if each[1] != str(day)} == others


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_found_and_ends_no_audit(archive: Archive, kind: str) -> None:
    plant, day = UNREADABLE[kind]
    with planted(archive.damage, plant, day):
        found = archive.loop(audited(archive.look)).findings

    assert {(each.kind, each.day) for each in found} == {(kind, day)}
    assert any("cannot be read" in each.found for each in found)


def test_the_first_day_is_missed_when_its_partition_alone_is_left(archive: Archive) -> None:
    with planted(archive.damage, plants.day_lost, FIRST):
        found = archive.kinds()

    assert found == [("day-never-run", str(FIRST))]


@pytest.mark.parametrize("kind", ["object-altered", "source-differs"])
def test_a_light_audit_finds_what_needs_no_content(archive: Archive, kind: str) -> None:
    plant, day = PLANTS[kind]
    with planted(archive.damage, plant, day):
        assert (kind, str(day)) in archive.kinds(full=False)


def test_bytes_that_are_not_those_of_their_checksum_are_found_by_reading(archive: Archive) -> None:
    with planted(archive.damage, plants.bytes_exchanged, DAY):
        report = archive.loop(audited(archive.look))

    (altered,) = [each for each in report.findings if each.kind == "object-altered"]
    assert not altered.repairable
    assert "aws s3 rm s3://finops-daily-summaries/ou-breakdowns/" in altered.remedy


def test_a_refresh_that_failed_is_found(archive: Archive) -> None:
    quicksight = archive.cloud.client("quicksight")
    names = {"AwsAccountId": archive.account, "DataSetId": "fail-audited"}
    described = quicksight.describe_data_set(AwsAccountId=archive.account, DataSetId=DATA_SET)
    tables = described["DataSet"]["PhysicalTableMap"]
    quicksight.create_data_set(**names, Name="fails", ImportMode="SPICE", PhysicalTableMap=tables)
    quicksight.create_ingestion(**names, IngestionId="one")

    def failed() -> bool:
        answer = quicksight.describe_ingestion(**names, IngestionId="one")
        return bool(answer["Ingestion"]["IngestionStatus"] == "FAILED")

    eventually(failed, within=10, what="the ingestion has failed")
    found = archive.kinds(look=replace(archive.look, datasets=(DATA_SET, "fail-audited")))

    assert found == [("refresh-failed", "")]


@pytest.mark.parametrize("state", [ClaimState.UNKNOWN, ClaimState.CLAIMED])
def test_a_digest_of_which_nobody_knows_is_found(archive: Archive, state: ClaimState) -> None:
    key = digest_claim_key(claim_name(DAY, "daily", RECIPIENTS))
    claim = Claim(state=state, run="r", owner="o", at=moment_after(DAY), reason="timed out")
    try:
        archive.damage.put(key, claim.model_dump_json().encode(), {})
        assert archive.kinds(full=False) == [("digest-unknown", str(DAY))]
    finally:
        archive.damage.undo()


def test_a_message_that_was_given_up_is_found(archive: Archive) -> None:
    sqs = archive.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="daybook-archiver-dlq")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"type": "period-queried"}))
    try:
        report = archive.loop(audited(archive.look, full=False))
    finally:
        sqs.purge_queue(QueueUrl=url)

    (letters,) = report.findings
    assert (letters.kind, letters.found) == (
        "dead-letters",
        "1 message was given up, in daybook-archiver-dlq",
    )


def test_days_that_nobody_ran_are_found_up_to_the_day_asked_for(archive: Archive) -> None:
    through = LAST + timedelta(days=2)
    report = archive.loop(audited(archive.look, full=False, through=through))

    never = [str(day) for day in days_between(LAST + timedelta(days=1), through)]
    assert [about for kind, about in kinds(report) if kind == "day-never-run"] == never
