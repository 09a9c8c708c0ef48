"""LocalStack: the one that runs at LOCALSTACK_HOST, or one started here from its PyPI package."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from localstack_client.config import get_service_endpoint

from daybook.local.processes import ROOT, start
from tests.support.compose import free_port

VARIABLE = "LOCALSTACK_HOST"
VERSION = "4.14.0"
"""The last that asks for no token; `scripts/localstack` installs it."""
PYTHON = ROOT / ".venv" / "localstack" / "bin" / "python"
"""Made by scripts/localstack; not there where no Python is that LocalStack runs on."""
ANSWERS = b"Ready."
READY_SECONDS = 90


class Unavailable(Exception):  # noqa: N818 - a state of this machine, for a test to skip with
    """There is no LocalStack here, and why."""


@asynccontextmanager
async def localstack(folder: Path) -> AsyncIterator[str]:
    """Yield the URL of a LocalStack; one that is started here is gone when the context ends.

    Raises Unavailable.
    """
    if os.environ.get(VARIABLE):
        yield str(get_service_endpoint("sts"))
        return
    if not PYTHON.exists():
        raise Unavailable(f"no LocalStack: `make localstack` with Python 3.13, or set {VARIABLE}")
    port, log = free_port(), folder / "localstack.log"
    arguments = ["-m", "localstack.runtime.main"]
    child = await start("localstack", arguments, _settings(port, folder), log, python=str(PYTHON))
    try:
        async with asyncio.timeout(READY_SECONDS):
            while ANSWERS not in log.read_bytes():
                assert child.alive, log.read_text(errors="replace")[-2000:]
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        # It takes ten seconds to put away what is forgotten anyway.
        await child.stop(grace=0.5)


def _settings(port: int, folder: Path) -> dict[str, str]:
    return {
        # It listens on all interfaces for any IPv4 address, but heeds an IPv6 one; this is both.
        "GATEWAY_LISTEN": f"[::ffff:127.0.0.1]:{port}",
        "LOCALSTACK_VOLUME_DIR": str(folder / "localstack"),
        "TMPDIR": str(folder),
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
        "SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL": "5",
        "PYTHONWARNINGS": "ignore",
    }
