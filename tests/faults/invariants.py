"""What must be true after every schedule, whatever went wrong in it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from shared.day_record import DayRecord
from shared.days import Period
from shared.locations import BREAKDOWNS, OUTLOOKS, day_records_prefix, outlook_key, partition
from shared.parquet import from_parquet, sha256
from tests.faults import scans
from tests.faults.doubts import needless
from tests.faults.example import BUCKET
from tests.faults.mails import claimed, figured, mailed
from tests.faults.said import unsaid
from tests.faults.scenario import Expected
from tests.faults.sim_s3 import Version
from tests.faults.told import told
from tests.faults.totals import sums
from tests.faults.world import World


def violations(world: World, expected: Expected) -> Iterator[str]:
    """Say in a sentence each what is not as it must be."""
    for name in ALWAYS:
        yield from parts(name, world, expected)


def parts(name: str, world: World, expected: Expected) -> Iterator[str]:
    """Say what one part of the world has wrong."""
    yield from PARTS[name](world, expected)


def _queues(world: World, _: Expected) -> Iterator[str]:
    for queue in world.sqs.queues.values():
        for message in queue.messages.values():
            yield f"{queue.name} still holds {message.id}"
        for message in queue.dead.values():
            yield f"{queue.name}: {message.id} is a dead letter that a redrive does not heal"
            if not any(queue.name in alarm.subject for alarm in world.alarms):
                yield f"{queue.name} has dead letters and nobody is told"


def _archive(world: World, expected: Expected) -> Iterator[str]:
    current = world.s3.newest(f"{BUCKET}/{BREAKDOWNS}")
    days: dict[date, list[Version]] = defaultdict(list)
    for place, version in current.items():
        days[_day_of(place)].append(version)
    if set(days) != set(expected.newest.totals):
        wanted = sorted(map(str, expected.newest.totals))
        yield f"archived are {sorted(map(str, days))}, not {wanted}"
    for day, versions in days.items():
        if len(versions) != 1:
            yield f"{day} has {len(versions)} current objects"
        exact, wrong = sums(versions[0].body)
        if exact != expected.newest.totals.get(day):
            yield f"{day}: archive {exact}, source {expected.newest.totals.get(day)}"
        if wrong:
            yield f"{day}: {wrong} doubles are not their decimal rounded once"


def _day_of(place: str) -> date:
    return date.fromisoformat(place.removesuffix(".parquet")[-10:])


def _rewrites(world: World, _: Expected) -> Iterator[str]:
    """A day that did not change is not written again."""
    for place, versions in world.s3.objects.items():
        if place.startswith((f"{BUCKET}/{BREAKDOWNS}", f"{BUCKET}/{OUTLOOKS}")):
            for before, after in pairwise(versions):
                if before.body == after.body:
                    yield f"{place.rpartition('/')[2]} was written again unchanged"


def _events(world: World, _: Expected) -> Iterator[str]:
    """What came of one cause is always said under one id."""
    ids: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for body in world.sns.said:
        event = json.loads(body)
        if "causeid" in event:
            about = [event["data"].get(name, "") for name in ("period", "day", "first_day")]
            ids[event["type"], event["causeid"], *about].add(event["id"] + event["runid"])
    for (kind, *_about), several in ids.items():
        if len(several) > 1:
            yield f"{kind} was said under {len(several)} ids or runs"


def _leases(world: World, _: Expected) -> Iterator[str]:
    for call in world.trespasses:
        yield f"after its lease was lost: {call}"


def _ledger(world: World, _: Expected) -> Iterator[str]:
    """The record's newest version must be the object in force, and say its exact totals."""
    for place, found in world.s3.newest(f"{BUCKET}/{BREAKDOWNS}").items():
        day = _day_of(place)
        key = f"{BUCKET}/{day_records_prefix(Period.of(day))}{day}.json"
        versions = world.s3.objects.get(key)
        if not versions:
            yield f"{day} is archived and not in the ledger"
            continue
        newest = DayRecord.model_validate_json(versions[-1].body).newest
        if newest.sha256 != sha256(found.body):
            yield f"{day}: the ledger's newest version is not the object in force"
        if sum((t.unblended for t in newest.totals), Decimal(0)) != sums(found.body)[0]:
            yield f"{day}: the ledger's total is not the archive's"


def _history(world: World, _: Expected) -> Iterator[str]:
    """Whatever was in force is remembered.

    Only where nobody dies: who dies between object and record, and is overtaken, leaves a gap.
    """
    for place, written in world.s3.objects.items():
        if not place.startswith(f"{BUCKET}/{BREAKDOWNS}"):
            continue
        day = _day_of(place)
        record = world.s3.objects[f"{BUCKET}/{day_records_prefix(Period.of(day))}{day}.json"][-1]
        known = {v.sha256 for v in DayRecord.model_validate_json(record.body).versions}
        if forgotten := {sha256(version.body) for version in written} - known:
            yield f"{day}: the ledger has forgotten {len(forgotten)} versions"


def _partitions(world: World, expected: Expected) -> Iterator[str]:
    wanted = {
        "ou_breakdown": (BREAKDOWNS, set(expected.newest.totals)),
        "ou_outlook": (OUTLOOKS, set(expected.assessed)),
    }
    for table, (prefix, days) in wanted.items():
        found = {
            values: place["StorageDescriptor"]["Location"]
            for values, place in world.glue.partitions[table].items()
        }
        right = {
            (str(d.year), str(d.month), str(d.day)): f"s3://{BUCKET}/{prefix}{partition(d)}"
            for d in days
        }
        if found != right:
            yield f"partitions of {table} are {found}, not {right}"


def _outlook(world: World, expected: Expected) -> Iterator[str]:
    """Each day asked for has an outlook, of the newest delivery that was archived."""
    for day in expected.assessed:
        outlook = world.s3.objects.get(f"{BUCKET}/{outlook_key(day)}")
        if not outlook:
            yield f"{day} has no outlook"
            continue
        rows = from_parquet(outlook[-1].body).to_pylist()
        total = sum((Decimal(row["OwnMonthToDate"]) for row in rows), Decimal(0))
        to_date = Period.of(day).days(until=day)
        source = sum((expected.newest.totals.get(d, Decimal(0)) for d in to_date), Decimal(0))
        if total != source and day == max(expected.assessed):
            yield f"{day}: outlook {total} to date, source {source}"


def _ingestions(world: World, _: Expected) -> Iterator[str]:
    """At most one ingestion per data set and run, unless QuickSight itself said that one failed.

    None at all only where an alarm says so.
    """
    runs: Counter[tuple[str, str]] = Counter()
    for dataset, ingestion in world.quicksight.started:
        if world.quicksight.fates.get(ingestion, "COMPLETED") == "COMPLETED":
            runs[dataset, ingestion.rpartition("-")[0]] += 1
    for (dataset, run), times in runs.items():
        if times > 1:
            yield f"{dataset} was refreshed {times} times for {run}"
    changes = len({(version.metadata.get("run"), month) for version, month in _changes(world)})
    for dataset in ("daybook-ou-breakdown", "daybook-ou-outlook"):
        refreshed = sum(name == dataset for name, _ in runs)
        if refreshed > changes:
            yield f"{dataset}: {refreshed} refreshes for {changes} months that a run changed"
        told = any(alarm.subject.endswith(f"{dataset} was not refreshed") for alarm in world.alarms)
        if changes and not refreshed and not told:
            yield f"{dataset} was never refreshed"


def _changes(world: World) -> Iterator[tuple[Version, str]]:
    """Yield what was written to the tables, and the month it belongs to."""
    for place, versions in world.s3.objects.items():
        if place.startswith((f"{BUCKET}/{BREAKDOWNS}", f"{BUCKET}/{OUTLOOKS}")):
            month = place.split("/day=")[0].partition("/year=")[2]
            yield from ((version, month) for version in versions)


def _said(world: World, _: Expected) -> Iterator[str]:
    yield from unsaid(world.ses.mails, world.sns.said, world.alarms)


PARTS: dict[str, Callable[[World, Expected], Iterator[str]]] = {
    "queues": _queues,
    "mails": mailed,
    "claims": claimed,
    "said": _said,
    "doubts": lambda world, _: needless(world),
    "figures": figured,
    "told": lambda world, _: told(world, BUCKET),
    "archive": _archive,
    "rewrites": _rewrites,
    "ledger": _ledger,
    "history": _history,
    "events": _events,
    "leases": _leases,
    "partitions": _partitions,
    "outlook": _outlook,
    "ingestions": _ingestions,
    "scans": lambda world, _: scans.repeated(world),
    "tables": lambda world, _: scans.left(world),
}
ALWAYS = tuple(name for name in PARTS if name != "history")
