"""Whatever an organization is billed, source, archive and digest are the same, key by key."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from services.notifier.report.charges import Charges
from shared.money import cents
from tests.support.units.bills import KINDS, Bill, Item, Key
from tests.support.units.flow import Cells, Flow, by, run_bill
from tests.support.units.identities import others_of
from tests.support.units.rows import DAY

LARGEST = 5_000
BUDGET_SECONDS = 60
"""Far more than it takes; a quadratic step would take minutes."""
CREDITS = ("Credit", "Refund")
OUS = ("Root/Workloads/Prod", "Root/Workloads/Staging", "Root/Sandbox", "Root/Data")
REACHES_THE_DAY = Item("usage", "1" * 12, 31, "USD", Decimal(1), Decimal(1))


@dataclass(frozen=True)
class Organization:
    """An organization and its month: drawn as a whole, since lines one by one would take too long.

    `foreign` of seven accounts are billed in kroner, `indebted` have more credit than usage.
    `charges` of all kinds are made to each account beside its usage. Columns and types of the
    export change on day `change`.
    """

    accounts: int
    seed: int
    charges: int
    foreign: int
    indebted: int
    change: int

    def items(self) -> Iterator[Item]:
        """Bill every account."""
        chance = Random(self.seed)  # noqa: S311 - amounts, no secrets
        for number in range(self.accounts):
            account = f"{number + 1:012d}"
            currency = ("USD", "NOK")[number % 7 < self.foreign]

            def charged(kind: str, amount: Decimal, where: tuple[str, str]) -> Item:
                day, share = chance.randint(1, 31), Decimal(chance.randint(0, 100)) / 100
                return Item(kind, where[0], day, where[1], amount, share)

            used = Decimal(chance.randrange(10**14)).scaleb(-10)
            yield charged("usage", used, (account, currency))
            for _ in range(self.charges):
                kind = chance.choice(KINDS)
                amount = Decimal(chance.randrange(10**13)).scaleb(-10)
                yield charged(kind, amount, (account, currency))
            if (number + 3) % 7 < self.indebted:
                yield charged("Credit", used * 3, (account, currency))


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
    assert flow.staged.lines == len(bill.lines)
    assert sum(day.lines for day in flow.staged.days) == len(bill.lines)
    check_identity(flow, bill)
    check_charges(text.replace("\r\n", "\n"), expected, ous_of(bill))


def check_identity(flow: Flow, bill: Bill) -> None:
    for part in flow.assessed.data.totals:
        lines = [each for each in bill.lines if each["line_item_currency_code"] == part.currency]
        assert part.unblended == part.amortized + others_of(lines)


def check_charges(text: str, expected: Cells, ous: Mapping[str, str]) -> None:
    """Hold gross, credits and net that the mail shows, in all and of each OU, against the bill."""
    for currency in {key[4] for key in expected if key[0] <= DAY}:
        month = {k: row for k, row in expected.items() if k[4] == currency and k[0] <= DAY}
        day = {k: row for k, row in month.items() if k[0] == DAY}
        if day:
            assert f"Cost of the day  {cents(charged(day.items()).net)} {currency}" in text
        assert f"Month to date    {cents(charged(month.items()).net)} {currency}" in text
        check_sentences(text, "", charged(day.items()), charged(month.items()))
        for ou in ("Workloads", *(each.removeprefix("Root/") for each in OUS), "Unmapped"):
            mine = [
                charged((k, row) for k, row in of.items() if lies(ous.get(k[1]), ou))
                for of in (day, month)
            ]
            if mine[1].gave_back:
                check_sentences(text, f"  {ou}\n", *mine)


def check_sentences(text: str, whose: str, day: Charges, month: Charges) -> None:
    said = "".join(
        f"{'    ' if whose else ''}{name}: {each}\n"
        for name, each in (("Day", day), ("Month to date", month))
        if each.differ
    )
    assert f"{whose}{said}" in text


def lies(path: str | None, ou: str) -> bool:
    return ou == "Unmapped" if path is None else f"{path}/".startswith(f"Root/{ou}/")


def charged(rows: Iterable[tuple[Key, list[Decimal | None]]]) -> Charges:
    """Add up amortized costs by what they are, where there are any."""
    parts: dict[str, list[Decimal]] = defaultdict(list)
    for (*_, kind, _currency), row in rows:
        parts[kind].append(row[1] or Decimal(0))
    of = {kind: sum(costs, Decimal(0)) for kind, costs in parts.items()}
    gross = sum((cost for kind, cost in of.items() if kind not in CREDITS), Decimal(0))
    return Charges(gross, of.get("Credit"), of.get("Refund"), of.get("Discount"))


ITEMS = st.builds(
    Item,
    kind=st.sampled_from(KINDS),
    account=st.sampled_from(["1" * 12, "2" * 12, "3" * 12]),
    day=st.integers(1, 31),
    currency=st.sampled_from(["USD", "NOK"]),
    amount=st.decimals(0, 10**4, places=10),
    share=st.decimals(0, 1, places=2),
)
ORGANIZATIONS = st.builds(
    Organization,
    accounts=st.one_of(st.integers(0, 9), st.integers(10, 500), st.integers(500, LARGEST)),
    seed=st.integers(0, 2**32),
    charges=st.integers(0, 3),
    foreign=st.integers(0, 7),
    indebted=st.integers(0, 7),
    change=st.integers(2, 31),
)
LARGE = Organization(LARGEST, seed=7, charges=3, foreign=2, indebted=1, change=16)
NEGATIVE = Organization(40, seed=8, charges=0, foreign=3, indebted=7, change=2)


def test_the_large_organization_has_everything_and_negative_totals() -> None:
    bill = Bill().add([*LARGE.items()])
    expected = expected_cells(bill)

    assert {key[4] for key in expected} == {"USD", "NOK"}
    assert {key[1] for key in expected} >= {f"{n + 1:012d}" for n in range(LARGEST)}
    assert {item.kind for item in LARGE.items()} == set(KINDS)
    assert min(by(expected, 1).values()) < 0
    assert max(by(expected_cells(Bill().add([*NEGATIVE.items()])), 1).values()) < 0


# Without shrinking: an organization is one seed, and a smaller one of it says no more.
@settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
@example(organization=LARGE, more=[])
@example(organization=NEGATIVE, more=[])
@given(organization=ORGANIZATIONS, more=st.lists(ITEMS, max_size=20))
def test_every_identity_holds_for_any_organization_of_up_to_five_thousand_accounts(
    tmp_path_factory: pytest.TempPathFactory, organization: Organization, more: list[Item]
) -> None:
    bill = Bill().add([REACHES_THE_DAY, *organization.items(), *more])
    folder, began = tmp_path_factory.mktemp("bill"), time.monotonic()

    flow = asyncio.run(run_bill(folder, bill, ous_of(bill), change=organization.change))

    assert time.monotonic() - began < BUDGET_SECONDS
    check(flow, bill)
