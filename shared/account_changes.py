"""What changed in the organization on a day: accounts that are new, moved or closed."""

from datetime import date

from pydantic import Field

from shared.frozen import Frozen


class AccountChange(Frozen):
    """One account, as it is from the day on."""

    account_id: str = Field(description="12-digit account id.")
    name: str = Field(description="Its name; any characters.")
    ou: str = Field(description="OU path below the root; Root for the root itself.")
    moved_from: str | None = Field(default=None, description="The OU it was in the day before.")
    state: str = Field(description="Account state of AWS Organizations, or GONE.")


class AccountChanges(Frozen):
    """The account-to-OU table of a day against the one of the day before."""

    day: date = Field(description="The day (UTC) that the changes hold from.")
    source: str = Field(description="s3:// location of the table.")
    sha256: str = Field(description="Checksum of the table's bytes.")
    sha256_before: str | None = Field(
        default=None, description="Checksum of the table that says how it was the day before."
    )
    new: tuple[AccountChange, ...] = Field(default=(), description="Not there the day before.")
    moved: tuple[AccountChange, ...] = Field(default=(), description="In another OU.")
    closed: tuple[AccountChange, ...] = Field(
        default=(), description="Suspended, closed, or gone from the organization."
    )
