"""The benchmark reads daily series as people keep them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.series import SeriesSet, csv_sets
from shared.errors import InputError

FIRST = date(2026, 1, 1)


def written(folder: Path, header: str, lines: list[str]) -> Path:
    file = folder / "spend.csv"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    return file


def only(path: Path) -> SeriesSet:
    (found,) = csv_sets(path)
    return found


def test_each_value_of_the_other_columns_is_a_series_and_lines_of_a_day_are_added(
    tmp_path: Path,
) -> None:
    lines = [f"{FIRST + timedelta(days=n)},{ou},{n}" for n in range(80) for ou in ("a", "a", "b")]

    found = only(written(tmp_path, "date,ou,cost", lines))

    assert [series.values[79] for series in found.series] == [158, 79]
    assert found.series[0].first == FIRST


def test_a_missing_day_is_as_the_same_weekday_before(tmp_path: Path) -> None:
    lines = [f"{FIRST + timedelta(days=n)},{n}" for n in range(80) if n != 20]

    (series,) = only(written(tmp_path, "ds,y", lines)).series

    assert series.values[20] == 13


def test_readings_within_the_day_are_added_without_the_first_and_last_day(tmp_path: Path) -> None:
    lines = [f"{FIRST + timedelta(days=n)} {h}:00:00,1" for n in range(80) for h in (10, 11)]

    (series,) = only(written(tmp_path, "timestamp,value", lines)).series

    assert len(series.values) == 78
    assert set(series.values) == {2.0}


def test_series_too_short_to_judge_are_left_out(tmp_path: Path) -> None:
    lines = [f"{FIRST + timedelta(days=n)},1" for n in range(69)]

    assert list(csv_sets(written(tmp_path, "ds,y", lines))) == []


def test_a_file_without_days_is_refused_by_name(tmp_path: Path) -> None:
    file = written(tmp_path, "name,cost", ["a,1"])

    with pytest.raises(InputError, match=r"spend.csv: has no column of days"):
        list(csv_sets(file))
