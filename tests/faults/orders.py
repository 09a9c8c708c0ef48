"""Layer 5: every order in which two instances of a worker can make their calls on shared state.

Both instances run freely up to a call on something they share; there they wait, and whenever
nothing else can move one of them is let through. An odometer over these choices visits every
order that can make a difference (`gate.py`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from services.notifier.sending.claim import claim_name
from shared.digest_claim import DAILY, Claim, ClaimState
from shared.locations import digest_claim_key
from tests.faults.example import (
    BUCKET,
    DAY,
    FIRST,
    FOURTH,
    RECIPIENT,
    THIRD,
    Delivery,
    backfill,
    deliver,
    furnish,
    tick,
)
from tests.faults.gate import Along, Choices, Chooser, Gate, Known, Search
from tests.faults.invariants import parts
from tests.faults.run import Cluster, universe
from tests.faults.scenario import Expected
from tests.faults.scenarios import SCENARIOS
from tests.faults.state import State
from tests.faults.verdict import Judged
from tests.faults.world import World

CHAIN = ("query", "archiver", "forecaster", "catalog", "notifier")
ALWAYS = ("events", "leases", "rewrites")


@dataclass(frozen=True)
class Contest:
    """Two instances of a worker, what they share, and what must hold afterwards.

    The messages are one and its copy, or one for each of `deliveries` beside the first's; the
    first's is not among them when it is `settled` before the contest begins. `told`: SES tells at
    once that it took a mail. `also` names workers before this one that are still at work on the
    last delivery, one instance each. `freed`: a worker has claimed the digest before, and given it
    back.
    """

    role: str
    shared: str
    holds: tuple[str, ...]
    deliveries: tuple[Delivery, ...] = ()
    settled: bool = False
    told: bool = False
    also: tuple[str, ...] = ()
    freed: bool = False

    @property
    def expected(self) -> Expected:
        """What must be there when all messages are worked off."""
        newest = self.deliveries[-1] if self.deliveries else FIRST
        return replace(SCENARIOS["at-once" if self.deliveries else "tick"].expected, newest=newest)


CONTESTS: dict[str, Contest] = {
    "query": Contest("query", r"manifest\.json|Publish|DeleteMessage", ()),
    "archiver": Contest(
        "archiver", r"ledger/periods|2026-11-02\.(parquet|json)", ("archive", "ledger")
    ),
    "archiver-rivals": Contest(
        "archiver",
        r"ledger/periods|2026-11-02\.(parquet|json)",
        ("archive", "ledger", "history"),
        (THIRD,),
    ),
    "archiver-records": Contest(
        "archiver", r"ledger/days.*2026-11-02\.json", ("archive", "ledger", "history"), (THIRD,)
    ),
    "archiver-confirmed": Contest(
        "archiver",
        r"(Head|Put)Object.*2026-11-02\.parquet|PutObject ledger/periods",
        ("archive", "ledger"),
        (THIRD, Delivery("first-again", FIRST.lines)),
        settled=True,
    ),
    "archiver-taken-back": Contest(
        "archiver",
        r"(Head|Put)Object.*2026-11-02\.parquet",
        ("archive", "ledger"),
        (THIRD, FOURTH, Delivery("first-again", FIRST.lines)),
        settled=True,
    ),
    "forecaster": Contest("forecaster", r"ou-outlook|Publish|DeleteMessage", ("archive",)),
    "forecaster-rivals": Contest(
        "forecaster", r"ou-outlook-2026-11-02|Publish", ("outlook",), (THIRD,)
    ),
    "forecaster-taken-back": Contest(
        "forecaster",
        r"(GetObject ou-breakdowns|PutObject ou-).*2026-11-02",
        ("outlook",),
        (THIRD, Delivery("first-again", FIRST.lines)),
        settled=True,
        also=("archiver",),
    ),
    "catalog": Contest(
        "catalog",
        r"(GetPartitions|Create\w+) (ou_breakdown|ou_outlook|daybook-ou-breakdown)",
        ("partitions", "ingestions"),
    ),
    "notifier": Contest(
        "notifier",
        r"ledger/digests|SendRawEmail|Publish|DeleteMessage",
        ("mails", "claims", "figures"),
    ),
    "notifier-told": Contest(
        "notifier", r"ledger/digests|SendRawEmail", ("mails", "claims", "figures"), told=True
    ),
    "notifier-freed": Contest(
        "notifier", r"PutObject ledger/digests|SendRawEmail", ("mails", "claims"), freed=True
    ),
}


@cache
def prepared(name: str) -> State:
    """Return the world in which the contest's messages wait for its worker."""
    with universe() as world:
        furnish(world)
        world.loop.run_until_complete(_prepare(world, CONTESTS[name]))
        return State.of(world)


async def _prepare(world: World, contest: Contest) -> None:
    before = CHAIN[: CHAIN.index(contest.role)]
    if contest.settled:
        await _work(world, (*before, contest.role), tick(1))
    else:
        await _work(world, before, tick(1))
    if contest.freed:
        _free(world)
    if not contest.deliveries:
        queue = world.sqs.of(contest.role)
        world.sqs.send(queue.name, next(iter(queue.messages.values())).body)
    for number, delivery in enumerate(contest.deliveries, 2):
        world.loop.now += 60
        deliver(world, delivery)
        if contest.also and delivery is contest.deliveries[-1]:
            before = CHAIN[: CHAIN.index(contest.also[0])]
        await _work(world, before, backfill(number, notify=False))


def _free(world: World) -> None:
    """Leave the claim of a digest that SES could not take just then."""
    key = digest_claim_key(claim_name(DAY, DAILY, [RECIPIENT]))
    claim = Claim(state=ClaimState.FREE, run="before", owner="another", at=world.wall())
    world.s3.put(f"{BUCKET}/{key}", claim.model_dump_json().encode())


async def _work(world: World, roles: tuple[str, ...], body: str) -> None:
    world.sqs.closing = False
    cluster = Cluster(world, roles, 1)
    cluster.start()
    world.sns.tell(body)
    await cluster.quiet()
    await cluster.stop()


@dataclass(frozen=True)
class Run:
    """One order of a contest: what is to be said of it, and what it left."""

    judged: Judged
    left: State


def compete(name: str, choose: Chooser) -> Run:
    """Run one order of a contest."""
    contest = CONTESTS[name]
    state = prepared(name)
    with universe() as world:
        furnish(world)
        state.restore(world, copies=True)
        world.ses.report = world.sns.report if contest.told else None
        gate = Gate(world, re.compile(contest.shared), choose)
        world.gate, world.release = gate, gate.release
        violations = world.loop.run_until_complete(_compete(world, contest))
        left = State.of(world)
    line = f"contest={name} path={''.join(map(str, gate.taken))}"
    return Run(Judged(line, "wrong" if violations else "clean", tuple(violations)), left)


async def _compete(world: World, contest: Contest) -> list[str]:
    cluster = Cluster(world, (contest.role,), 2, alone=contest.also)
    cluster.start()
    try:
        await cluster.quiet()
        await cluster.stop()
    except TimeoutError:
        cluster.kill()
        return ["it does not come to rest"]
    held = (*contest.holds, *ALWAYS)
    return _said_apart(world) + [
        problem for name in held for problem in parts(name, world, contest.expected)
    ]


def _said_apart(world: World) -> list[str]:
    """Two instances may both say what came of one message, but in the same words."""
    words: dict[str, str] = {}
    apart = []
    for body in world.sns.said:
        event = json.loads(body)
        event.pop("time")
        event.get("data", {}).pop("partitions", None)  # the second one finds them made
        text = json.dumps(event, sort_keys=True)
        if words.setdefault(event["id"], text) != text:
            apart.append(f"{event['type']} {event['id']} was said in two ways")
    return apart


def runs(name: str, *, every: bool = False) -> Iterator[Run]:
    """Yield each order that differs; with `every`, also those that come to the same."""
    known: Known = {}
    choices: Choices | None = Choices()
    while choices is not None:
        yield compete(name, Search(choices, known, every))
        choices = choices.next()


def orders(name: str, most: int | None = None) -> Iterator[Judged]:
    """Yield what is to be said of each order, or of the first so many."""
    yield from (run.judged for run in islice(runs(name), most))


def judge_line(line: str) -> Judged:
    """Run one order again from the line `contest=… path=…`."""
    name, path = line.removeprefix("contest=").split(" path=")
    return compete(name, Along(tuple(map(int, path)))).judged


def whole_contest(name: str) -> list[Judged]:
    return list(orders(name))
