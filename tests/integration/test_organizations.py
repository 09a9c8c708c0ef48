"""AWS Organizations as the emulator cannot be: pages, refusals, and changes while we look."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from services.query.organizations import Organizations
from shared.aws import clients
from shared.errors import InputError, Retry
from tests.support.cloud import Cloud
from tests.support.looped import Loop
from tests.support.organizations import StubOrganizations, serving


@pytest.fixture(params=[True, False], ids=["paths", "no-paths"])
def stub(request: pytest.FixtureRequest) -> StubOrganizations:
    return StubOrganizations(paths=request.param)


@pytest.fixture
def adapter(
    cloud: Cloud, loop: Loop, stub: StubOrganizations, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Organizations]:
    assert cloud
    with serving(stub) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", url)
        (client,) = loop.enter(clients("organizations"))
        yield Organizations(client)


def test_every_page_is_read_the_empty_ones_too(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    units = [stub.unit(f"unit {n}") for n in range(5)]
    nested = [stub.unit("below", unit) for unit in units]
    accounts = {stub.account("shop", unit): unit for unit in units + nested for _ in range(3)}

    places = loop(adapter.places())

    assert {account: place.ou_id for account, place in places.items()} == accounts


def test_accounts_are_listed_once_where_they_come_with_their_paths(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    stub.account("shop", stub.unit("Workloads"))

    loop(adapter.places())

    assert (stub.calls["ListAccountsForParent"] > 0) == (not stub.paths)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("AccessDeniedException", "does not let this role in"),
        ("AWSOrganizationsNotInUseException", "has no organization"),
    ],
)
def test_a_refusal_names_the_remedy(
    stub: StubOrganizations, adapter: Organizations, loop: Loop, code: str, problem: str
) -> None:
    stub.refusal = code

    with pytest.raises(InputError, match=problem) as refused:
        loop(adapter.places())

    assert "management account or a delegated administrator" in str(refused.value)
    assert "organization.location" in str(refused.value)


def test_any_other_error_is_left_to_the_loop(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    stub.refusal = "ServiceException"

    with pytest.raises(ClientError, match="ServiceException"):
        loop(adapter.places())


def test_a_throttled_call_is_repeated_by_the_sdk(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    stub.account("shop")
    stub.throttled = 1

    assert len(loop(adapter.places())) == 1


def test_an_ou_that_appears_while_we_look_is_no_ou_unknown(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    shop = stub.account("shop")
    stub.meanwhile["ListAccounts"] = lambda: stub.move(shop, stub.unit("New"))

    with pytest.raises(Retry, match="changed while it was read"):
        loop(adapter.places())


@pytest.mark.parametrize("stub", [False], indirect=True)
def test_an_account_that_is_between_two_ous_while_we_look_is_not_gone(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    first, second = stub.unit("A"), stub.unit("B")
    shop = stub.account("shop", second)
    stub.account("lab", first)
    stub.meanwhile[f"ListAccountsForParent {second}"] = lambda: stub.move(shop, first)

    with pytest.raises(Retry, match="changed while it was read"):
        loop(adapter.places())


def test_an_answer_without_a_single_account_is_not_believed(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    assert not stub.accounts

    with pytest.raises(Retry):
        loop(adapter.places())


def test_names_that_a_path_would_mix_up_have_their_ids_added(
    stub: StubOrganizations, adapter: Organizations, loop: Loop
) -> None:
    units = [stub.unit(name) for name in ("a/b", "a\u2215b")]
    below = stub.unit("c", units[0])
    accounts = [stub.account("shop", unit) for unit in (*units, below)]

    places = loop(adapter.places())

    assert [places[account].ou_path for account in accounts] == [
        f"Root/a\u2215b ({units[0]})",
        f"Root/a\u2215b ({units[1]})",
        f"Root/a\u2215b ({units[0]})/c",
    ]
