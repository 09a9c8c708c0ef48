"""One reproducible run, and the line that says which."""

import ast
import re
from dataclasses import dataclass

Fault = tuple[int | str, str]
"""Which call, and what happens to it.

The call is a number in the log, or a pattern: the first call it fits after the fault before.
What happens may be `calm`, nothing: then the call only says from where to look on.
"""


@dataclass(frozen=True)
class Schedule:
    """One reproducible run; `str()` of it is the line that reproduces it.

    What is kept names its calls by patterns: numbers change with every call that is added.
    """

    scenario: str = "tick"
    plan: tuple[Fault, ...] = ()
    seed: int = 0
    instances: int = 1

    def __str__(self) -> str:
        faults = ", ".join(f"{call!r}: {kind!r}" for call, kind in self.plan)
        line = f"plan={{{faults}}} seed={self.seed} scenario={self.scenario}"
        return line if self.instances == 1 else f"{line} instances={self.instances}"

    @classmethod
    def parse(cls, line: str) -> "Schedule":
        found = re.fullmatch(
            r"plan=(\{.*\}) seed=(\d+) scenario=([\w+-]+)(?: instances=(\d+))?", line.strip()
        )
        if found is None:
            raise ValueError(f"{line!r} is not a schedule")
        return cls(found[3], _plan(found[1]), int(found[2]), int(found[4] or 1))


def _plan(text: str) -> tuple[Fault, ...]:
    """Read the faults; raise ValueError where a call is named twice, for one would be forgotten."""
    written = ast.parse(text, mode="eval").body
    plan = tuple(ast.literal_eval(written).items())
    if isinstance(written, ast.Dict) and len(plan) < len(written.keys):
        raise ValueError(f"{text} names a call twice")
    return plan
