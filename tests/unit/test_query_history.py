"""The dated table that grows from snapshots of AWS Organizations."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.history import AccountHistory, Place, Snapshot, Stay, fold
from tests.support.units.snapshots import FIRST, LAB, SHOP, at, day, grown, seen

Told = tuple[str, date, date, bool]


def told(history: AccountHistory, account: str = SHOP) -> list[Told]:
    return [
        (f"{stay.ou_id} {stay.state}", stay.valid_from, stay.valid_to, stay.assumed)
        for stay in history.accounts[account]
    ]


def test_before_it_was_first_seen_an_account_is_assumed_where_it_was_first_seen() -> None:
    assert told(grown(seen(shop=at()))) == [
        ("ou-a ACTIVE", date.min, day(0), True),
        ("ou-a ACTIVE", day(0), date.max, False),
    ]


def test_an_account_that_appears_later_is_assumed_before_just_as_well() -> None:
    history = grown(seen(shop=at()), seen(1, shop=at(), lab=at("b")))

    assert told(history, LAB) == [
        ("ou-b ACTIVE", date.min, day(1), True),
        ("ou-b ACTIVE", day(1), date.max, False),
    ]


def test_an_account_moves_on_the_day_of_the_snapshot_that_saw_it() -> None:
    history = grown(seen(shop=at()), seen(3, shop=at("b")))

    assert told(history)[1:] == [
        ("ou-a ACTIVE", day(0), day(3), False),
        ("ou-b ACTIVE", day(3), date.max, False),
    ]


def test_the_day_of_a_snapshot_is_its_day_in_utc() -> None:
    berlin = datetime.fromisoformat("2026-03-12T00:30:00+01:00")

    history = grown(seen(shop=at()), Snapshot(berlin, "run", {SHOP: at("b")}))

    assert told(history)[-1][1] == date(2026, 3, 11)


def test_the_last_snapshot_of_a_day_counts() -> None:
    history = grown(seen(shop=at()), seen(3, shop=at("b")), seen(3.2, shop=at("c")))

    assert told(history)[1:] == [
        ("ou-a ACTIVE", day(0), day(3), False),
        ("ou-c ACTIVE", day(3), date.max, False),
    ]


def test_an_account_that_is_back_on_the_same_day_never_left() -> None:
    before = grown(seen(shop=at()))

    history = fold(fold(before, seen(3, shop=at("b"))), seen(3.2, shop=at()))

    assert history.accounts == before.accounts


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_a_closed_account_keeps_its_ou(state: str) -> None:
    history = grown(seen(shop=at()), seen(3, shop=at(state=state)))

    assert told(history)[1:] == [
        ("ou-a ACTIVE", day(0), day(3), False),
        (f"ou-a {state}", day(3), date.max, False),
    ]


def test_an_account_that_is_gone_keeps_its_ou_and_name() -> None:
    history = grown(seen(shop=at(), lab=at()), seen(3, lab=at()), seen(4, lab=at()))

    assert told(history)[-1] == ("ou-a GONE", day(3), date.max, False)
    assert len(told(history)) == 3
    assert history.accounts[SHOP][-1].name == "shop"


def test_an_account_that_comes_back_has_a_new_stay() -> None:
    history = grown(seen(shop=at(), lab=at()), seen(1, lab=at()), seen(5, shop=at("b"), lab=at()))

    assert told(history)[-2:] == [
        ("ou-a GONE", day(1), day(5), False),
        ("ou-b ACTIVE", day(5), date.max, False),
    ]


def test_a_new_name_of_the_ou_or_the_account_holds_from_its_day_on() -> None:
    renamed = Place(ou_id="ou-a", ou_path="Root/A2", name="shop 2", state="ACTIVE")

    history = grown(seen(shop=at()), seen(2, shop=renamed))

    assert [(s.ou_path, s.name, s.valid_from) for s in history.accounts[SHOP][1:]] == [
        ("Root/a", "shop", day(0)),
        ("Root/A2", "shop 2", day(2)),
    ]


def test_an_older_snapshot_that_comes_late_changes_nothing() -> None:
    history = grown(seen(shop=at()), seen(3, shop=at("b")))

    assert fold(history, seen(2, shop=at("c"), lab=at())) is history


def test_a_newer_snapshot_that_says_the_same_is_remembered_as_the_newest() -> None:
    history = grown(seen(shop=at()), seen(3, shop=at()))

    assert told(history) == told(grown(seen(shop=at())))
    assert (history.taken_at, history.run) == (FIRST + timedelta(days=3), "run-3")


def test_the_document_reads_back_as_it_was() -> None:
    history = grown(seen(shop=at(name="=\u202e\x00\n'\"")), seen(1, shop=at("b")))

    assert AccountHistory.model_validate_json(history.model_dump_json()) == history


def test_every_stay_is_a_row_of_the_table() -> None:
    first, second = grown(seen(shop=at(state="SUSPENDED"))).placements()

    assert (first.account_id, first.ou, first.ou_id) == (SHOP, "a", "ou-a")
    assert (first.status, first.assumed, second.assumed) == ("SUSPENDED", True, False)
    assert (first.valid_to, second.valid_from) == (day(0), day(0))


PLACES = st.builds(
    at, st.sampled_from("abc"), state=st.sampled_from(["ACTIVE", "CLOSED"]), name=st.just("shop")
)
SNAPSHOTS = st.lists(
    st.builds(
        lambda hours, places: Snapshot(FIRST + timedelta(hours=hours), f"run-{hours}", places),
        st.integers(0, 24 * 10),
        st.dictionaries(st.sampled_from([SHOP, LAB, "333333333333"]), PLACES, min_size=1),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda snapshot: snapshot.taken_at,
)


def in_time(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    return sorted(snapshots, key=lambda snapshot: snapshot.taken_at)


def whole(stays: Sequence[Stay]) -> bool:
    """Say whether stays cover all days, each once."""
    ends = stays[0].valid_from == date.min and stays[-1].valid_to == date.max
    meet = all(one.valid_to == other.valid_from for one, other in pairwise(stays))
    return ends and meet and all(stay.valid_from < stay.valid_to for stay in stays)


@given(SNAPSHOTS)
def test_an_accounts_stays_never_overlap_and_leave_no_gap(snapshots: list[Snapshot]) -> None:
    history = grown(*snapshots)

    assert all(whole(stays) for stays in history.accounts.values())


@given(SNAPSHOTS)
def test_no_two_stays_in_a_row_say_the_same_unless_one_is_assumed(
    snapshots: list[Snapshot],
) -> None:
    for stays in grown(*in_time(snapshots)).accounts.values():
        assert [stay.assumed for stay in stays] == [True] + [False] * (len(stays) - 1)
        assert all(one.place != other.place for one, other in pairwise(stays[1:]))


@given(SNAPSHOTS)
def test_each_day_is_as_the_last_snapshot_up_to_it_saw_it(snapshots: list[Snapshot]) -> None:
    history = grown(*in_time(snapshots))

    for account, stays in history.accounts.items():
        for stay in stays[1:]:
            until = [s for s in in_time(snapshots) if s.taken_at.date() <= stay.valid_from]
            found = until[-1].places.get(account)
            assert found == stay.place if found else stay.state == "GONE"


@given(SNAPSHOTS, st.data())
def test_copies_that_come_late_change_nothing(
    snapshots: list[Snapshot], data: st.DataObject
) -> None:
    calm = in_time(snapshots)
    history: AccountHistory | None = None
    for number, snapshot in enumerate(calm):
        history = fold(history, snapshot)
        copy = data.draw(st.sampled_from(calm[: number + 1]))
        assert fold(history, copy) is history

    assert history == grown(*calm)


@given(SNAPSHOTS)
def test_in_disorder_only_what_was_newest_when_it_came_counts(snapshots: list[Snapshot]) -> None:
    counted: list[Snapshot] = []
    for snapshot in snapshots:
        if not counted or snapshot.taken_at > counted[-1].taken_at:
            counted.append(snapshot)

    assert grown(*snapshots) == grown(*counted)
