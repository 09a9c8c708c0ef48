"""Layer 7: two months of operation in virtual time, with everything going wrong that does.

Each day the export grows, a tick comes, and the day's trouble with it, drawn from the seed; the
first week has each kind once.
Whatever rings, a person does what the alarm's text says. At the end every day equals its source,
each digest went out once, and an audit finds nothing.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from services.auditor.report import AuditReport
from shared.days import Period, days_between
from shared.digest_claim import Claim, ClaimState
from shared.locations import LATEST_AUDIT, digest_claim_key
from shared.topology import load_topology
from tests.faults.account import Account
from tests.faults.clock import EPOCH
from tests.faults.example import (
    BUCKET,
    EXPORT,
    Delivery,
    audit,
    deliver,
    furnish,
    part_of,
    tick,
)
from tests.faults.invariants import ALWAYS, parts
from tests.faults.run import Cluster, Result, universe, warm_up
from tests.faults.scenario import DAILY, Expected
from tests.faults.sweep import Report, spread
from tests.faults.verdict import Judged
from tests.faults.world import World

FIRST_DAY = date(2026, 11, 2)
DAYS = 60
DAY_LONG = 24 * 3600.0
MOST_CALLS = 400_000
HURTS = ("kill_before", "kill_after", "lost_answer", "e500_after", "throttle", "sigterm", "reset")
"""Kinds of fault that strike any call on any day."""
WITHIN_CALLS = 110
"""A fault strikes one of so many calls after the tick."""
COPIES: tuple[tuple[float, ...], ...] = ((0,), (0,), (0,), (0, 0), (0, 45), (0, 3600))
"""How a message travels: in seconds after it was said, once for each copy."""


@dataclass
class Operation:
    """A world in which Daybook runs from day to day."""

    world: World
    cluster: Cluster
    account: Account
    random: random.Random
    troubles: Counter[str] = field(default_factory=Counter)
    assessed: set[date] = field(default_factory=set)
    ticked: list[date] = field(default_factory=list)

    async def day(self, day: date) -> None:
        """Live through one day, from the tick to the evening."""
        world, number = self.world, (day - FIRST_DAY).days
        world.loop.now = max(world.loop.now, number * DAY_LONG)
        self._expire()
        self.account.use(day)
        self.account.use(day + timedelta(days=1))
        trouble = self._draw(day)
        self.troubles[trouble.__name__.strip("_")] += 1
        trouble(day)
        self._spread()
        self._strike()
        moment = EPOCH + timedelta(days=number)
        world.sns.tell(tick(number, f"{moment:%Y-%m-%dT%H:%M:%SZ}"))
        self.ticked.append(day)
        self.assessed |= {day, Period.of(day).previous.last} - {date(2026, 10, 31)}
        await self.cluster.quiet()
        await self.evening()

    async def evening(self) -> None:
        """A person does what the alarms say: mends, redrives, and has lost digests sent again."""
        world = self.world
        for _ in range(5):
            world.heal()
            world.sns.spread = lambda _queue, _number: [0]
            moved, asked = world.sqs.redrive(), self._send_again()
            if not (moved or asked):
                return
            await self.cluster.quiet()

    def _expire(self) -> None:
        """The bucket's lifecycle takes away what has expired."""
        objects, now = self.world.s3.objects, self.world.wall()
        for prefix, days in load_topology().archive_bucket.expire_days.items():
            for place in [p for p in objects if p.startswith(f"{BUCKET}/{prefix}")]:
                if now - objects[place][-1].modified > timedelta(days=days):
                    del objects[place]

    def _draw(self, day: date) -> Callable[[date], None]:
        """Return the day's trouble: after a calm day each once, then any, on every second day."""
        rare = [
            self._archive_is_out,
            self._replayed,
            self._late,
            self._mail_is_out,
            self._torn,
            self._restated,
        ]
        number = (day - FIRST_DAY).days
        if 0 < number <= len(rare):
            return rare[number - 1]
        return self._calm if number == 0 else self.random.choice([*rare, *[self._calm] * len(rare)])

    def _calm(self, day: date) -> None:
        self._deliver(day)

    def _restated(self, day: date) -> None:
        for _ in range(self.random.randint(1, 4)):
            self.account.restate(self.random.choice([d for d in self.account.lines if d < day]))
        self._deliver(day)
        self._deliver(Period.of(day).previous.last)

    def _late(self, day: date) -> None:
        self.world.loop.call_at(self.world.loop.now + 4 * 3600, self._deliver, day)

    def _torn(self, day: date) -> None:
        """A file of the next delivery is there, and its manifest is not."""
        self._deliver(day)
        self.account.restate(day)
        torn = self.account.delivery(Period.of(day))
        place = f"{EXPORT}/{part_of(torn)}"
        self.world.s3.put(place, torn.csv)
        (version,) = self.world.s3.objects[place]
        later = version.modified + timedelta(seconds=1)
        self.world.s3.objects[place] = [replace(version, modified=later)]
        self.world.loop.call_at(self.world.loop.now + 1800, self._deliver, day)

    def _mail_is_out(self, day: date) -> None:
        """SES takes no mail until somebody looks: the notifier gives the message up."""
        self._deliver(day)
        self.world.named += [("ses:SendRawEmail", "throttle")] * 20

    def _archive_is_out(self, day: date) -> None:
        """No day can be written: the archiver's dead-letter queue fills."""
        self._restated(day)
        self.world.named += [("archiver.* s3:PutObject", "e500_before")] * 60

    def _replayed(self, day: date) -> None:
        """Everything so far is asked for again just before the tick."""
        self._deliver(day)
        first, last = FIRST_DAY, day - timedelta(days=1)
        self.assessed |= set(days_between(first, last))
        self._ask(first, last, f"replay-{day}", notify=False)

    def _deliver(self, day: date) -> None:
        months = {Period.of(day), Period.of(day + timedelta(days=1))}
        for month in sorted(months):
            if (delivery := self.account.delivery(month)).lines:
                deliver(self.world, delivery)

    def _spread(self) -> None:
        self.world.sns.spread = lambda _queue, _number: list(self.random.choice(COPIES))

    def _strike(self) -> None:
        for _ in range(self.random.randint(0, 2)):
            call = len(self.world.log) + self.random.randint(1, WITHIN_CALLS)
            self.world.plan[call] = self.random.choice(HURTS)

    def _ask(self, first: date, last: date, name: str, *, notify: bool) -> None:
        data = {
            "first_day": str(first),
            "last_day": str(last),
            "reason": "chaos",
            "requested_by": "a person",
            "notify": notify,
        }
        self.world.sns.tell(
            json.dumps(
                {"type": "backfill-requested", "id": name, "source": "a person", "data": data}
            )
        )

    def _send_again(self) -> int:
        """Do for each digest in doubt what `digest resolve` does, having looked at the mails."""
        asked = 0
        arrived = {mail.claim for mail in self.world.ses.mails}
        for name, claim in list(self._claims()):
            if claim.state is ClaimState.UNKNOWN:
                state = ClaimState.SENT if name in arrived else ClaimState.RESENT
                self._record(name, claim.model_copy(update={"state": state}))
                day = date.fromisoformat(name[:10])
                if state is ClaimState.RESENT:
                    self.assessed.add(day)
                    self._ask(day, day, f"again-{name}", notify=True)
                asked += 1
        return asked

    def _claims(self) -> Iterator[tuple[str, Claim]]:
        for place, version in self.world.s3.newest(f"{BUCKET}/ledger/digests/").items():
            name = place.rpartition("/")[2].removesuffix(".json")
            yield name, Claim.model_validate_json(version.body)

    def _record(self, name: str, claim: Claim) -> None:
        self.world.s3.put(f"{BUCKET}/{digest_claim_key(name)}", claim.model_dump_json().encode())

    def violations(self) -> Iterator[str]:
        """Say what is not as it must be."""
        lines = tuple(
            line for day in sorted(self.account.lines) for line in self.account.lines[day]
        )
        source = Delivery("source", tuple(x for x in lines if x[0] <= self._reached()))
        digests = tuple(f"{day}-daily" for day in self.ticked)
        perhaps = tuple(f"{day}-{kind}" for day in self.ticked for kind in ("replay", "delayed"))
        expected = Expected(source, tuple(sorted(self.assessed)), digests, perhaps)
        for name in ALWAYS:
            if name not in ("doubts", "claims"):  # a person has settled some
                yield from parts(name, self.world, expected)
        yield from self._digests()
        yield from self._audit()

    def _reached(self) -> str:
        """Return the last day that a tick's month holds."""
        last = self.ticked[-1]
        after = last + timedelta(days=1)
        return str(after if Period.of(after) == Period.of(last) else last)

    def _digests(self) -> Iterator[str]:
        """Each day was reported once: by its tick, or by a person who had it sent again."""
        told = Counter(m.claim[:10] for m in self.world.ses.mails if "-delayed-" not in m.claim)
        for day in self.ticked:
            if told[str(day)] != 1:
                yield f"the digest of {day} went out {told[str(day)]} times"

    def _audit(self) -> Iterator[str]:
        found = self.world.s3.objects.get(f"{BUCKET}/{LATEST_AUDIT}")
        if not found:
            yield "no audit has ended"
            return
        report = AuditReport.model_validate_json(found[-1].body)
        yield from (f"the audit found {finding}" for finding in report.findings)


def operate(seed: int, days: int = DAYS) -> tuple[Result, Operation]:
    """Run some days of operation and judge them."""
    warm_up(1)
    with universe({}, seed) as world:
        furnish(world)
        world.ses.report = world.sns.report
        world.s3.objects = {p: v for p, v in world.s3.objects.items() if not p.startswith(EXPORT)}
        drawn = random.Random(seed)  # noqa: S311 - repeatable, not secret
        cluster = Cluster(world, (*DAILY, "auditor"), 1, most_calls=MOST_CALLS)
        operation = Operation(world, cluster, Account(drawn), drawn)
        operation.account.use(FIRST_DAY - timedelta(days=1))
        result = Result(world)
        world.loop.run_until_complete(_operate(operation, days, result))
        result.violations += operation.violations()
        return result, operation


async def _operate(operation: Operation, days: int, result: Result) -> None:
    operation.cluster.start()
    try:
        for number in range(days):
            await operation.day(FIRST_DAY + timedelta(days=number))
        moment = operation.world.loop.wall()
        operation.world.sns.tell(audit(1, full=True, at=f"{moment:%Y-%m-%dT%H:%M:%SZ}"))
        await operation.cluster.quiet()
        await operation.cluster.stop()
    except TimeoutError:
        result.violations.append("it does not come to rest")
        operation.cluster.kill()
        with suppress(BaseException):
            await asyncio.sleep(0)


def judge_line(line: str) -> Judged:
    """Judge a line `chaos=SEED days=N`."""
    seed, days = (int(part.partition("=")[2]) for part in line.split())
    result, operation = operate(seed, days)
    verdict = ", ".join(f"{name} {count}" for name, count in sorted(operation.troubles.items()))
    return Judged(line, verdict, tuple(result.violations), result.world.loop.now)


def lived(seeds: int, days: int = DAYS, jobs: int = 0) -> Report:
    """Live through several drawn stretches."""
    lines = [f"chaos={seed} days={days}" for seed in range(seeds)]
    judged = list(spread(judge_line, lines, jobs, least=1))
    return Report("chaos days", judged, notes=f"{seeds} times {days} days")
