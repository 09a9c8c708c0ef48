"""The sentence that answers "are we fine?", and the subject that says the same."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from services.notifier.report.figures import Figures, figures
from services.notifier.report.verdict import subject_state, verdict
from shared.outlook import Outlook
from tests.support.units.mail import outlook
from tests.support.units.rows import DAY, archived_table


def heading(path: str) -> Outlook:
    return replace(outlook(path, "red"), month_end_estimate=Decimal(120))


def over(path: str) -> Outlook:
    return outlook(path, "red", spent="101")


def may(path: str) -> Outlook:
    """Return an OU whose estimate is within its budget, and the upper end is not."""
    return outlook(path, "yellow")


def fine(path: str) -> Outlook:
    return outlook(path)


def told(outlooks: Sequence[Outlook], head: str = "Root") -> Figures:
    rows = {DAY: archived_table()}
    return figures(DAY, rows, list(outlooks), "amortized", complete=True, head=head)


A, B, C, D = "Root/A", "Root/B", "Root/C", "Root/D"


@pytest.mark.parametrize(
    ("outlooks", "said", "state"),
    [
        ([fine("Root"), over(A)], "A is over budget", "red: A"),
        ([fine("Root"), heading(A)], "A is heading over budget", "red: A"),
        ([fine("Root"), may(A)], "A may go over budget", "yellow: A"),
        ([may(A), over(B)], "B is over budget, A may go over", "red: B and 1 more"),
        ([over(A), over(B)], "A and B are over budget", "red: A and 1 more"),
        ([heading("Root")], "Root is heading over budget", "red: Root"),
        (
            [heading("Root"), over(A), fine(B)],
            "Root is heading over budget; A is over",
            "red: Root and 1 more",
        ),
        (
            [fine("Root"), over(A), heading(B), may(C), fine(D)],
            "1 of 4 OUs is over budget, 1 is heading over, 1 may go over",
            "red: A and 2 more",
        ),
        (
            [may("Root"), heading(A), heading(B), heading(C)],
            "Root may go over budget; 3 of 3 OUs are heading over",
            "red: A and 2 more",
        ),
    ],
)
def test_what_is_over_is_told_from_what_is_heading_there_and_root_is_not_counted(
    outlooks: list[Outlook], said: str, state: str
) -> None:
    assert verdict(told(outlooks)) == said
    assert subject_state(told(outlooks)) == state


def test_an_ou_in_two_currencies_is_one_ou() -> None:
    twice = [may(A), replace(over(A), currency="EUR")]

    assert verdict(told(twice)) == "A is over budget"
    assert subject_state(told(twice)) == "red: A"


def test_in_an_ous_own_part_it_is_what_root_is_in_the_whole() -> None:
    part = [heading(A), *(over(f"{A}/{n}") for n in range(3))]

    assert verdict(told(part, A)) == "A is heading over budget; 3 of 3 OUs are over"


def test_calm_does_not_hide_what_no_budget_is_about() -> None:
    root, apart = outlook(spent="60"), outlook("Unmapped", "grey", spent="40")

    assert verdict(told([root, apart])) == (
        "Every OU with a budget is within it, but 40.00 USD of the month is in no OU"
    )
    assert subject_state(told([root, apart])) == "green, 40.0 % in no OU"


def test_what_a_tolerance_lets_be_green_is_not_said_to_be_within_its_budget() -> None:
    tolerated = replace(outlook(A), month_end_estimate=Decimal(104))

    assert verdict(told([outlook(), tolerated])) == (
        "No OU is further over its budget than its limits allow"
    )


def test_a_small_part_in_no_ou_is_no_headline() -> None:
    root, apart = outlook(spent="96"), outlook("Unmapped", "grey", spent="4")

    assert verdict(told([root, apart])) == "Every OU with a budget is within it"
    assert subject_state(told([root, apart])) == "green"
