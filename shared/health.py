"""The worker's health, in a file that a container's health check reads.

`python -m shared.health FILE` exits 0 while the worker lives: it wrote the file recently. An open
breaker is said, and no reason to replace the process: a new one would have forgotten the failures
and receive again (decision 38).
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

STALE = 35 * 60
"""Seconds without a word after which a worker counts as stuck: longer than any lease's budget."""


@dataclass(frozen=True)
class HealthFile:
    """Writes the worker's state; without a path, nowhere."""

    path: Path | None

    def write(self, reason: str = "") -> None:
        """Say that the worker lives, and what is wrong with it; the file is replaced whole."""
        if self.path is None:
            return
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps({"well": not reason, "reason": reason, "at": time.time()}))
        draft.replace(self.path)


def read_health(path: Path) -> tuple[bool, str]:
    """Return whether the worker lives, and what is wrong with it; empty when nothing is."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        return False, repr(error)
    if time.time() - state["at"] > STALE:
        return False, f"no word for {STALE} seconds"
    return True, str(state["reason"])


if __name__ == "__main__":
    lives, wrong = read_health(Path(sys.argv[1]))
    if wrong:
        sys.stderr.write(wrong + "\n")
    sys.exit(0 if lives else 1)
