"""Which OUs a table shows where there are too many, and what it calls them."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from services.notifier.report.ou_lines import MOST_OUS, OuLine, placed, worth_showing
from shared.outlook import Outlook
from tests.support.units.mail import outlook


def lines(outlooks: Sequence[Outlook]) -> list[OuLine]:
    return [OuLine(each, Decimal(0)) for each in outlooks]


def tree(*paths: str) -> list[tuple[str, int]]:
    shown = placed(lines([outlook(path) for path in paths]))
    return [(each.label, each.depth) for each in shown]


def test_of_too_many_ous_those_in_trouble_and_the_largest_are_shown_in_their_order() -> None:
    small = [outlook(f"Root/{n:03}", spent="1") for n in range(MOST_OUS)]
    outlooks = [outlook("Root"), *small, outlook("Root/red", "red", spent="0")]

    shown = worth_showing(lines(outlooks))

    labels = [each.label for each in shown]
    assert (labels[0], labels[-1], len(labels)) == ("Root", "red", MOST_OUS)


def test_root_and_unmapped_are_shown_however_many_are_in_trouble() -> None:
    red = [outlook(f"Root/{n:03}", "red") for n in range(MOST_OUS)]
    outlooks = [outlook("Root", spent="0"), *red, outlook("Unmapped", "grey", spent="0")]

    labels = [each.label for each in worth_showing(lines(outlooks), most=5)]

    assert labels == ["Root", "000", "001", "002", "Unmapped"]


def test_an_ou_whose_parents_are_not_shown_is_named_with_them() -> None:
    assert tree("Root", "Root/A", "Root/A/Prod", "Root/B/Prod", "Root/C/D/Prod", "Unmapped") == [
        ("Root", 0), ("A", 1), ("Prod", 2), ("B/Prod", 1), ("C/D/Prod", 1), ("Unmapped", 0),
    ]  # fmt: skip


def test_a_part_begins_with_the_whole_path_of_its_ou() -> None:
    assert tree("Root/A/B", "Root/A/B/C") == [("A/B", 0), ("C", 1)]


def test_a_name_that_begins_as_another_is_neither_below_it_nor_between_it_and_its_own() -> None:
    assert tree("Root/A", "Root/A-1", "Root/A/B", "Root/AB") == [
        ("A", 0), ("B", 1), ("A-1", 0), ("AB", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("light", "said"),
    [("green", "Estimate 20.00, budget 100.00"), ("grey", "Estimate 20.00, no budget")],
)
def test_a_phone_is_told_the_estimate_and_the_budget(light: str, said: str) -> None:
    (line,) = lines([Outlook(**(vars(outlook("Root/A", light)) | {"reason": "over"}))])  # type: ignore[arg-type]

    assert line.ahead == said


def test_a_reason_that_says_both_is_not_repeated() -> None:
    (line,) = lines([outlook("Root/A")])

    assert "20.00" in line.outlook.reason
    assert line.ahead == ""
