"""The dated account-to-OU table that grows from snapshots of AWS Organizations.

AWS Organizations knows only how things are now, so every run looks and the ledger remembers.
The rules, days in UTC:

- A snapshot speaks for the day it was taken on and those after it. An account that moved is in
  its new OU from the day of the snapshot that saw it there; that day's last snapshot counts.
- Before the day on which an account was first seen it is assumed where it was first seen.
- An account that is closed or gone keeps its last OU, so that its late charges stay there.
- A snapshot older than the newest one that was taken in changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pydantic import AwareDatetime, Field

from services.query.organization import GONE, Placement
from shared.frozen import Frozen


class Place(Frozen):
    """Where an account is in the organization, and what it is called."""

    ou_id: str = Field(description="Id of the OU; empty for the root itself.")
    ou_path: str = Field(description="Names from the root: Root, Root/Workloads/Prod.")
    name: str = Field(description="The account's name.")
    state: str = Field(description="Account state of AWS Organizations, or GONE.")


class Stay(Place):
    """A place for a while."""

    valid_from: date = Field(description="First day (UTC).")
    valid_to: date = Field(description="Day after the last; 9999-12-31 while it lasts.")
    assumed: bool = Field(default=False, description="Before the account was first seen.")

    @property
    def place(self) -> Place:
        """The place without its dates."""
        return Place(ou_id=self.ou_id, ou_path=self.ou_path, name=self.name, state=self.state)


@dataclass(frozen=True)
class Snapshot:
    """The organization as it was found: places by account id."""

    taken_at: datetime
    run: str
    places: Mapping[str, Place]


class AccountHistory(Frozen):
    """Every account's stays, oldest first, without gap or overlap: the ledger's document."""

    taken_at: AwareDatetime = Field(description="When the newest snapshot was taken (UTC).")
    run: str = Field(description="The run that took it.")
    accounts: dict[str, tuple[Stay, ...]] = Field(description="Stays by account id.")

    def placements(self) -> list[Placement]:
        """Return the stays as the table that the breakdown joins."""
        return [
            Placement(
                line=0,
                account_id=account,
                account_name=stay.name,
                ou_id=stay.ou_id,
                ou_path=stay.ou_path,
                valid_from=stay.valid_from,
                valid_to=stay.valid_to,
                status=stay.state,
                assumed=stay.assumed,
            )
            for account, stays in self.accounts.items()
            for stay in stays
        ]


def fold(history: AccountHistory | None, snapshot: Snapshot) -> AccountHistory:
    """Take a snapshot in; return the history itself when it knows this one or a newer one."""
    if history and snapshot.taken_at <= history.taken_at:
        return history
    day = snapshot.taken_at.astimezone(UTC).date()
    found = {account: _begun(place, day) for account, place in snapshot.places.items()}
    continued = {
        account: _continued(stays, snapshot.places.get(account), day)
        for account, stays in (history.accounts if history else {}).items()
    }
    return AccountHistory(
        taken_at=snapshot.taken_at,
        run=snapshot.run,
        accounts=dict(sorted((found | continued).items())),
    )


def _begun(place: Place, day: date) -> tuple[Stay, ...]:
    """Return the stays of an account that was never seen before."""
    return _stay(place, date.min, day, assumed=True), _stay(place, day)


def _continued(stays: tuple[Stay, ...], place: Place | None, day: date) -> tuple[Stay, ...]:
    """Return an account's stays with its place from `day` on; None when it was not found."""
    last = stays[-1]
    place = place or last.place.model_copy(update={"state": GONE})
    if place == last.place:
        return stays
    before = stays[:-1]
    if last.valid_from < day:
        before = *before, _until(last, day)
    if before[-1].place == place and not before[-1].assumed:
        return *before[:-1], _until(before[-1], date.max)
    return *before, _stay(place, day)


def _stay(place: Place, start: date, end: date = date.max, *, assumed: bool = False) -> Stay:
    return Stay(**place.model_dump(), valid_from=start, valid_to=end, assumed=assumed)


def _until(stay: Stay, end: date) -> Stay:
    return stay.model_copy(update={"valid_to": end})
