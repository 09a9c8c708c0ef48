"""What a service's image installs, as `scripts/requirements` and the packages' metadata say."""

import subprocess
import sys
from functools import cache
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def wanted(worker: str) -> list[str]:
    """Return what the image's own script says that it installs."""
    script = [sys.executable, "scripts/requirements", worker]
    return subprocess.run(
        script, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()


@cache
def installed(requirement: str) -> frozenset[str]:
    """Return the distributions that a requirement brings, by what their metadata ask for."""
    asked = Requirement(requirement)
    found: set[str] = {canonicalize_name(asked.name)}
    for text in requires(asked.name) or ():
        inner = Requirement(text)
        extras = [{"extra": extra} for extra in asked.extras or {""}]
        if inner.marker is None or any(inner.marker.evaluate(extra) for extra in extras):
            found |= installed(text.partition(";")[0].strip())
    return frozenset(found)


@cache
def image(worker: str) -> frozenset[str]:
    return frozenset().union(*(installed(requirement) for requirement in wanted(worker)))
