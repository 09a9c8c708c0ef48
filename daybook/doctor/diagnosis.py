"""What the doctor says of one thing, and how it asks AWS."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from shared.config import Config
from shared.topology import Topology

State = Literal["fine", "wrong", "not known here"]
AMAZON = ("amazonaws.com", "amazonaws.com.cn", "api.aws")
GONE = {
    "404", "NoSuchBucket", "NoSuchEntity", "NotFound", "NotFoundException", "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue", "ResourceNotFoundException",
    "NoSuchPublicAccessBlockConfiguration", "NoSuchLifecycleConfiguration",
}  # fmt: skip
"""Codes that say that something is not there, which is an answer."""


@dataclass(frozen=True)
class Diagnosis:
    """One thing: how it is, and what to do when it is not fine."""

    about: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class Answer:
    """What AWS answered; `gone` when it said that there is none, `silence` when it did not say."""

    said: dict[str, Any] = field(default_factory=dict)
    gone: bool = False
    silence: str = ""


@dataclass(frozen=True)
class Patient:
    """The account: clients by service, the configuration where it could be read, the names."""

    clients: dict[str, Any]
    topology: Topology
    bucket: str
    account: str
    config: Config | None

    def emulated(self, service: str) -> bool:
        """Say whether a service is somebody else's than Amazon's: it cannot know an account."""
        host = urlsplit(self.clients[service].meta.endpoint_url).hostname or ""
        return not host.endswith(AMAZON)

    def arn(self, service: str, rest: str) -> str:
        """Return the ARN of something of this account and region."""
        client = self.clients[service]
        return (
            f"arn:{client.meta.partition}:{service}:{client.meta.region_name}:{self.account}:{rest}"
        )


async def asked(call: Awaitable[dict[str, Any]]) -> Answer:
    """Ask; a refusal or a silence is no answer, and never counts as fine."""
    try:
        return Answer(await call)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return Answer(gone=True) if code in GONE else Answer(silence=str(error))
    except BotoCoreError as error:
        return Answer(silence=str(error))


def fine(about: str, found: str) -> Diagnosis:
    """Say that something is as it must be."""
    return Diagnosis(about, "fine", found)


def wrong(about: str, found: str, remedy: str) -> Diagnosis:
    """Say what is wrong and what to do."""
    return Diagnosis(about, "wrong", found, remedy)


def unknown(about: str, why: str, remedy: str = "Ask with an account of AWS") -> Diagnosis:
    """Say that it is not known here."""
    return Diagnosis(about, "not known here", why, remedy)


def unanswered(about: str, answer: Answer) -> Diagnosis:
    """Say that AWS did not answer."""
    return unknown(about, answer.silence, "Ask as somebody who may, or where the service is")


EMULATED = "an emulator answers here, which knows no account of AWS"
