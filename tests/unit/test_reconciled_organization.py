"""Whatever an organization is billed, source, archive and digest are the same, key by key."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.money import cents
from tests.support.units.bills import KINDS, Bill, Item, Key
from tests.support.units.flow import Cells, Flow, by, run_bill
from tests.support.units.identities import others_of
from tests.support.units.rows import DAY

ACCOUNTS = 5_000
BUDGET_SECONDS = 60
"""Far more than it takes; a quadratic step would take minutes."""
CREDITS = ("Credit", "Refund")
OUS = ("Root/Workloads/Prod", "Root/Workloads/Staging", "Root/Sandbox", "Root/Data")


def item(number: int) -> list[Item]:
    """Bill one account: usage on one day, and three of all kinds of charge on another."""
    account = f"{number + 1:012d}"
    currency = ("USD", "NOK")[number % 3 == 0]
    amount = Decimal(number * 7919 % 999_983) / 10_000 + Decimal("0.0000000123")
    share = Decimal(number % 5) / 4
    usage = Item("usage", account, number % 31 + 1, currency, amount, Decimal("0.75"))
    # Every seventh account has more credit than usage: its total is negative, and its day's may be.
    back = [Item("Credit", account, number % 31 + 1, currency, amount * 3, share)]
    return [
        usage,
        *(
            Item(kind, account, number * 5 % 31 + 1, currency, amount, share)
            for kind in (KINDS[(number + n) % len(KINDS)] for n in (0, 7, 13))
        ),
        *(back if number % 7 == 0 else []),
    ]


def expected_cells(bill: Bill) -> Cells:
    figures = 4 if bill.net else 2
    return {key: [*row[:figures], *[None] * (4 - figures)] for key, row in bill.expected.items()}


def ous_of(bill: Bill) -> Mapping[str, str]:
    """Put all accounts but every tenth into an OU."""
    accounts = sorted({account for _, account, *_ in bill.expected})
    return {each: OUS[n % len(OUS)] for n, each in enumerate(accounts) if n % 10 != 9}


def check(flow: Flow, bill: Bill) -> None:
    """Hold every step against the bill, which was added up with none of Daybook's code."""
    expected = expected_cells(bill)
    archive = flow.archive_cells()
    text, of_day = flow.mail()
    mine = {key: row for key, row in expected.items() if key[0] == DAY}

    assert archive == expected
    assert of_day == mine
    for place in range(4):
        assert by(archive, place) == by(expected, place)
    assert flow.queried.data.rows == len(expected) == sum(d.rows for d in flow.archived.data.days)
    for figure, name in enumerate(("unblended", "amortized", "net_unblended", "net_amortized")):
        if bill.net or figure < 2:
            totals = {p.currency: p.metric(name) for p in flow.queried.data.totals}
            assert totals == bill.totals(figure)
    check_identity(flow, bill)
    check_gross_and_net(text, mine)


def check_identity(flow: Flow, bill: Bill) -> None:
    for part in flow.assessed.data.totals:
        lines = [each for each in bill.lines if each["line_item_currency_code"] == part.currency]
        assert part.unblended == part.amortized + others_of(lines)


def check_gross_and_net(text: str, mine: Mapping[Key, list[Decimal | None]]) -> None:
    """Hold the day's charges that the mail shows against the bill."""
    sides: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (*_, kind, currency), row in mine.items():
        sides[currency][kind if kind in CREDITS else "gross"] += row[1] or Decimal(0)
    for currency, parts in sides.items():
        net = sum(parts.values(), Decimal(0))
        assert f"Cost of the day  {cents(net)} {currency}" in text
        if set(parts) & set(CREDITS):
            assert f"Day: gross {cents(parts['gross'])}" in text
            assert f"net {cents(net)}" in text


ITEMS = st.builds(
    Item,
    kind=st.sampled_from(KINDS),
    account=st.sampled_from(["1" * 12, "2" * 12, "3" * 12]),
    day=st.integers(1, 31),
    currency=st.sampled_from(["USD", "NOK"]),
    amount=st.decimals(0, 10**4, places=10),
    share=st.decimals(0, 1, places=2),
)
REACHES_THE_DAY = Item("usage", "1" * 12, 31, "USD", Decimal(1), Decimal(1))


@settings(max_examples=8, deadline=None)
@given(items=st.lists(ITEMS, max_size=25))
def test_every_identity_holds_for_any_small_organization(
    tmp_path_factory: pytest.TempPathFactory, items: list[Item]
) -> None:
    bill = Bill().add([REACHES_THE_DAY, *items])

    check(asyncio.run(run_bill(tmp_path_factory.mktemp("bill"), bill, ous_of(bill))), bill)


def test_every_identity_holds_for_five_thousand_accounts(tmp_path: Path) -> None:
    bill = Bill().add([each for number in range(ACCOUNTS) for each in item(number)])
    assert {key[4] for key in bill.expected} == {"USD", "NOK"}
    assert min(by(expected_cells(bill), 1).values()) < 0
    began = time.monotonic()

    flow = asyncio.run(run_bill(tmp_path, bill, ous_of(bill)))

    assert time.monotonic() - began < BUDGET_SECONDS
    check(flow, bill)
