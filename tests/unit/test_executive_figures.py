"""What the PDF says before it is set: whose each figure is, and nothing dropped silently."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.notifier.executive.content import content
from services.notifier.executive.months import Months, months_by_currency
from services.notifier.executive.printable import Texts
from services.notifier.report.report import Report
from services.notifier.report.restatements import (
    CurrencyRestatements,
    Movement,
    OuChange,
    Restatements,
    Span,
)
from shared.config_outlook import Budget
from shared.money import cents
from tests.support.boards import DAY, board_of, month_of_rows, outlooks_of
from tests.support.reports import anomaly, composed, outlook_of
from tests.support.units.rows import row

ROOTS_BUDGET = (Budget.model_validate({"ou": "Root", "monthly": "5000", "from": "2026-01-01"}),)
WITH_UNMAPPED = month_of_rows(
    more=(row("400", OU="Unmapped", OUPath="Unmapped", LinkedAccount="999999999999"),)
)
BEFORE = DAY - timedelta(days=1)


def printed(report: Report) -> Texts:
    """Return what is printed of the only currency."""
    (found,) = content(report, months_by_currency(board_of(month_of_rows())))["currencies"]
    assert isinstance(found, dict)
    return found


def restated(*ups: int) -> Restatements:
    """Return days apart that went up by so much, the last of them the day before."""
    spans: list[Span] = []
    for number, up in enumerate(reversed(ups)):
        day, moved = DAY - timedelta(days=1 + 3 * number), Movement(Decimal(up), Decimal(0))
        spans.insert(0, Span(day, day, moved, (OuChange("Sandbox", moved),)))
    return Restatements(BEFORE, (CurrencyRestatements("USD", tuple(spans)),), ())


def test_of_many_restatements_the_largest_are_said_and_the_others_added_up() -> None:
    said = printed(composed(restated=restated(*range(100, 1001, 100))).report)["restated"]

    assert [each["movement"] for each in said["spans"]] == [
        f"+{cents(Decimal(up))}" for up in range(300, 1001, 100)
    ]
    assert said["others"] == ["and 2 more spans of days: +300.00 USD"]


def test_of_few_restatements_none_is_left_out() -> None:
    said = printed(composed(restated=restated(7, 900)).report)["restated"]

    assert [each["movement"] for each in said["spans"]] == ["+7.00", "+900.00"]
    assert said["others"] == []


@pytest.mark.parametrize(
    ("history", "said"),
    [(5, "Too little history to judge yet: 5 of 20 days."), (20, "Nothing: ")],
)
def test_nothing_is_said_to_have_stood_out_only_where_it_could_be_judged(
    history: int, said: str
) -> None:
    found = printed(composed(anomalies=[], history=history).report)["found"]

    assert found["nothing"].startswith(said)
    assert printed(composed(anomalies=[anomaly()], history=5).report)["found"]["nothing"] == ""


@pytest.fixture(scope="module")
def unmapped() -> tuple[Report, Months]:
    """Return a report and its drawings with as much unmapped as there is budget for Root."""
    made = composed(WITH_UNMAPPED, budgets=ROOTS_BUDGET)
    known = outlooks_of(WITH_UNMAPPED, ROOTS_BUDGET)
    board = board_of(WITH_UNMAPPED, outlooks=known)
    return made.report, months_by_currency(board)["USD"]


def test_totals_are_of_everything_and_the_budget_is_held_against_root_alone(
    unmapped: tuple[Report, Months],
) -> None:
    report, months = unmapped
    (part,) = report.figures.currencies
    said = content(report, {"USD": months})["currencies"][0]["figures"]
    month, estimate, budget, _ = said
    assert part.root
    assert part.root.month_end_estimate
    beside = outlook_of(composed(WITH_UNMAPPED, budgets=ROOTS_BUDGET), "Unmapped")
    assert beside.month_end_estimate
    both = part.root.month_end_estimate + beside.month_end_estimate

    assert estimate["whole"] + "." + estimate["fraction"] == cents(both)
    assert estimate["notes"] == [
        "of everything, by forecast and run-rate",
        f"Root {cents(part.root.month_end_estimate)} and Unmapped "
        + cents(beside.month_end_estimate),
    ]
    assert (budget["label"], budget["whole"]) == ("Root's budget of the month", "5,000")
    spent, ahead = budget["notes"]
    used = 100 * part.root.month_to_date / 5000
    assert spent == f"{used:.1f} % of Root's budget"
    assert month["notes"][-1] == (
        f"Root {cents(part.root.month_to_date)} and Unmapped {cents(beside.month_to_date)}"
    )
    assert ahead.startswith("Root's estimate ")


def test_the_drawings_go_from_everything_to_the_estimate_of_everything(
    unmapped: tuple[Report, Months],
) -> None:
    report, months = unmapped
    (part,) = report.figures.currencies
    last, point = months.months()[-1], months.so_far()[-1]

    whole = [each.outlook for each in part.ous if each.outlook.ou_path in ("Root", "Unmapped")]
    both = sum(each.month_end_estimate or Decimal(0) for each in whole)
    assert last["actual"] == pytest.approx(float(part.month_to_date), abs=0.01)
    assert last["estimate"] == float(both)
    assert point["ahead"] == pytest.approx(float(both))
    assert (last["budget"], point["budget"]) == (5000, 5000)
    assert (last["low"], point["low"]) == (None, None)
