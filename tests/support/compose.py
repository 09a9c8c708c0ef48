"""Reads docker-compose.yml as Compose does: its services' command lines and environments."""

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
OPTIONAL = re.compile(r"\$\{(\w+):-([^}]*)\}")


def compose(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the file with its variables filled in: it uses `${NAME:-default}` and no other."""
    text = FILE.read_text(encoding="utf-8")
    filled = OPTIONAL.sub(lambda found: environment.get(found[1]) or found[2], text)
    assert "${" not in filled
    loaded: dict[str, Any] = yaml.safe_load(filled)
    return loaded


@dataclass(frozen=True)
class Service:
    """What a container would run."""

    command: list[str]
    environment: dict[str, str]

    def moved(self, places: Mapping[str, str]) -> "Service":
        """Return the service with addresses and names replaced."""
        return Service(
            [_replaced(word, places) for word in self.command],
            {name: _replaced(value, places) for name, value in self.environment.items()},
        )

    @property
    def arguments(self) -> list[str]:
        """What Python is started with."""
        assert self.command[0] == "python"
        return self.command[1:]


def service(name: str) -> Service:
    """Return a service whose image is built from the Dockerfile."""
    told = compose()["services"][name]
    build = told["build"]
    module = (
        "daybook" if build.get("target") == "command" else f"services.{build['args']['SERVICE']}"
    )
    started = told.get("entrypoint", ["python", "-m", module])
    return Service([*started, *told.get("command", [])], dict(told.get("environment", {})))


def _replaced(text: str, places: Mapping[str, str]) -> str:
    """Replace at once, so that no port of one place is taken for another's."""
    longest_first = sorted(places, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: places[found[0]], text)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
