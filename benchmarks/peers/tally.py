"""Counts a queue's messages as a contender handles them, and times them.

First `many` that wait already (messages a second, CPU of this process), then `few` one by one, a
pause apart (publish to handler). Every contender publishes in its own way.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from statistics import median

from benchmarks.peers.timed import cpu

PAUSE = 0.05
"""Seconds between messages whose way is timed."""


class Tally:
    """What one contender was seen to do; `publish(sent_at)` sends one message."""

    def __init__(self, publish: Callable[[float], object]) -> None:
        self.many, self.few = int(sys.argv[2]), int(sys.argv[3])
        self.publish = publish
        self.ways: list[float] = []
        self.handled = 0
        self.began = self.used = self.drained = self.drain_cpu = 0.0
        self.done = threading.Event()

    def fill(self) -> None:
        """Put the messages in that wait."""
        for _ in range(self.many):
            self.publish(0.0)

    def handle(self, sent_at: float) -> bool:
        """Count a message; True when it was the last. Time begins with the first."""
        self.handled += 1
        if self.handled == 1:
            self.began, self.used = time.perf_counter(), cpu()
        if sent_at:
            self.ways.append(time.time() - sent_at)
        if self.handled == self.many:
            self.drained = time.perf_counter() - self.began
            self.drain_cpu = cpu() - self.used
            threading.Thread(target=self.trickle, daemon=True).start()
        if self.handled >= self.many + self.few:
            self.done.set()
        return self.done.is_set()

    def trickle(self) -> None:
        """Publish what is timed one by one."""
        for _ in range(self.few):
            time.sleep(PAUSE)
            self.publish(time.time())

    def tell(self) -> None:
        """Print what was seen as one line of JSON."""
        print(
            json.dumps(
                {
                    "per_second": (self.many - 1) / self.drained,
                    "cpu_ms": 1000 * self.drain_cpu / (self.many - 1),
                    "p50_ms": 1000 * median(self.ways),
                    "p95_ms": 1000 * sorted(self.ways)[int(len(self.ways) * 0.95)],
                }
            )
        )
        sys.stdout.flush()
