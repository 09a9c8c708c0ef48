"""Child processes that never outlive the command that started them."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
GRACE = 10.0
"""Seconds a child may take to stop before it is killed."""


@dataclass
class Child:
    """A running child and where its output goes."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.returncode is None

    async def stop(self, grace: float = GRACE) -> None:
        """Ask it to stop, and kill it when it does not."""
        if self.alive:
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), grace)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


async def start(
    name: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    piped: bool = False,
    python: str = sys.executable,
) -> Child:
    """Start `python ARGUMENTS` from the project's root; its output goes to `log` or a pipe."""
    with log.open("ab") as sink:
        output: int | IO[bytes] = asyncio.subprocess.PIPE if piped else sink
        process = await asyncio.create_subprocess_exec(
            python,
            *arguments,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=sink,
            # A Ctrl-C at the terminal is for the command, which then stops its children in order.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    return Child(name, process, log)


def _die_with_parent() -> None:
    """Have Linux stop the child when the command itself is killed and cannot clean up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
