"""The ledger's record of a digest: what is known of it, and what it told of each day."""

from datetime import date, datetime
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field


class ToldDay(BaseModel):
    """One day as a digest knew it."""

    model_config = ConfigDict(frozen=True)

    sha256: str = Field(description="Checksum of the day's object in the archive.")
    etag: str = Field(
        description="ETag of the day's record in the ledger then; empty when the record was not "
        "read: an equal ETag later means that nothing changed."
    )


Told = dict[date, ToldDay]
"""The days that a digest told of, its own and those before it."""


class ClaimState(Enum):
    """What is known about a digest."""

    FREE = "free"
    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"
    RESENT = "resent"


class Claim(BaseModel):
    """The ledger's record of one digest to one recipient list."""

    model_config = ConfigDict(frozen=True)

    state: ClaimState
    run: str = Field(description="The run that claimed it.")
    owner: str = Field(description="The attempt that claimed it: one worker, one message, once.")
    at: datetime = Field(description="When the state was reached (UTC).")
    message_id: str | None = Field(default=None, description="SES message id, once sent.")
    reason: str | None = Field(default=None, description="Why it is free again, or in doubt.")
    recipients: tuple[str, ...] = Field(
        default=(), description="Whom it is for; empty when an older release claimed it."
    )
    told: Told | None = Field(
        default=None,
        description="Each day as this digest tells it; null when an older release claimed it.",
    )


def how_to_settle(name: str) -> str:
    """Return what a person types who has looked whether a mail in doubt is there.

    A mail about late data is not sent again: the digest follows it.
    """
    command = f"daybook digest resolve {name[:10]} --claim {name}"
    if name[11:].startswith("delayed-"):
        return f"`{command} --sent`: there or not, the digest itself follows it"
    return f"`{command} --sent` if it is there, or the same with `--resend` if it is not"
