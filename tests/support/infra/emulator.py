"""The AWS that Terraform is applied to: IAM enforced, TLS, every call recorded.

MiniStack with `AUTH=true` evaluates the policies of roles, buckets, queues and topics; with TLS
their `aws:SecureTransport` conditions hold; with its CloudTrail it says afterwards who did what.
"""

import asyncio
import json
import shutil
import ssl
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from daybook.local.embedded_aws import _free_port
from daybook.local.endpoint import Endpoint
from daybook.local.mail import Mailbox, mailbox
from daybook.local.processes import Child, start
from tests.support.infra.scaling import scaling
from tests.support.infra.terraform import Unavailable
from tests.support.waiting import PAUSE

START_SECONDS = 90


@dataclass(frozen=True)
class SecureEndpoint(Endpoint):
    """An endpoint with a certificate of its own, and the stand-in that only Terraform needs."""

    certificate: str = ""
    scaling_url: str = ""

    def environment(self) -> dict[str, str]:
        """Return the environment that points botocore and Terraform here and nowhere else."""
        return super().environment() | {
            "AWS_CA_BUNDLE": self.certificate,
            "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": self.scaling_url,
        }


@dataclass(frozen=True)
class Emulator:
    """A running emulator and its mail box."""

    endpoint: SecureEndpoint
    box: Mailbox
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event

    def find_mail(self, header: bytes, within: float) -> bytes:
        """Wait for the message that has this header line."""
        looking = self.box.find(header, within=within)
        return asyncio.run_coroutine_threadsafe(looking, self.loop).result(2 * within)


@contextmanager
def enforcing() -> Iterator[Emulator]:
    """Start everything; when the context ends, it and its processes are gone.

    Raises Unavailable where that cannot be.
    """
    if shutil.which("openssl") is None:
        raise Unavailable("openssl is not on the PATH: the emulator makes its certificate with it")
    ready: Future[Emulator] = Future()
    with (
        tempfile.TemporaryDirectory(prefix="daybook-infra-") as folder,
        scaling() as scaling_url,
        ThreadPoolExecutor(1) as pool,  # the children die with the thread that started them
    ):
        serving = pool.submit(lambda: asyncio.run(_serve(Path(folder), scaling_url, ready)))
        emulator = ready.result(START_SECONDS)
        try:
            yield emulator
        finally:
            emulator.loop.call_soon_threadsafe(emulator.stop.set)
            serving.result(START_SECONDS)


async def _serve(folder: Path, scaling_url: str, ready: "Future[Emulator]") -> None:
    stop, children = asyncio.Event(), list[Child]()
    try:
        async with mailbox() as (box, smtp_port):
            quicksight_url = await _quicksight(folder, children)
            url = await _ministack(folder, smtp_port, quicksight_url, children)
            endpoint = SecureEndpoint(
                url,
                quicksight_url,
                certificate=str(folder / "ministack-tls" / "server.crt"),
                scaling_url=scaling_url,
            )
            ready.set_result(Emulator(endpoint, box, asyncio.get_running_loop(), stop))
            await stop.wait()
    except BaseException as error:
        if not ready.done():
            ready.set_exception(error)
        raise
    finally:
        await asyncio.gather(*(child.stop() for child in children))


async def _quicksight(folder: Path, children: list[Child]) -> str:
    module = ["-m", "tests.support.infra.quicksight"]
    child = await start("quicksight", module, {}, folder / "quicksight.log", piped=True)
    children.append(child)
    assert child.process.stdout is not None
    line = await asyncio.wait_for(child.process.stdout.readline(), START_SECONDS)
    return str(json.loads(line)["endpoint"])


async def _ministack(
    folder: Path, smtp_port: int, quicksight_url: str, children: list[Child]
) -> str:
    port = _free_port()
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SMTP_HOST": f"127.0.0.1:{smtp_port}",
        "AUTH": "true",
        "USE_SSL": "1",
        "CLOUDTRAIL_RECORDING": "1",
        "CLOUDTRAIL_MAX_EVENTS": "100000",
        "AWS_ENDPOINT_URL_QUICKSIGHT": quicksight_url,
        "TMPDIR": str(folder),
    }
    child = await start(
        "aws", ["-m", "tests.support.infra.ministack"], settings, folder / "aws.log"
    )
    children.append(child)
    url = f"https://127.0.0.1:{port}"
    await asyncio.to_thread(_await_health, url, child)
    return url


def _await_health(url: str, child: Child) -> None:
    """Wait until the emulator answers over TLS; its certificate is new and nobody's yet."""
    unverified = ssl._create_unverified_context()  # noqa: S323 - is it there, not: who is it
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.alive:
        asking = HTTPSConnection(urlsplit(url).netloc, context=unverified, timeout=5)
        with closing(asking), suppress(OSError, HTTPException):
            asking.request("GET", "/_ministack/health")
            if asking.getresponse().status == HTTPStatus.OK:
                return
        time.sleep(PAUSE)
    raise AssertionError(child.log.read_text(errors="replace")[-2000:])
