"""AWS Organizations: which accounts there are, and which OU each is in now.

Permissions: organizations:ListRoots, organizations:ListOrganizationalUnitsForParent,
organizations:ListAccounts, and organizations:ListAccountsForParent where accounts come without
their paths. Only the management account and delegated administrators may call these.

Source: AWS Organizations API Reference. Lists hold at most 20 items a page, and an empty page may
have a token; the SDK's paginators follow tokens only. `Status` was retired on 2026-09-09 in favour
of `State`; it is read where there is no other.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from botocore.exceptions import ClientError

from services.query.history import Place
from shared.config_outlook import ROOT
from shared.errors import InputError, Retry

NAME = "AWS Organizations"
REFUSALS = {
    "AccessDenied": "does not let this role in",
    "AccessDeniedException": "does not let this role in",
    "AWSOrganizationsNotInUseException": "has no organization in this account",
}
REMEDY = (
    "Run the query worker in the management account or a delegated administrator with the "
    "permissions in services/query/README.md, or set organization.location to a CSV"
)
SLASH = "\u2215"
"""Stands for a slash in an OU's name, where a slash parts a path's names (DIVISION SLASH)."""


class Organizations:
    """Reads through an aiobotocore client."""

    def __init__(self, client: Any) -> None:
        """Keep the client."""
        self._client = client

    async def places(self) -> dict[str, Place]:
        """Return every account's place by account id.

        Raises InputError when AWS refuses, Retry when the organization changed meanwhile.
        """
        try:
            roots = [root["Id"] async for root in self._list("list_roots", "Roots")]
            units = {unit: path for root in roots async for unit, path in self._below(root, ROOT)}
            accounts = {a["Id"]: a async for a in self._list("list_accounts", "Accounts")}
            parents = _by_path(accounts) or await self._by_parent([*roots, *units])
        except ClientError as error:
            if problem := REFUSALS.get(error.response["Error"]["Code"]):
                raise InputError(NAME, problem, REMEDY) from error
            raise
        known = {*roots, *units}
        if (
            not accounts
            or accounts.keys() != parents.keys()
            or not known.issuperset(parents.values())
        ):
            raise Retry("the organization changed while it was read", after=60)
        return {
            account: _place(found, parents[account], units) for account, found in accounts.items()
        }

    async def _below(self, parent: str, path: str) -> AsyncIterator[tuple[str, str]]:
        """Yield the id and the path of every OU below a root or an OU."""
        operation = "list_organizational_units_for_parent"
        children = [u async for u in self._list(operation, "OrganizationalUnits", ParentId=parent)]
        for unit, name in _told_apart(children).items():
            yield unit, f"{path}/{name}"
            async for below in self._below(unit, f"{path}/{name}"):
                yield below

    async def _by_parent(self, parents: list[str]) -> dict[str, str]:
        """Return every account's parent, asked parent by parent."""
        return {
            account["Id"]: parent
            for parent in parents
            async for account in self._list("list_accounts_for_parent", "Accounts", ParentId=parent)
        }

    async def _list(self, operation: str, field: str, **asked: str) -> AsyncIterator[Any]:
        async for page in self._client.get_paginator(operation).paginate(**asked):
            for item in page.get(field, ()):
                yield item


def _by_path(accounts: dict[str, Any]) -> dict[str, str]:
    """Return every account's parent from its path, `o-…/r-…/ou-…/ID/`; none when a path lacks."""
    paths = {account: found.get("Paths") for account, found in accounts.items()}
    if not all(paths.values()):
        return {}
    return {
        account: several[0].strip("/").removesuffix(f"/{account}").rpartition("/")[2]
        for account, several in paths.items()
        if several
    }


def _told_apart(siblings: list[Any]) -> dict[str, str]:
    """Return names by OU id; siblings that would share a name have their id added to it.

    AWS lets no two OUs of one parent share a name, but "a/b" may meet "a\u2215b".
    """
    names = {unit["Id"]: unit["Name"].replace("/", SLASH) for unit in siblings}
    times = Counter(names.values())
    return {unit: name if times[name] == 1 else f"{name} ({unit})" for unit, name in names.items()}


def _place(account: Any, parent: str, units: dict[str, str]) -> Place:
    """Return an account's place; directly in the root it is in no OU."""
    return Place(
        ou_id=parent if parent in units else "",
        ou_path=units.get(parent, ROOT),
        name=account.get("Name", ""),
        state=account.get("State") or account.get("Status", ""),
    )
