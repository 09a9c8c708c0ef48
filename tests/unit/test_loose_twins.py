"""Cost files without a manifest that hold the same lines twice."""

from pathlib import Path

import pytest

from daybook.inputs import check_inputs
from tests.support.units.aio import in_loop
from tests.support.units.exports import legacy, line
from tests.support.units.focus import billed, charge, focus_text
from tests.support.units.inputs import loose_files, refusal
from tests.support.units.rows import usd


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "costs").mkdir()
    return tmp_path / "costs"


def with_ids(*rows: tuple[str, str, str]) -> bytes:
    """Write lines of a legacy CUR, each by its id, its interval and its type."""
    header, *lines = (
        legacy([line("1", line_item_type=kind) for _, _, kind in rows]).decode().splitlines()
    )
    return "\n".join(
        [
            f"identity/LineItemId,identity/TimeInterval,{header}",
            *(f"{name},{hour},{rest}" for (name, hour, _), rest in zip(rows, lines, strict=True)),
        ]
    ).encode()


COVERED, NEGATION = ("a", "1", "SavingsPlanCoveredUsage"), ("a", "1", "SavingsPlanNegation")


@in_loop
async def test_a_copy_of_a_file_is_refused_whatever_it_holds(folder: Path) -> None:
    for name in ("costs (1).csv", "costs.csv"):
        (folder / name).write_bytes(focus_text([charge()]))

    text = await refusal(loose_files(folder, "focus"))

    assert f"{folder}/costs.csv: is the same file as {folder}/costs (1).csv" in text
    assert "Give the one that counts as --source" in text


@in_loop
async def test_two_deliveries_of_one_legacy_bill_in_one_folder_are_refused(folder: Path) -> None:
    (folder / "early.csv").write_bytes(with_ids(("a", "1", "Usage"), ("b", "1", "Usage")))
    (folder / "final.csv").write_bytes(with_ids(("c", "1", "Usage"), ("b", "1", "Usage")))

    text = await refusal(loose_files(folder, "legacy"))

    assert f"{folder}/final.csv: has lines of 2026-03 that {folder}/early.csv has as well" in text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([COVERED], [NEGATION]),
        ([("a", "1", "Usage")], [("a", "2", "Usage"), ("a", "2", "Usage")]),
        ([("", "1", "Usage")], [("", "1", "Usage"), ("b", "1", "Usage")]),
    ],
)
@in_loop
async def test_lines_that_only_look_alike_are_one_delivery(
    one: list[tuple[str, str, str]], other: list[tuple[str, str, str]], folder: Path
) -> None:
    (folder / "1.csv").write_bytes(with_ids(*one))
    (folder / "2.csv").write_bytes(with_ids(*other))

    inputs = await check_inputs(loose_files(folder, "legacy"), None)

    assert inputs.control.lines == len(one) + len(other)


@in_loop
async def test_a_file_half_of_whose_focus_lines_are_in_another_is_refused(folder: Path) -> None:
    early = [charge("1"), charge("1"), charge("2"), charge("3")]
    (folder / "early.csv").write_bytes(focus_text(early))
    (folder / "final.csv").write_bytes(focus_text([*early[:3], charge("4"), charge("5")]))

    text = await refusal(loose_files(folder, "focus"))

    assert f"{folder}/final.csv: has lines of 2026-03 that {folder}/early.csv has as well" in text


@in_loop
async def test_a_few_focus_lines_that_are_alike_are_legal(folder: Path) -> None:
    (folder / "1.csv").write_bytes(focus_text([charge("1"), charge("2"), charge("3")]))
    (folder / "2.csv").write_bytes(focus_text([charge("1"), charge("4"), charge("5")]))

    inputs = await check_inputs(loose_files(folder, "focus"), None)

    assert inputs.control.totals == (usd("16"),)


@in_loop
async def test_the_months_of_two_files_are_compared_each_by_itself(folder: Path) -> None:
    both = [*billed(2, [charge("1")]), *billed(3, [charge("2")])]
    (folder / "1.csv").write_bytes(focus_text(both))
    (folder / "2.csv").write_bytes(focus_text([*both[:1], *billed(3, [charge("3")])]))

    text = await refusal(loose_files(folder, "focus"))

    assert f"{folder}/2.csv: has lines of 2026-02 that {folder}/1.csv has as well" in text
