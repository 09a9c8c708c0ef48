"""The ledger's record of a digest: what is known of it, and what it told of each day."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Self

from pydantic import Field

from shared.frozen import Frozen
from shared.ids import derive_id, run_from

DAILY, DELAYED = "daily", "delayed"
"""Kinds of claims: a tick's digest, and the mail that says that its data is late."""


class ToldDay(Frozen):
    """One day as a digest knew it."""

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


class Claim(Frozen):
    """The ledger's record of one digest to one recipient list."""

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
    claimed_at: datetime | None = Field(
        default=None,
        description="When it was claimed, at once before it was sent (UTC); null when an older "
        "release claimed it.",
    )

    @property
    def sent_at(self) -> datetime:
        """When the mail left, if it did; as near as is known."""
        return self.claimed_at or self.at

    def settled(self, state: ClaimState, at: datetime, **known: Any) -> Self:
        """Return it in another state since `at`; when the mail left does not change by that."""
        kept = {"state": state, "at": at, "claimed_at": self.sent_at}
        return self.model_copy(update=kept | known)


def resend_id(name: str, given_up: Claim) -> str:
    """Return the id of the wish that sends a mail again whose claim was given up."""
    return derive_id(name[:10], "resend", given_up.owner)


def is_resent(name: str, given_up: Claim, claims: Mapping[str, Claim]) -> bool:
    """Say whether a mail that was given up was claimed again for its list; `claims` by their names.

    By the run of the wish that was to do it, or by one that came later.
    """
    run = run_from(resend_id(name, given_up))
    return any(
        f"replay-{run}-" in other or claim.at >= given_up.at
        for other, claim in claims.items()
        if other != name and "-replay-" in other and first_claim(other) == first_claim(name)
    )


def first_claim(name: str) -> str:
    """Return the claim that a mail's list had the first time, of that or of any replay's."""
    kind, _, listed = name[len("2026-01-01-") :].rpartition("-")
    first = kind.partition("replay-")[0].rstrip("-")
    return f"{name[:10]}-{first or DAILY}-{listed}"


def is_about_late_data(name: str) -> bool:
    """Say whether a claim is of a mail about late data, which is never sent again."""
    return name[11:].startswith(f"{DELAYED}-")


def how_to_settle(name: str) -> str:
    """Return what a person types who has looked whether a mail in doubt is there.

    A mail about late data is not sent again: the digest follows it.
    """
    command = f"daybook digest resolve {name[:10]} --claim {name}"
    if is_about_late_data(name):
        return f"`{command} --sent`: there or not, the digest itself follows it"
    return f"`{command} --sent` if it is there, or the same with `--resend` if it is not"


def how_to_send_again(name: str) -> str:
    """Return what a person types who has mended why a mail did not reach its recipients."""
    if is_about_late_data(name):
        return "It is not sent again: the digest itself follows it"
    command = f"daybook replay {name[:10]} --notify"
    return (
        f"`{command} --only {name}` sends it again, to all of its own list and to no other. A list "
        f"whose recipients have changed is another one: for it `{command}`, which tells every list "
        "again"
    )
