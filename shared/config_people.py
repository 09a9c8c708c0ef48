"""Sections of `daybook.yaml` about people: who gets which mail, and who sees which OU."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.config_outlook import OuPath
from shared.config_parts import Strict

_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
Address = Annotated[
    str,
    Field(pattern=rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$", max_length=254),
]
"""A dot-atom and a host name in ASCII, as SES takes them (RFC 5322); no question mark, which could
begin an encoded word in a header (RFC 2047)."""
Recipients = Annotated[tuple[Address, ...], Field(min_length=1, max_length=50)]
"""Who gets one mail (Amazon SES quotas: at most 50 recipients a message)."""
ReaderName = Annotated[str, Field(pattern=r'^[^\s,"][^,"\r\n]*$', max_length=256)]
"""A user or group of QuickSight; a comma would make two of it (Amazon QuickSight User Guide, "Using
row-level security with user-based rules")."""
LEVELS = 5
"""OUs below one another under the root (AWS Organizations quotas, "OU maximum nesting in a root");
QuickSight's rules reach as deep."""


class Digest(Strict):
    """Who sends the digest, and to whom."""

    sender: Address = Field(description="A sender verified in SES.")
    recipients: Recipients = Field(description="Recipients of the digest (SES: at most 50).")


class Readers(Strict):
    """Who sees rows in QuickSight: user names, and names of groups."""

    quicksight: tuple[ReaderName, ...] = Field(
        default=(), description="QuickSight user names that see the OU's rows; executives see all."
    )
    quicksight_groups: tuple[ReaderName, ...] = Field(
        default=(), description="QuickSight groups whose members see the same."
    )

    @property
    def reads(self) -> bool:
        """Whether anybody is named."""
        return bool(self.quicksight or self.quicksight_groups)


class Executives(Readers):
    """Who gets the executive PDF, a mail of its own, and sees every OU in QuickSight."""

    recipients: Recipients = Field(description="Recipients of the PDF (SES: at most 50).")
    every: Literal["day", "week", "month"] = Field(
        default="day",
        description="How often: `week` is the mail of each Sunday's figures, sent on Monday; "
        "`month` that of each month's last day. The PDF is archived every day.",
    )


class Owner(Readers):
    """An OU and the people who answer for it and everything below it."""

    ou: OuPath = Field(description="OU path; a parent covers its subtree.")
    recipients: tuple[Address, ...] = Field(
        default=(), max_length=50, description="Who gets the OU's own part of the digest."
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.recipients and not self.reads:
            raise ValueError(f"the owners of {self.ou} are nobody: add recipients or quicksight")
        if self.reads and self.ou.count("/") > LEVELS:
            raise ValueError(
                f"{self.ou} is too deep for QuickSight's rules, which reach {LEVELS} levels below "
                "the root: name the OU above"
            )
        return self


class Chat(Strict):
    """A channel that gets a short form of the digest by an incoming webhook."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$", description="Name of the channel, for logs.")
    format: Literal["slack", "teams"] = Field(
        description="`slack`: an incoming webhook of Slack. `teams`: a Teams workflow that posts "
        "an Adaptive Card when a webhook request is received."
    )
    webhook: str = Field(
        pattern=r"^env:DAYBOOK_WEBHOOK_[A-Z0-9_]{1,60}$",
        description="Where its secret URL is: `env:DAYBOOK_WEBHOOK_…` names an environment "
        "variable of the notifier, which ECS fills from Secrets Manager or Parameter Store.",
    )


def parts(roster: Iterable[Owner]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return which OUs each list of recipients gets: one mail a list, whatever its order and case.

    The OUs are in the roster's order.
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for owner in roster:
        if owner.recipients:
            people = tuple(sorted({address.lower() for address in owner.recipients}))
            found[people] = tuple(dict.fromkeys((*found.get(people, ()), owner.ou)))
    return found
