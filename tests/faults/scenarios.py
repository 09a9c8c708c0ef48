"""What happens in a schedule besides its faults: which runs, and how messages travel.

A name is a scenario, or a scenario and how one of its publications is delivered, such as
`tick+x10-3`: the third publication after the first arrives ten times.
"""

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from services.notifier.sending.claim import claim_name
from shared.ids import derive_id
from shared.locations import breakdown_key
from tests.faults.example import (
    AUDIENCES,
    BUCKET,
    CONFIG,
    DAY,
    EXPORT,
    FIRST,
    HEARERS,
    LATE_OCTOBER,
    MONTHS,
    OCTOBER,
    READERS,
    RESTATED,
    THIRD,
    audit,
    backfill,
    deliver,
    part_of,
    tick,
)
from tests.faults.scenario import DAILY, Expected, Scenario
from tests.faults.world import World

HOUR = 3600.0
DAY_LONG = 24 * HOUR
REPORTED_AFTER = 2.0
DELIVERED_AFTER = 40 * 60.0
"""Seconds after the tick; the deadline is 30 minutes after it."""
FAILURES = 4
"""Queries that fail: one more than the attempts of a message's first delivery."""
FULL_FOR = 400.0
TRAVELS: dict[str, tuple[float, ...]] = {
    "x2": (0, 0),
    "x10": (0,) * 10,
    "late1h": (HOUR,),
    "late24h": (DAY_LONG,),
    "late14d": (14 * DAY_LONG,),
    "again1h": (0, HOUR),
    "again24h": (0, DAY_LONG),
    "again14d": (0, 14 * DAY_LONG),
    "overtaken": (45,),
    "twice-apart": (0, 130),
}
"""Delays in seconds of each copy of a publication; `again…` comes after the first is deleted."""
COPIES = 8
"""Times the calls of a run without copies: each of five workers copies what it heard as a copy."""
_NAME = re.compile(r"([a-z-]+?)(?:\+([a-z0-9-]+)-(\d+|all))?")


def _tick(world: World) -> None:
    world.sns.tell(tick(1))


def _tick_and_audit(world: World) -> None:
    """An audit comes while a run is under way: it waits for it."""
    world.sns.tell(tick(1))
    world.sns.tell(audit(1, full=False, at="2026-11-03T07:00:00Z"))


def _damage_and_audit(world: World) -> None:
    """A day's object and its partition are gone, and a data set's refresh has failed."""
    world.loop.now += HOUR
    day = date(2026, 11, 1)
    del world.s3.objects[f"{BUCKET}/{breakdown_key(day)}"]
    del world.glue.partitions["ou_breakdown"]["2026", "11", "1"]
    world.quicksight.started["daybook-ou-outlook", "by-hand"] = world.loop.now - HOUR / 2
    world.quicksight.fates["by-hand"] = "FAILED"
    world.sns.tell(audit(2, full=True))


def _next_day(world: World) -> None:
    """A day later the export is restated, and the next tick comes."""
    world.loop.now += DAY_LONG
    deliver(world, RESTATED)
    world.sns.tell(tick(2, "2026-11-04T07:00:00Z"))


def _backfill(world: World) -> None:
    world.loop.now += HOUR
    world.sns.tell(backfill(1, notify=True))


def _restate_while_running(world: World) -> None:
    """Once the tick's run has read the export, it is restated and the days are asked for again."""

    def restate(kind: str) -> None:
        if kind == "period-queried":
            world.sns.watch = lambda _kind: None
            world.loop.now += 1
            deliver(world, THIRD)
            world.sqs.send("daybook-query", backfill(2, notify=False))

    world.sns.watch = restate


def _move(world: World) -> None:
    """A partition is there already and points at a place that is not the archive's."""
    values = ("2026", "11", "1")
    place = {"Values": list(values), "StorageDescriptor": {"Location": "s3://elsewhere/"}}
    world.glue.partitions["ou_breakdown"][values] = place


def _refuse_one(world: World) -> None:
    """Glue answers 200 and refuses one of the entries."""
    world.glue.refusals = 1


def _deliver_late(world: World) -> None:
    """The export comes after the deadline; by then the mail says that it is delayed."""
    _undeliver(world)
    world.loop.call_at(DELIVERED_AFTER, deliver, world, FIRST)


def _undeliver(world: World) -> None:
    for place in [place for place in world.s3.objects if place.startswith(f"{EXPORT}/")]:
        del world.s3.objects[place]


def _by_athena(world: World) -> None:
    """Athena scans the export, which is delivered as Parquet."""
    _undeliver(world)
    deliver(world, FIRST, "parquet")
    world.s3.put(f"{BUCKET}/config/daybook.yaml", f"{CONFIG}engine: athena\n".encode())


def _athena_fails(world: World) -> None:
    """Queries fail for reasons of Athena's own."""
    _by_athena(world)
    error = {"ErrorCategory": 1, "ErrorType": 233, "Retryable": True}
    world.athena.fates += [{"State": "FAILED", "AthenaError": error}] * FAILURES


def _athena_is_full(world: World) -> None:
    """Other people's queries fill the workgroup for a while."""
    _by_athena(world)
    world.athena.room = 0
    world.loop.call_at(FULL_FOR, setattr, world.athena, "room", 1)


def tell_many(world: World) -> None:
    """Owners and executives have lists of their own, beside the digest's."""
    config = CONFIG.replace("daybook-ou-outlook]", READERS) + AUDIENCES
    world.s3.put(f"{BUCKET}/config/daybook.yaml", config.encode())


def _deliver_october(world: World) -> None:
    deliver(world, OCTOBER)


def _last_of_october(world: World) -> None:
    world.sns.tell(tick(0, "2026-11-01T07:00:00Z"))


def _tear_october(world: World) -> None:
    """October is being delivered anew, for days, when the tick comes."""
    world.loop.now += HOUR
    place = f"{EXPORT}/{part_of(LATE_OCTOBER)}"
    world.s3.put(place, LATE_OCTOBER.csv)
    (torn,) = world.s3.objects[place]
    world.s3.objects[place] = [replace(torn, modified=torn.modified + timedelta(days=3))]
    world.sns.tell(tick(1))


def _october_is_there(world: World) -> None:
    """A day later October is whole, and the next tick comes."""
    deliver(world, LATE_OCTOBER)
    _next_day(world)


def _tell_of_mail(world: World) -> None:
    """SES tells what it took, a little later."""
    world.ses.report = partial(world.sns.report, after=REPORTED_AFTER)


_REPLAY = f"{DAY}-replay-{derive_id('backfill-1', 'run')}"
_OTHERS = tuple(claim_name(DAY, kind, [who]) for kind, who in HEARERS)
SCENARIOS: dict[str, Scenario] = {
    "tick": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",))),
    "two-days": Scenario(
        (_tick, _next_day),
        Expected(RESTATED, (DAY, date(2026, 11, 3)), (f"{DAY}-daily", "2026-11-03-daily")),
    ),
    "backfill": Scenario(
        (_tick, _backfill),
        Expected(FIRST, (date(2026, 11, 1), DAY), (f"{DAY}-daily", _REPLAY)),
    ),
    "at-once": Scenario(
        (_tick,),
        Expected(THIRD, (date(2026, 11, 1), DAY), (f"{DAY}-daily",)),
        _restate_while_running,
    ),
    "told": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",)), _tell_of_mail),
    "late": Scenario(
        (_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily", f"{DAY}-delayed")), _deliver_late
    ),
    "month-before": Scenario(
        (_last_of_october, _tear_october, _october_is_there),
        Expected(
            MONTHS,
            (date(2026, 10, 31), DAY, date(2026, 11, 3)),
            ("2026-10-31-daily", f"{DAY}-daily", "2026-11-03-daily"),
        ),
        _deliver_october,
    ),
    "audiences": Scenario(
        (_tick,),
        Expected(FIRST, (DAY,), (f"{DAY}-daily", *_OTHERS)),
        tell_many,
    ),
    "athena": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",)), _by_athena),
    "athena-fails": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",)), _athena_fails),
    "athena-full": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",)), _athena_is_full),
    "audit": Scenario(
        (_tick_and_audit, _damage_and_audit),
        Expected(FIRST, (date(2026, 11, 1), DAY), (f"{DAY}-daily",)),
        roles=(*DAILY, "auditor"),
        by_the_clock=True,
    ),
    "flaky-glue": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",)), _refuse_one),
    "moved": Scenario((_tick,), Expected(FIRST, (DAY,), (f"{DAY}-daily",)), _move),
}


def scenario_of(name: str) -> Scenario:
    """Return the scenario of a name, with its messages travelling as the name says."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] not in SCENARIOS:
        raise ValueError(f"{name!r} is not a scenario")
    scenario = SCENARIOS[found[1]]
    if found[2] is None:
        return scenario

    def prepare(world: World) -> None:
        scenario.prepare(world)
        _let_travel(world, found[2], found[3])

    expected = scenario.expected
    if min(TRAVELS.get(found[2], (0,))) >= HOUR:
        expected = _overtaken(expected)
    copies = COPIES if found[3] == "all" else 1
    return replace(scenario, prepare=prepare, expected=expected, copies=copies)


def _overtaken(expected: Expected) -> Expected:
    """Who hears of a delay hours late, or of the day itself, may find the digest sent."""
    delayed = tuple(claim for claim in expected.digests if claim.endswith("-delayed"))
    digests = tuple(claim for claim in expected.digests if claim not in delayed)
    return replace(expected, digests=digests, perhaps=delayed)


def _let_travel(world: World, how: str, which: str) -> None:
    if how == "newest-first":
        for queue in world.sqs.queues.values():
            queue.newest_first = True
        return

    def spread(_queue: str, number: int) -> list[float]:
        return list(TRAVELS[how]) if which in ("all", str(number)) else [0]

    world.sns.spread = spread
