"""What the digest is told of the organization: new, moved and closed accounts."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.changes import changes_on
from services.query.history import Snapshot
from services.query.organization import Placement
from services.query.organization_source import KnownOrganization
from shared.account_changes import AccountChanges
from tests.support.units.breakdowns import place
from tests.support.units.rows import DAY
from tests.support.units.snapshots import LAB, SHOP, at, day, grown, seen

OLD = place("Root/Old", account="999999999999")
"""An account that was always there: the table does not begin on the day."""


def of(placements: list[Placement], on: date = DAY) -> AccountChanges:
    known = KnownOrganization("s3://config/org.csv", "0" * 64, placements)
    return changes_on(known, known, on)


def told(found: AccountChanges) -> tuple[list[str], list[str], list[str]]:
    new, moved, closed = (
        [account.account_id for account in kind] for kind in (found.new, found.moved, found.closed)
    )
    return new, moved, closed


NOTHING: tuple[list[str], list[str], list[str]] = ([], [], [])


def test_a_line_that_begins_on_the_day_is_a_new_account() -> None:
    found = of([OLD, place("Root/A", DAY, name="shop")])

    assert told(found) == ([SHOP], [], [])
    assert (found.new[0].name, found.new[0].ou) == ("shop", "A")


def test_a_line_that_ends_where_another_begins_is_a_move() -> None:
    found = of([OLD, place("Root/A", end=DAY), place("Root/B", DAY)])

    assert told(found) == ([], [SHOP], [])
    assert (found.moved[0].moved_from, found.moved[0].ou) == ("A", "B")


def test_a_line_that_ends_with_nothing_after_it_is_an_account_that_is_gone() -> None:
    found = of([OLD, place("Root/A", end=DAY)])

    assert told(found) == ([], [], [SHOP])
    assert (found.closed[0].state, found.closed[0].ou) == ("GONE", "A")


def test_an_account_whose_status_becomes_closed_is_closed_and_not_moved() -> None:
    closed = replace(place("Root/A", DAY), status="CLOSED")

    assert told(of([OLD, place("Root/A", end=DAY), closed])) == ([], [], [SHOP])


def test_an_account_may_be_moved_and_closed_at_once() -> None:
    closed = replace(place("Root/Closed", DAY), status="SUSPENDED")

    assert told(of([OLD, place("Root/A", end=DAY), closed])) == ([], [SHOP], [SHOP])


def test_an_account_that_was_closed_before_is_no_news() -> None:
    lines = [place("Root/A", end=DAY), place("Root/A", DAY)]
    suspended, closed = (
        replace(line, status=status)
        for line, status in zip(lines, ["SUSPENDED", "CLOSED"], strict=True)
    )

    assert told(of([OLD, suspended, closed])) == NOTHING


def test_a_new_name_of_an_ou_moves_nobody_where_ous_have_ids() -> None:
    before = replace(place("Root/A", end=DAY), ou_id="ou-1")
    after = replace(place("Root/A2", DAY), ou_id="ou-1")

    assert told(of([OLD, before, after])) == NOTHING


def test_another_ou_of_the_same_name_is_a_move_where_ous_have_ids() -> None:
    before = replace(place("Root/A/X", end=DAY), ou_id="ou-1")
    after = replace(place("Root/B/X", DAY), ou_id="ou-2")

    assert told(of([OLD, before, after])) == ([], [SHOP], [])


def test_the_first_day_of_a_table_is_no_news() -> None:
    assert told(of([place("Root/A", DAY), place("Root/B", DAY, account=LAB)])) == NOTHING


@pytest.mark.parametrize("number", [-1, 0])
def test_the_first_snapshot_is_no_news(number: int) -> None:
    assert told(of(grown(seen(shop=at())).placements(), day(number))) == NOTHING


def test_an_account_is_new_on_the_day_it_was_first_seen_and_on_no_other() -> None:
    history = grown(seen(shop=at()), seen(2, shop=at(), lab=at("b")))

    news = [told(of(history.placements(), day(number))) for number in range(1, 4)]

    assert news == [NOTHING, ([LAB], [], []), NOTHING]


def test_an_account_that_leaves_is_closed_once_and_new_when_it_comes_back() -> None:
    gone = grown(seen(shop=at(), lab=at()), seen(1, shop=at()), seen(2, shop=at()))
    back = grown(seen(shop=at(), lab=at()), seen(1, shop=at()), seen(3, shop=at(), lab=at("b")))

    assert [told(of(gone.placements(), day(n))) for n in (1, 2)] == [([], [], [LAB]), NOTHING]
    assert told(of(back.placements(), day(3))) == ([LAB], [], [])


@given(st.lists(st.sampled_from([None, "a", "b"]), min_size=2, max_size=6))
def test_every_change_of_ou_is_told_on_its_day(ous: list[str | None]) -> None:
    snapshots: list[Snapshot] = [
        seen(n, lab=at(), **({"shop": at(ou)} if ou else {})) for n, ou in enumerate(ous)
    ]
    placements = grown(*snapshots).placements()

    for number in range(1, len(ous)):
        was, now = ous[number - 1 : number + 1]
        expected = ([SHOP] * (now is not None and was is None),
                    [SHOP] * (None not in (was, now) and was != now),
                    [SHOP] * (was is not None and now is None))  # fmt: skip
        assert told(of(placements, day(number))) == expected
