"""The embedded AWS: MiniStack for everything but QuickSight, and a stand-in for that."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from daybook.local.endpoint import Endpoint
from daybook.local.processes import Child, start
from shared.errors import InputError

START_SECONDS = 60
ATTEMPTS = 3


@asynccontextmanager
async def embedded_aws(logs: Path, smtp_port: int) -> AsyncIterator[Endpoint]:
    """Start both servers on free ports of 127.0.0.1; they are gone when the context ends."""
    children: list[Child] = []
    try:
        quicksight_url = await _start_quicksight(children, logs)
        yield Endpoint(await _start_ministack(children, logs, smtp_port), quicksight_url)
    finally:
        await asyncio.gather(*(child.stop() for child in children))


async def _start_quicksight(children: list[Child], logs: Path) -> str:
    log = logs / "quicksight.log"
    child = await start("quicksight", ["-m", "daybook.local.quicksight"], {}, log, piped=True)
    children.append(child)
    if child.process.stdout is None:
        raise RuntimeError("the QuickSight stand-in has no output")
    line = await asyncio.wait_for(child.process.stdout.readline(), START_SECONDS)
    if not line:
        raise _no_start("QuickSight stand-in", log)
    return str(json.loads(line)["endpoint"])


async def _start_ministack(children: list[Child], logs: Path, smtp_port: int) -> str:
    """Start on a free port; somebody may take the port first, so try again."""
    log = logs / "aws.log"
    for _ in range(ATTEMPTS):
        port = _free_port()
        child = await start("aws", ["-m", "ministack"], _ministack_settings(port, smtp_port), log)
        children.append(child)
        url = f"http://127.0.0.1:{port}"
        if await _healthy(child, f"{url}/_ministack/health"):
            return url
    raise _no_start("embedded AWS (ministack)", log)


def _ministack_settings(port: int, smtp_port: int) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SMTP_HOST": f"127.0.0.1:{smtp_port}",
        "AUTH": "false",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
    }


async def _healthy(child: Child, url: str) -> bool:
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while child.alive and asyncio.get_running_loop().time() < deadline:
            try:
                async with session.get(url) as answer:
                    # Asked again: on a port that somebody else won, ours dies, theirs answers.
                    return answer.ok and child.alive
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _no_start(what: str, log: Path) -> InputError:
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    return InputError(what, "did not start", f"Last words: {tail[0] if tail else 'none'}")
