"""`daybook demo`: everything a newcomer is promised, checked against the export itself."""

import csv
import json
import shutil
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from daybook.example import write_example
from tests.support.commands import answers, daybook

DAY = date(2026, 6, 17)
CONTRACT = ["BillingDate", "OU", "Service", "LinkedAccount", "DailyCost"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("demo") / "out"
    return daybook("demo", "--out", out), out


@pytest.fixture(scope="module")
def record(demo: tuple[subprocess.CompletedProcess[str], Path]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((demo[1] / "run.json").read_text())
    return loaded


def test_it_ends_by_itself_with_success_and_says_what_it_left(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, out = demo

    assert done.returncode == 0, done.stderr
    reports = ("dashboard.html", "digest.eml", "digest.html", f"ou-breakdown-{DAY}.csv")
    for name in ("archive", "run.json", *reports):
        assert (out / name).exists()
        assert str(out / name) in done.stdout
    assert "Try next" in done.stdout


def test_no_server_outlives_it(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    url = demo[0].stderr.split("embedded AWS on ")[1].split()[0]

    assert not answers(url)


def test_the_run_record_tells_every_hop_and_its_cause(record: dict[str, Any]) -> None:
    events = record["events"]

    assert [event["type"] for event in events] == [
        "day-ready",
        "period-queried",
        "period-archived",
        "period-assessed",
        "period-cataloged",
        "digest-sent",
    ]
    assert [event["cause"] for event in events[1:]] == [event["id"] for event in events[:-1]]
    assert record["day"] == str(DAY)
    assert record["bytes_scanned"] > 0
    assert record["alarms"] == []


def test_every_day_of_the_period_is_one_snappy_object(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    archive = demo[1] / "archive" / "ou-breakdowns"

    for number in range(18):
        day = date(2026, 6, 1) + timedelta(days=number)
        folder = archive / f"year={day.year}" / f"month={day.month}" / f"day={day.day}"
        (file,) = folder.iterdir()
        group = pq.ParquetFile(file).metadata.row_group(0)
        assert {group.column(n).compression for n in range(group.num_columns)} == {"SNAPPY"}
    assert len(list(archive.rglob("*.parquet"))) == 18


def test_source_archive_and_digest_have_the_same_total_to_the_last_digit(
    demo: tuple[subprocess.CompletedProcess[str], Path],
    record: dict[str, Any],
    tmp_path: Path,
) -> None:
    lines = source_lines(write_example(tmp_path).source, "2026-06")
    rows = [row for file in archived(demo[1]) for row in rows_of(file)]
    attached = csv.DictReader((demo[1] / f"ou-breakdown-{DAY}.csv").read_text().splitlines())

    of_day = sum(cost for day, cost in lines if day == DAY)
    total = sum(cost for _, cost in lines)

    assert sum(row["UnblendedCost"] for row in rows) == total
    assert Decimal(record["totals"][0]["unblended"]) == total
    assert sum(Decimal(row["UnblendedCost"]) for row in attached) == of_day
    assert sum(row["UnblendedCost"] for row in rows if row["BillingDate"] == DAY) == of_day


def test_the_digest_is_the_message_that_ses_received(
    demo: tuple[subprocess.CompletedProcess[str], Path], record: dict[str, Any]
) -> None:
    out = demo[1]
    message = message_from_bytes(
        (out / "digest.eml").read_bytes(), _class=EmailMessage, policy=default
    )
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    (attachment,) = message.iter_attachments()

    assert message["X-Daybook-Run"] == record["run_id"]
    assert message["Message-ID"]
    assert html is not None
    assert text is not None
    assert html.get_content().encode() == (out / "digest.html").read_bytes()
    assert attachment.get_filename() == f"ou-breakdown-{DAY}.csv"
    assert attachment.get_content().encode() == (out / f"ou-breakdown-{DAY}.csv").read_bytes()


def test_the_csv_begins_with_the_contract_columns(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    with (demo[1] / f"ou-breakdown-{DAY}.csv").open(newline="") as file:
        header = next(csv.reader(file))

    assert header[:5] == CONTRACT


def test_an_analyst_reads_the_archive_with_pandas_and_finds_the_outlook_in_it(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    archive = demo[1] / "archive"
    days = pd.read_parquet(archive / "ou-breakdowns")
    outlook = pd.read_parquet(archive / "ou-outlook")

    month_to_date = days[days["BillingDate"] <= DAY].groupby("OUPath")["AmortizedCost"].sum()
    own = outlook.set_index("OUPath")["OwnMonthToDate"]

    assert set(days.columns[-3:]) == {"year", "month", "day"}
    assert month_to_date.to_dict() == own[own.index.isin(month_to_date.index)].to_dict()
    assert set(outlook["Light"]) == {"red", "yellow", "green", "grey"}


def archived(out: Path) -> list[Path]:
    return sorted((out / "archive" / "ou-breakdowns").rglob("*.parquet"))


def rows_of(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(file, partitioning=None).to_pylist()
    return rows


def source_lines(source: Path, period: str) -> list[tuple[date, Decimal]]:
    """Read the export's lines by themselves: usage day and cost as its shortest decimal."""
    lines = []
    for file in sorted((source / "data" / f"BILLING_PERIOD={period}").iterdir()):
        columns = ["line_item_usage_start_date", "line_item_unblended_cost"]
        rows = pq.read_table(file, columns=columns, partitioning=None).to_pylist()
        lines += [(row[columns[0]].date(), Decimal(repr(row[columns[1]]))) for row in rows]
    return lines


def test_the_reports_can_be_made_anew_from_the_archive_alone(
    demo: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    copy = tmp_path / "out"
    reports = ("dashboard.html", "digest.html", "executive.pdf", f"ou-breakdown-{DAY}.csv")
    shutil.copytree(demo[1], copy, ignore=shutil.ignore_patterns(*reports))

    done = daybook("render", "--run", copy)

    assert done.returncode == 0, done.stderr
    for name in reports:
        assert (copy / name).read_bytes() == (demo[1] / name).read_bytes()


def test_a_folder_that_is_no_runs_is_refused(tmp_path: Path) -> None:
    done = daybook("render", "--run", tmp_path)

    assert done.returncode == 2
    assert "has no run.json" in done.stderr
