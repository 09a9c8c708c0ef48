"""Bad input: exit code 2, one error that names file and remedy, and nothing written."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from daybook.example import ExampleExport, write_example
from tests.support.commands import daybook


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("good"), days=20)


@pytest.fixture
def example(good: ExampleExport, tmp_path: Path) -> ExampleExport:
    """A copy that a test may spoil."""
    folder = tmp_path / "example"
    shutil.copytree(good.source.parent, folder)
    return ExampleExport(
        folder / good.source.name,
        folder / good.organization.name,
        folder / good.config.name,
        good.last_day,
        good.complete_day,
    )


def newest_file(example: ExampleExport) -> Path:
    return max((example.source / "data").rglob("*.parquet"))


def empty_folder(example: ExampleExport) -> str:
    shutil.rmtree(example.source)
    example.source.mkdir()
    return str(example.source)


def missing_folder(example: ExampleExport) -> str:
    shutil.rmtree(example.source)
    return str(example.source)


def no_manifest(example: ExampleExport) -> str:
    shutil.rmtree(example.source / "metadata")
    return "manifest"


def manifest_of_another_month(example: ExampleExport) -> str:
    older, newer = sorted((example.source / "metadata").rglob("*Manifest.json"))[-2:]
    shutil.copyfile(older, newer)
    return "dataFiles"


def truncated(example: ExampleExport) -> str:
    file = newest_file(example)
    file.write_bytes(file.read_bytes()[:-1000])
    return file.name


def missing_column(example: ExampleExport) -> str:
    for file in (example.source / "data").rglob("*.parquet"):
        table = pq.read_table(file, partitioning=None)
        pq.write_table(table.drop_columns(["line_item_unblended_cost"]), file)
    return "line_item_unblended_cost"


def bad_line(example: ExampleExport) -> str:
    with example.organization.open("a") as file:
        file.write("123,short,Root,,,ACTIVE\n")
    return "account_id"


def overlapping(example: ExampleExport) -> str:
    with example.organization.open("a") as file:
        file.write("555555555555,a,Root,2026-01-01,,ACTIVE\n")
        file.write("555555555555,b,Root/B,2026-02-01,,ACTIVE\n")
    return "valid_from"


def bad_config(example: ExampleExport) -> str:
    text = example.config.read_text()
    example.config.write_text(text.replace("recipients:", "recipient:"))
    return "line"


SPOILERS: list[Callable[[ExampleExport], str]] = [
    empty_folder,
    missing_folder,
    no_manifest,
    manifest_of_another_month,
    truncated,
    missing_column,
    bad_line,
    overlapping,
    bad_config,
]


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_it_is_refused_before_anything_is_written(
    spoil: Callable[[ExampleExport], str], example: ExampleExport, tmp_path: Path
) -> None:
    named = spoil(example)

    refused(example, tmp_path / "out", named)


@pytest.mark.parametrize("day", ["2026-01-15", "2026-07-01", "2026-06-25"])
def test_a_day_outside_the_export_is_refused(
    day: str, example: ExampleExport, tmp_path: Path
) -> None:
    refused(example, tmp_path / "out", day, "--day", day)


def test_an_unknown_format_is_refused(example: ExampleExport, tmp_path: Path) -> None:
    refused(example, tmp_path / "out", "parquet", "--format", "parquet")


def test_a_format_that_the_files_do_not_have_is_refused(
    example: ExampleExport, tmp_path: Path
) -> None:
    refused(example, tmp_path / "out", "ChargePeriodStart", "--format", "focus")


def test_a_folder_with_other_files_is_not_replaced(example: ExampleExport, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")

    done = daybook(*arguments(example, out))

    assert done.returncode == 2
    assert (out / "thesis.txt").read_text() == "years of work"


def refused(example: ExampleExport, out: Path, named: str, *more: str) -> None:
    done = daybook(*arguments(example, out), *more)

    assert done.returncode == 2, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
    assert not list(out.parent.glob(".out-*"))


def arguments(example: ExampleExport, out: Path) -> list[object]:
    given = {
        "--source": example.source,
        "--organization": example.organization,
        "--config": example.config,
        "--out": out,
    }
    return ["run", *(part for pair in given.items() for part in pair)]
