"""Snapshots of an organization of two accounts, counted in days from the first."""

from datetime import UTC, date, datetime, timedelta
from functools import reduce

from services.query.history import AccountHistory, Place, Snapshot, fold

SHOP, LAB = "111111111111", "222222222222"
ACCOUNTS = {"shop": SHOP, "lab": LAB}
FIRST = datetime(2026, 3, 10, 7, tzinfo=UTC)


def at(ou: str = "a", *, state: str = "ACTIVE", name: str = "shop") -> Place:
    """Return a place in an OU below the root."""
    return Place(ou_id=f"ou-{ou}", ou_path=f"Root/{ou}", name=name, state=state)


def seen(days: float = 0, **places: Place) -> Snapshot:
    """Return what a run found, `days` after the first: places by `shop` and `lab`."""
    taken_at = FIRST + timedelta(days=days)
    found = {ACCOUNTS[name]: place for name, place in places.items()}
    return Snapshot(taken_at, f"run-{days}", found)


def grown(*snapshots: Snapshot) -> AccountHistory:
    """Fold snapshots in the order given."""
    history = reduce(fold, snapshots, None)
    assert history
    return history


def day(number: int) -> date:
    """Return the day that is `number` days after the first snapshot's."""
    return FIRST.date() + timedelta(days=number)
