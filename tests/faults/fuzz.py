"""Layer 7: bodies that nobody understands: received, released, and at last dead letters."""

import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

from shared.errors import Ignore, Reject
from shared.events import parse
from tests.faults.example import backfill, furnish, tick
from tests.faults.run import BUILDS, Cluster, run, universe
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.sweep import Report, spread
from tests.faults.verdict import Judged
from tests.faults.world import World

RECEIVES = 5
HARMLESS = {"ReceiveMessage", "ChangeMessageVisibility"}
BATCH = 250
DELETED = 0.2
"""Share of damaged fields that are gone; the others hold something else."""
DEEPER = 0.85
_VALUES: tuple[object, ...] = (
    None, True, -1, 10**400, 1e308, "", "x" * 300, "\u202e<script>", [], {}, [[]], "2026-13-45",
    "9999-12-31T23:59:59Z", "day-ready", "period-cataloged", {"type": "day-ready"},
)  # fmt: skip


def bodies(count: int, seed: int) -> Iterator[str]:
    """Yield bodies that are no events: broken text, wrong shapes, events with one thing wrong."""
    chance = random.Random(seed)  # noqa: S311 - repeatable noise
    makers = (_noise, _shape, _mangled, _cut, _huge)
    made = 0
    while made < count:
        body = chance.choices(makers, (3, 3, 6, 3, 0.05))[0](chance)
        if _is_no_event(body):
            made += 1
            yield body


def _is_no_event(body: str) -> bool:
    try:
        parse(body)
    except Ignore:
        return False
    except Reject:
        return bool(body)
    return False


def _noise(chance: random.Random) -> str:
    alphabet = '{}[]":,0123456789eE+-.truefalsn\\u \n\t\u00e9\u4e2d\U0001f4a5'
    return "".join(chance.choices(alphabet, k=chance.randint(1, 200)))


def _shape(chance: random.Random) -> str:
    depth = chance.choice((0, 1, 2, 60))
    body: object = chance.choice(_VALUES)
    for _ in range(depth):
        body = {chance.choice(("type", "data", "id")): body} if chance.random() < 0.5 else [body]
    return json.dumps(body)


@cache
def spoken() -> tuple[str, ...]:
    """Return an event of each type that a day's run says or hears, as it travels."""
    said = run(Schedule("late"), scenario_of("late")).world.sns.said
    by_type = {json.loads(body)["type"]: body for body in said}
    return (*by_type.values(), backfill(1, notify=True), _SES)


_SES = json.dumps(
    {
        "eventType": "Send",
        "mail": {
            "messageId": "ses-1",
            "timestamp": "2026-11-03T07:00:00Z",
            "tags": {"daybook-digest": ["2026-11-02-daily-0123456789ab"]},
        },
    }
)


def _mangled(chance: random.Random) -> str:
    """Take an event of the chain and damage one or two of its fields, however deep they lie."""
    event = json.loads(chance.choice(spoken()))
    for _ in range(chance.randint(1, 2)):
        _damage(event, chance)
    return json.dumps(event)


def _damage(place: Any, chance: random.Random) -> None:
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    if not keys:
        return
    key = chance.choice(keys)
    inner = place[key]
    if isinstance(inner, dict | list) and inner and chance.random() < DEEPER:
        _damage(inner, chance)
    elif chance.random() < DELETED:
        del place[key]
    else:
        place[key] = chance.choice(_VALUES)


def _cut(chance: random.Random) -> str:
    body = tick(1)
    return body[: chance.randint(1, len(body) - 1)]


def _huge(chance: random.Random) -> str:
    return json.dumps({"type": "day-ready", "id": "x" * (66_000 + chance.randint(0, 9))})


def judge_batch(batch: tuple[int, int]) -> Judged:
    """Throw a batch of bodies at all five workers."""
    count, seed = batch
    thrown = list(bodies(count, seed))
    with universe(seed=seed) as world:
        furnish(world)
        for number, body in enumerate(thrown):
            world.sqs.send(f"daybook-{tuple(BUILDS)[number % len(BUILDS)]}", body)
        problems = world.loop.run_until_complete(_throw(world))
        problems += _look(world, count)
    return Judged(f"fuzz={count} seed={seed}", "wrong" if problems else "clean", tuple(problems))


def judge_line(line: str) -> Judged:
    """Run a batch again from the line `fuzz=… seed=…`."""
    count, seed = line.removeprefix("fuzz=").split(" seed=")
    return judge_batch((int(count), int(seed)))


async def _throw(world: World) -> list[str]:
    cluster = Cluster(world, tuple(BUILDS), 1)
    cluster.start()
    try:
        await cluster.quiet()
        ends = list(cluster.ends)
        await cluster.stop()
    except TimeoutError:
        cluster.kill()
        return ["it does not come to rest"]
    return [f"a worker ended: {end}" for end in ends]


def _look(world: World, count: int) -> list[str]:
    problems = []
    letters = [m for queue in world.sqs.queues.values() for m in queue.dead.values()]
    if len(letters) != count:
        problems.append(f"{len(letters)} of {count} are dead letters")
    others = [str(c) for c in world.log if c.operation not in HARMLESS and "config" not in c.about]
    problems += [f"a call besides receive and release: {call}" for call in others[:3]]
    reasons = {
        line["message"]
        for line in world.lines
        if line.get("outcome") == "REJECTED" and line["reason"]
    }
    problems += [f"{m.id} has no reason in the log" for m in letters if m.id not in reasons][:3]
    receives = sum(call.operation == "ReceiveMessage" for call in world.log)
    if receives > count * RECEIVES + 20:
        problems.append(f"{receives} receives for {count} bodies")
    return problems


def fuzz(count: int = 10_000, jobs: int = 0) -> Report:
    """Throw `count` bodies, in batches of their own worlds."""
    batches = [(BATCH, seed) for seed in range(count // BATCH)]
    judged = list(spread(judge_batch, batches, jobs, least=2))
    return Report("fuzz", judged, notes=f"{count} bodies")
