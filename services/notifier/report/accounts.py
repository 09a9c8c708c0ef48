"""The digest's section about accounts: new, moved, closed, as many as a mail can show."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.account_changes import AccountChange, AccountChanges

MOST_ACCOUNTS = 10
"""Accounts that the digest names of each kind; all of them are in the ledger or in the CSV."""


@dataclass(frozen=True)
class Group:
    """Accounts to which the same happened, each with where; `more` are left out."""

    title: str
    accounts: tuple[tuple[AccountChange, str], ...]
    more: int


@dataclass(frozen=True)
class AccountNews:
    """What changed in the organization on the digest's day, and where all of it is kept.

    `location` is empty in an OU's part, whose readers may not open it.
    """

    changes: AccountChanges
    location: str

    @property
    def groups(self) -> tuple[Group, ...]:
        """The kinds of change that there are."""
        changes = self.changes
        groups = (
            _group("New", changes.new, lambda account: f"in {account.ou}"),
            _group(
                "Moved", changes.moved, lambda account: f"from {account.moved_from} to {account.ou}"
            ),
            _group(
                "Closed", changes.closed, lambda account: f"in {account.ou}, now {account.state}"
            ),
        )
        return tuple(group for group in groups if group.accounts)


def called(account: str, name: str | None) -> str:
    """Call a linked account by its name, where it has one, and its id."""
    return f"{name} ({account})" if name else account


def _group(
    title: str, accounts: tuple[AccountChange, ...], where: Callable[[AccountChange], str]
) -> Group:
    shown = tuple((account, where(account)) for account in accounts[:MOST_ACCOUNTS])
    return Group(title, shown, len(accounts) - len(shown))
