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
    quicksight, quicksight_url = await _start_quicksight(logs)
    try:
        ministack, url = await _start_ministack(logs, smtp_port)
        try:
            yield Endpoint(url, quicksight_url)
        finally:
            await ministack.stop()
    finally:
        await quicksight.stop()


async def _start_quicksight(logs: Path) -> tuple[Child, str]:
    log = logs / "quicksight.log"
    child = await start("quicksight", ["-m", "daybook.local.quicksight"], {}, log, piped=True)
    if child.process.stdout is None:
        raise RuntimeError("the QuickSight stand-in has no output")
    line = await asyncio.wait_for(child.process.stdout.readline(), START_SECONDS)
    if not line:
        raise _no_start("QuickSight stand-in", log)
    return child, str(json.loads(line)["endpoint"])


async def _start_ministack(logs: Path, smtp_port: int) -> tuple[Child, str]:
    """Start on a free port; somebody may take the port first, so try again."""
    log = logs / "aws.log"
    for _ in range(ATTEMPTS):
        port = _free_port()
        environment = {
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
        child = await start("aws", ["-m", "ministack"], environment, log)
        url = f"http://127.0.0.1:{port}"
        if await _healthy(child, f"{url}/_ministack/health"):
            return child, url
        await child.stop()
    raise _no_start("embedded AWS (ministack)", log)


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
