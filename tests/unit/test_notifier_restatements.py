"""What changed since the last digest: exact, by OU, and up not netted against down."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.mail.render import render
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from services.notifier.report.restatements import (
    MOST_SPANS,
    DayChange,
    Restatements,
    days_said,
    restatements,
)
from shared.day_record import DayVersion
from shared.money import exact_sum
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import DAY, archived_table, row
from tests.support.units.versions import back, changed, usd_version, version

SINCE = back(1)
MONEY = st.decimals(
    allow_nan=False, allow_infinity=False, places=12, min_value="-1e25", max_value="1e25"
)
COSTS = st.dictionaries(
    st.tuples(st.sampled_from(["Root", "Root/A", "Root/A/B", "Unmapped"]), st.sampled_from("€$")),
    MONEY,
)
CHANGES = st.dictionaries(st.integers(1, 40), st.tuples(COSTS, COSTS), max_size=6).map(
    lambda days: [changed(ago, version(was), version(now)) for ago, (was, now) in days.items()]
)


def found(*changes: DayChange, metric: str = "amortized") -> Restatements:
    restated = restatements(SINCE, changes, metric)
    assert restated
    return restated


def both(restated: Restatements | None) -> tuple[str, str]:
    told = figures(DAY, {DAY: archived_table(row())}, [], "amortized", complete=True)
    rendered = render(Report(told, Origin("run-1", "x/y", replay=False), restated=restated))
    return squeezed(rendered.text), squeezed(Page(rendered.html).text)


def difference(changes: list[DayChange], of: Callable[[DayVersion], list[Decimal]]) -> Decimal:
    """Return what is in force minus what was told."""
    after = exact_sum(cost for change in changes for cost in of(change.now))
    before = exact_sum(cost for change in changes if change.was for cost in of(change.was))
    return exact_sum((after, before.copy_negate()))


@given(CHANGES)
def test_the_changes_of_the_ous_are_exactly_what_is_in_force_minus_what_was_told(
    changes: list[DayChange],
) -> None:
    restated = restatements(SINCE, changes, "amortized")
    parts = {part.currency: part.spans for part in restated.currencies} if restated else {}

    for currency in "€$":
        expected = difference(
            changes,
            lambda told, wanted=currency: [  # type: ignore[misc]
                part.amortized for part in told.totals if part.currency == wanted
            ],
        )
        spans = parts.get(currency, ())
        assert exact_sum(span.movement.total for span in spans) == expected
        assert exact_sum(ou.movement.total for span in spans for ou in span.ous) == expected
        assert exact_sum(s for span in spans for s in (span.movement.up, span.movement.down)) == (
            expected
        )


@given(CHANGES)
def test_every_ou_has_its_own_change_and_none_its_sign(changes: list[DayChange]) -> None:
    restated = restatements(SINCE, changes, "amortized")

    for part in restated.currencies if restated else ():
        for span in part.spans:
            inside = [change for change in changes if span.first <= change.day <= span.last]
            for ou in span.ous:
                path = ou.ou if ou.ou in ("Root", "Unmapped") else f"Root/{ou.ou}"
                assert ou.movement.total == difference(
                    inside,
                    lambda told, path=path, part=part: [  # type: ignore[misc]
                        a.amortized for a in told.by_ou.get(path, ()) if a.currency == part.currency
                    ],
                )
                assert ou.movement.down <= 0 <= ou.movement.up


@given(CHANGES)
def test_what_is_shown_and_what_is_added_up_are_all(changes: list[DayChange]) -> None:
    restated = restatements(SINCE, changes, "amortized")

    for part in restated.currencies if restated else ():
        shown = exact_sum(span.movement.total for span in part.shown)
        whole = exact_sum(span.movement.total for span in part.spans)
        assert exact_sum((shown, part.others_movement.total)) == whole


def test_days_in_a_row_are_one_span_with_its_largest_ous() -> None:
    was = usd_version(Data="100", Prod="10", Web="5", Lab="1")
    now = usd_version(Data="450.06", Prod="50", Web="21.14", Lab="2")

    for text in both(found(changed(2, was, now), changed(3, was, now))):
        assert "Restated since the last digest (of Sun 15 Mar)" in text
        assert (
            "13-14 Mar: +814.40 USD, of which Data +700.12, Prod +80.00, Web +32.28 and 1 more"
        ) in text


def test_up_and_down_are_not_netted() -> None:
    was, now = usd_version(Data="100", Prod="100"), usd_version(Data="0", Prod="200")

    for text in both(found(changed(2, was, now))):
        assert "14 Mar: +100.00 and −100.00 USD, of which Data −100.00, Prod +100.00" in text


def test_up_on_one_day_and_down_on_the_next_are_both_said_of_the_ou() -> None:
    low, high = usd_version(Data="1"), usd_version(Data="3")

    for text in both(found(changed(2, low, high), changed(3, high, low))):
        assert "13-14 Mar: +2.00 and −2.00 USD, of which Data +2.00 and −2.00" in text


def test_days_apart_are_spans_apart() -> None:
    was, now = usd_version(Data="1"), usd_version(Data="2")

    (part,) = found(changed(2, was, now), changed(4, was, now)).currencies

    assert [span.days for span in part.spans] == ["12 Mar", "14 Mar"]


def test_currencies_stay_apart() -> None:
    was = version({("Root/A", "USD"): Decimal(1), ("Root/A", "EUR"): Decimal(1)})
    now = version({("Root/A", "USD"): Decimal(3), ("Root/A", "EUR"): Decimal(0)})

    for text in both(found(changed(2, was, now))):
        assert "14 Mar: −1.00 EUR, of which A −1.00" in text
        assert "14 Mar: +2.00 USD, of which A +2.00" in text


def test_a_day_that_has_no_cost_any_more_has_lost_what_it_had() -> None:
    for text in both(found(changed(2, usd_version(Data="7"), version({})))):
        assert "14 Mar: −7.00 USD, of which Data −7.00" in text


def test_a_change_below_half_a_cent_keeps_its_sign() -> None:
    was, now = usd_version(Data="1"), usd_version(Data="0.999999999999")

    for text in both(found(changed(2, was, now))):
        assert "14 Mar: −0.00 USD" in text


def test_the_smallest_of_too_many_spans_are_added_up() -> None:
    was = usd_version(Data="0")
    many = [changed(2 * n, was, usd_version(Data=str(n))) for n in range(1, MOST_SPANS + 3)]

    for text in both(found(*many)):
        assert text.count(" Mar: ") + text.count(" Feb: ") == MOST_SPANS
        assert "and 2 more spans of days: +3.00 USD" in text


def test_a_day_whose_cost_was_not_stated_then_is_named_without_an_amount() -> None:
    was, now = usd_version(Data="1"), usd_version(Data="2")

    restated = found(changed(2, was, now), changed(3, was, now), metric="net_amortized")

    for text in both(restated):
        assert "13-14 Mar: changed; by how much is not known" in text


@pytest.mark.parametrize("since", [None, SINCE])
def test_nothing_changed_or_nothing_told_is_no_section(since: date | None) -> None:
    same = usd_version(Data="1")
    changes = [changed(2, same, usd_version(Data="2" if since is None else "1"))]

    restated = restatements(since, changes, "amortized")

    assert restated is None
    for text in both(restated):
        assert "Restated" not in text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 5), date(2026, 11, 5), "5 Nov"),
        (date(2026, 11, 14), date(2026, 11, 20), "14-20 Nov"),
        (date(2026, 2, 28), date(2026, 3, 2), "28 Feb-2 Mar"),
        (date(2025, 12, 31), date(2026, 12, 1), "31 Dec-1 Dec"),
    ],
)
def test_days_are_said_in_short(first: date, last: date, said: str) -> None:
    assert days_said(first, last) == said
