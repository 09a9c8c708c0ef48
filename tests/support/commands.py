"""Runs the `daybook` command as a user does: a process, its exit code, its output."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import boto3

ROOT = Path(__file__).resolve().parents[2]
RUN_SECONDS = 150


def daybook(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        env={**os.environ, **environment},
        check=False,
    )


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start the command; its standard error goes where its standard output goes."""
    return subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def command(*arguments: object) -> Sequence[str]:
    """Return the command line."""
    return [sys.executable, "-m", "daybook", *(str(argument) for argument in arguments)]


def answers(url: str) -> bool:
    """Say whether somebody listens at a URL's host and port."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1):
            return True
    except OSError:
        return False


@dataclass
class Up:
    """A running `daybook up --json`: its access record, and the events it tells."""

    process: subprocess.Popen[str]
    access: dict[str, Any]
    told: list[dict[str, Any]] = field(default_factory=list)
    _lines: "queue.Queue[str]" = field(default_factory=queue.Queue)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that points AWS clients here."""
        return dict(self.access["environment"])

    def client(self, service: str) -> Any:
        """Return a boto3 client for the stack; the caller closes it."""
        env = self.environment
        return boto3.client(
            service,
            endpoint_url=env["AWS_ENDPOINT_URL"],
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key="local",
        )

    def event(self, kind: str, run: str, within: float) -> dict[str, Any]:
        """Wait for an event of a run."""
        named = {"type": kind, "runid": run}
        return self._first(lambda event: named.items() <= event.items(), str(named), within)

    def caused_by(self, cause: str, within: float) -> dict[str, Any]:
        """Wait for an event that another event caused."""
        return self._first(lambda e: e.get("causeid") == cause, f"effect of {cause}", within)

    def _first(
        self, fits: Callable[[dict[str, Any]], bool], what: str, within: float
    ) -> dict[str, Any]:
        deadline = time.monotonic() + within
        while True:
            for event in self.told:
                if fits(event):
                    return event
            try:
                line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                seen = [(event["type"], event["runid"]) for event in self.told]
                raise AssertionError(f"no {what} within {within} s; saw {seen}") from None
            self.told.append(json.loads(line))

    def publish(self, *arguments: object) -> str:
        """Publish an event with the command; returns its run id."""
        done = daybook("publish", *arguments, **self.environment)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["runid"])


def _pump(lines: IO[str], into: "queue.Queue[str]") -> None:
    for line in lines:
        into.put(line)


@contextmanager
def up(*arguments: object, log: Path) -> Iterator[Up]:
    """Keep `daybook up --json` running; end it with Ctrl-C."""
    with log.open("w") as sink:
        process = subprocess.Popen(
            command("up", "--json", *arguments),
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        stdout = process.stdout
        try:
            first = stdout.readline()
            assert first, log.read_text()
            running = Up(process, json.loads(first))
            reader = threading.Thread(target=_pump, args=(stdout, running._lines))
            reader.start()
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
            reader.join()
            stdout.close()
