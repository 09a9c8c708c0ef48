"""AWS Organizations: the adapter reads the emulator's and the stand-in's alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from services.query.history import Place
from services.query.organizations import Organizations
from shared.aws import clients
from tests.support.cloud import Cloud
from tests.support.looped import Loop
from tests.support.organizations import ROOT, StubOrganizations, serving

HOSTILE = [
    "R&D <b>",
    '=cmd|"x"',
    "a, b; 'c'",
    "line\nbreak",
    "\u202eltr\u200f",
    "🚀" * 20,
    "%2F ..",
    "Root",
]


class Arranged(Protocol):
    """An organization that a test can change."""

    @property
    def root(self) -> str: ...

    def unit(self, name: str, parent: str) -> str: ...

    def account(self, name: str, parent: str) -> str: ...

    def move(self, account: str, parent: str) -> None: ...

    def close(self, account: str) -> None: ...


@dataclass
class Emulated:
    """The emulator's organization."""

    client: Any

    @property
    def root(self) -> str:
        return str(self.client.list_roots()["Roots"][0]["Id"])

    def unit(self, name: str, parent: str) -> str:
        made = self.client.create_organizational_unit(ParentId=parent, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def account(self, name: str, parent: str) -> str:
        made = self.client.create_account(Email="a@example.com", AccountName=name)
        account = str(made["CreateAccountStatus"]["AccountId"])
        if parent != self.root:
            self.move(account, parent)
        return account

    def move(self, account: str, parent: str) -> None:
        (found,) = self.client.list_parents(ChildId=account)["Parents"]
        self.client.move_account(
            AccountId=account, SourceParentId=found["Id"], DestinationParentId=parent
        )

    def close(self, account: str) -> None:
        self.client.close_account(AccountId=account)


class Stubbed(StubOrganizations):
    root = ROOT


@pytest.fixture(params=["emulator", "stub-with-paths", "stub-without-paths"])
def arranged(
    request: pytest.FixtureRequest, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Arranged]:
    if request.param == "emulator":
        yield Emulated(cloud.client("organizations"))
        return
    stub = Stubbed(paths=request.param == "stub-with-paths")
    with serving(stub) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", url)
        yield stub


@pytest.fixture
def adapter(arranged: Arranged, loop: Loop) -> Organizations:
    assert arranged
    (client,) = loop.enter(clients("organizations"))
    return Organizations(client)


def by_name(loop: Loop, adapter: Organizations) -> dict[str, Place]:
    return {place.name: place for place in loop(adapter.places()).values()}


def test_an_account_is_in_the_ou_that_holds_it(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    workloads = arranged.unit("Workloads", arranged.root)
    prod = arranged.unit("Prod", workloads)
    shop = arranged.account("shop", prod)
    arranged.account("lab", workloads)

    places = loop(adapter.places())

    assert places[shop] == Place(
        ou_id=prod, ou_path="Root/Workloads/Prod", name="shop", state="ACTIVE"
    )
    assert by_name(loop, adapter)["lab"].ou_path == "Root/Workloads"


def test_an_account_directly_in_the_root_is_in_no_ou(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    arranged.account("billing", arranged.root)

    place = by_name(loop, adapter)["billing"]

    assert (place.ou_id, place.ou_path) == ("", "Root")


def test_a_moved_account_is_found_in_its_new_ou(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    old, new = arranged.unit("Old", arranged.root), arranged.unit("New", arranged.root)
    shop = arranged.account("shop", old)
    before = loop(adapter.places())[shop]

    arranged.move(shop, new)

    assert (before.ou_id, loop(adapter.places())[shop].ou_id) == (old, new)


def test_a_closed_account_is_still_there_and_says_so(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    unit = arranged.unit("Workloads", arranged.root)
    shop = arranged.account("shop", unit)

    arranged.close(shop)

    place = loop(adapter.places())[shop]
    assert place.ou_id == unit
    assert place.state in ("SUSPENDED", "PENDING_CLOSURE")


def test_ous_of_the_same_name_are_told_apart_by_id(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    parents = [arranged.unit(name, arranged.root) for name in ("A", "B")]
    twins = [arranged.unit("Prod", parent) for parent in parents]
    accounts = [arranged.account("shop", twin) for twin in twins]

    places = loop(adapter.places())

    assert [places[account].ou_id for account in accounts] == twins
    assert [places[account].ou_path for account in accounts] == ["Root/A/Prod", "Root/B/Prod"]


def test_a_name_may_hold_any_characters(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    for name in HOSTILE:
        arranged.account(name, arranged.unit(name, arranged.root))

    found = by_name(loop, adapter)

    assert [found[name].ou_path for name in HOSTILE] == [f"Root/{name}" for name in HOSTILE]


def test_a_slash_in_a_name_makes_no_ou_of_its_own(
    arranged: Arranged, adapter: Organizations, loop: Loop
) -> None:
    slashed = arranged.unit("a/b", arranged.root)
    nested = arranged.unit("b", arranged.unit("a", arranged.root))
    accounts = [arranged.account("shop", unit) for unit in (slashed, nested)]

    places = loop(adapter.places())

    assert [places[account].ou_path for account in accounts] == ["Root/a\u2215b", "Root/a/b"]
