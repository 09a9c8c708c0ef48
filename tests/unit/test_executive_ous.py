"""The PDF's table of OUs: who is kept of too many, by which name, and why the lights are so."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.notifier.executive.ou_rows import MOST_OUS, ou_table
from services.notifier.report.ou_lines import OuLine
from shared.config_outlook import ROOT, UNMAPPED, shown_ou
from shared.outlook import Light, Outlook

DAY = date(2026, 3, 16)


def line(path: str, light: Light = "grey", month: str = "1", **more: Any) -> OuLine:
    """Return an OU's line, with a budget unless it is grey."""
    budget = None if light == "grey" else Decimal(400)
    amount = Decimal(month)
    reason = more.pop("reason", "no budget" if light == "grey" else f"{light} as {path} is")
    base = Outlook(
        DAY, shown_ou(path), path, "USD", amount, amount, budget, Decimal(500), "forecast",
        "grey", reason,
    )  # fmt: skip
    return OuLine(replace(base, light=light, **more), Decimal(1))


def divisions(count: int, light: Light = "yellow") -> list[OuLine]:
    """Return as many parents without a light, each with a child of the same name."""
    return [
        each
        for n in range(count)
        for each in (line(f"Root/Div{n:02}"), line(f"Root/Div{n:02}/Prod", light, "200"))
    ]


def names(lines: list[OuLine]) -> list[str]:
    return [row["name"] for row in ou_table(lines)["rows"]]


def test_root_and_unmapped_stay_however_many_are_in_trouble() -> None:
    lines = [line(ROOT, "green", "9"), *divisions(70), line(UNMAPPED, month="0.01")]

    found = names(lines)

    assert len(found) == MOST_OUS
    assert (found[0], found[-1]) == ("Root", "Unmapped")


def test_a_row_without_its_parent_says_its_whole_path() -> None:
    table = ou_table([line(ROOT, "green", "9"), *divisions(70)])

    rows = [(row["name"], row["indent"]) for row in table["rows"]]
    assert rows[:3] == [("Root", 0), ("Div00/Prod", 1), ("Div01/Prod", 1)]
    assert len(set(rows)) == len(rows)


def test_a_row_below_its_parent_says_its_own_name_only() -> None:
    table = ou_table([line(ROOT), line("Root/A"), line("Root/A/B"), line("Root/A/B/C", "red")])

    rows = [(row["name"], row["indent"]) for row in table["rows"]]
    assert rows == [("Root", 0), ("A", 1), ("B", 2), ("C", 3)]


def test_a_path_that_is_cut_keeps_its_end() -> None:
    (_, orphan) = names([line(ROOT), line("Root/" + "Division/" * 12 + "Production")])

    assert len(orphan) == 60
    assert orphan.startswith("…")
    assert orphan.endswith("/Production")


def test_how_many_are_left_out_and_how_many_of_them_are_in_trouble_is_said() -> None:
    table = ou_table([line(ROOT, "green"), *divisions(70)])

    assert table["more"] == "and 125 more OUs on the dashboard, 55 of them red or yellow"
    assert ou_table([line(ROOT)])["more"] == ""


def test_each_light_says_why_in_its_row_and_grey_ones_once_a_reason() -> None:
    partial = "the day is not fully delivered yet"
    lines = [
        line(ROOT, "green"),
        line("Root/A"),
        line("Root/B", "red"),
        *(line(f"Root/C{n}", reason=partial) for n in range(8)),
    ]

    table = ou_table(lines)

    reasons = {row["name"]: row["reason"] for row in table["rows"] if row["reason"]}
    assert reasons == {"Root": "green as Root is", "B": "red as Root/B is"}
    assert table["greys"] == ["no budget: A", f"{partial}: C0, C1, C2, C3, C4, C5 and 2 more"]


def test_of_a_full_table_only_trouble_says_why() -> None:
    lights: list[Light] = ["red" if n == 0 else "green" for n in range(16)]

    rows = ou_table([line(f"Root/U{n:02}", light) for n, light in enumerate(lights)])["rows"]

    assert [row["name"] for row in rows if row["reason"]] == ["U00"]
