"""Cost under the OUs as they were and as they are: the same sum, and moves are no spending."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from daybook.attribution import Line, Spent, lines_of, moved_accounts, places_on
from daybook.report_page import totals
from services.query.organization import Placement

SHOP, LAB = "111111111111", "222222222222"
PROD, SANDBOX = "Root/Prod", "Root/Sandbox"


def spent(
    ou_path: str, amount: str, *, account: str = SHOP, before: bool = False, currency: str = "USD"
) -> Spent:
    return Spent(account, "shop", ou_path, currency, Decimal(amount), before)


costs = st.lists(
    st.builds(
        Spent,
        account=st.sampled_from([SHOP, LAB, "333333333333"]),
        name=st.just("shop"),
        ou_path=st.sampled_from([PROD, SANDBOX, "Root", "Unmapped"]),
        currency=st.sampled_from(["USD", "EUR"]),
        amount=st.decimals(-(10**20), 10**20, places=12),
        before=st.booleans(),
    )
)
places = st.dictionaries(
    st.sampled_from([SHOP, LAB]), st.sampled_from([PROD, SANDBOX, "Root/New"]), max_size=2
)


@given(costs, places)
def test_both_trees_hold_the_same_money(found: list[Spent], now: dict[str, str]) -> None:
    as_was, as_is = lines_of(found, None), lines_of(found, now)

    assert totals(as_was) == totals(as_is)


def test_a_move_between_two_months_is_no_change_under_todays_ous() -> None:
    found = [spent(SANDBOX, "100", before=True), spent(PROD, "100")]

    assert [line.change for line in lines_of(found, None)] == [Decimal(100), Decimal(-100)]
    assert lines_of(found, {SHOP: PROD}) == [Line(PROD, "USD", Decimal(100), Decimal(100))]


def test_an_account_that_moved_is_named_under_either_tree() -> None:
    found = [spent(PROD, "90"), spent(SANDBOX, "100", before=True), spent(PROD, "1", account=LAB)]

    for now in (None, {SHOP: PROD, LAB: PROD}):
        (moved,) = moved_accounts(found, now)
        assert (moved.account, moved.ou_paths) == (SHOP, (SANDBOX, PROD))


def test_one_that_moved_after_its_last_cost_is_named_under_todays_ous() -> None:
    found = [spent(SANDBOX, "1"), spent(PROD, "1", account=LAB)]

    assert moved_accounts(found, None) == []
    (moved,) = moved_accounts(found, {SHOP: PROD, LAB: PROD})
    assert (moved.account, moved.ou_paths, moved.now) == (SHOP, (SANDBOX,), PROD)


def test_an_account_that_no_table_knows_is_unmapped_today() -> None:
    (line,) = lines_of([spent(SANDBOX, "1")], {})

    assert line.ou_path == "Unmapped"


def test_today_is_the_range_that_holds_today_or_the_last_that_has_begun() -> None:
    def stay(account: str, path: str, start: date, end: date) -> Placement:
        return Placement(1, account, "x", "", path, start, end)

    may, june, july = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
    known = [
        stay(SHOP, PROD, june, date.max),
        stay(SHOP, SANDBOX, date.min, june),
        stay(LAB, SANDBOX, date.min, may),
        stay("333333333333", PROD, july, date.max),
    ]

    assert places_on(known, date(2026, 6, 15)) == {SHOP: PROD, LAB: SANDBOX}
    assert places_on(known, date(2026, 5, 15))[SHOP] == SANDBOX
