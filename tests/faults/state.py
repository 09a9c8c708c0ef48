"""What outlives every process: taken from one world, put into another."""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tests.faults.sim_s3 import Version
from tests.faults.sim_ses import Mail
from tests.faults.sim_sns import Alarm
from tests.faults.sim_sqs import Queued
from tests.faults.world import World

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_STAMP = re.compile(rb"\d{8}T\d{6}\.\d+Z")
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(rb"(mail|published|message)-\d{6}")
_COUNTED = re.compile(rb'"partitions":\d+')
"""How many partitions a telling found missing: a second one finds none."""
_SUM = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class State:
    """A durable state, and the time at which it was taken."""

    now: float
    objects: dict[str, tuple[Version, ...]]
    queues: dict[str, tuple[Queued, ...]]
    dead: dict[str, tuple[Queued, ...]]
    mails: tuple[Mail, ...]
    said: tuple[str, ...]
    alarms: tuple[Alarm, ...]
    partitions: dict[str, dict[Any, Any]]
    ingestions: dict[tuple[str, str], float]

    @classmethod
    def of(cls, world: World) -> "State":
        queues = world.sqs.queues.values()
        return cls(
            now=world.loop.now,
            objects={place: tuple(v) for place, v in world.s3.objects.items()},
            queues={q.name: tuple(replace(m) for m in q.messages.values()) for q in queues},
            dead={q.name: tuple(replace(m) for m in q.dead.values()) for q in queues},
            mails=tuple(world.ses.mails),
            said=tuple(body for body in world.sns.said if '"digest-sent"' in body),
            alarms=tuple(world.alarms),
            partitions={table: dict(p) for table, p in world.glue.partitions.items()},
            ingestions=dict(world.quicksight.started),
        )

    def restore(self, world: World, *, later: float = 0, copies: bool = False) -> None:
        """Put the state into a furnished world, `later` seconds on, with fresh receive counts.

        Without `copies` only one of several copies of a message is kept.
        """
        world.inherited = True
        world.loop.now = self.now + later
        world.s3.objects = {place: list(v) for place, v in self.objects.items()}
        for name, queue in world.sqs.queues.items():
            held = self.queues[name]
            single = {_rub(message.body.encode()): message for message in held}
            for message in held if copies else single.values():
                world.sqs.send(name, message.body)
            queue.dead = {m.id: replace(m) for m in self.dead[name]}
        world.ses.mails[:] = self.mails
        world.sns.said[:] = self.said
        world.alarms[:] = self.alarms
        world.glue.partitions = {table: dict(p) for table, p in self.partitions.items()}
        world.quicksight.started = dict(self.ingestions)

    def digest(self) -> str:
        """Compare states without clocks, ids, receive counts and copies."""
        parts = {
            "objects": {
                _rub(place.encode()): _rub(versions[-1].body)
                for place, versions in self.objects.items()
                if "/attempt=" not in place
            },
            "versions": sum(len(v) for place, v in self.objects.items() if "/ou-" in place),
            "queues": {name: _bodies(held) for name, held in self.queues.items()},
            "dead": {name: _bodies(held) for name, held in self.dead.items()},
            "mails": sorted(mail.claim for mail in self.mails),
            "said": sorted({_rub(body.encode()) for body in self.said}),
            "alarms": sorted({_rub(a.text.encode()) for a in self.alarms}),
            "partitions": {table: _told(held) for table, held in self.partitions.items()},
            "ingestions": sorted(map(str, self.ingestions)),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _bodies(held: tuple[Queued, ...]) -> list[str]:
    return sorted({_rub(message.body.encode()) for message in held})


def _told(partitions: dict[Any, Any]) -> list[str]:
    return sorted(_rub(f"{values} {where}".encode()) for values, where in partitions.items())


@lru_cache(maxsize=20_000)
def _rub(text: bytes) -> str:
    for pattern in (_COUNTED, _TIME, _STAMP, _UUID, _NUMBER, _SUM):
        text = pattern.sub(b"~", text)
    return text.decode("latin-1")
