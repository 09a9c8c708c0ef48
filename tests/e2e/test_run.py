"""`daybook run` on a user's own export: plain CSV, one account, side by side, interrupted."""

import csv
import gzip
import json
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from services.query.sources import CUR2
from tests.support.commands import RUN_SECONDS, answers, daybook, start
from tests.support.waiting import eventually

ORGANIZATION = (
    "account_id,account_name,ou_path,valid_from,valid_to,status\n"
    "111111111111,Only one,Root/Lab,2026-01-01,2026-02-03,ACTIVE\n"
    "111111111111,Only one,Root,2026-02-03,,ACTIVE\n"
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """One account, three days of one service, as gzip CSV; the cost is no binary fraction.

    Beside it lies the chunk of an earlier delivery, which no manifest lists any more.
    """
    root = tmp_path / "export"
    period = "BILLING_PERIOD=2026-02"
    data, metadata = root / "data" / period, root / "metadata" / period
    data.mkdir(parents=True)
    metadata.mkdir(parents=True)
    with gzip.open(data / "mine-00001.csv.gz", "wt", newline="") as file:
        writer = csv.DictWriter(file, [*CUR2.required, "product"], restval="")
        writer.writeheader()
        writer.writerows(line(day) for day in (1, 2, 3, 4) for _ in range(10))
    (data / "stale-00001.csv.gz").write_bytes((data / "mine-00001.csv.gz").read_bytes())
    listed = f"s3://theirs/some/prefix/mine/data/{period}/mine-00001.csv.gz"
    manifest = {"executionId": "e-1", "dataFiles": [listed]}
    (metadata / "mine-Manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "organization.csv").write_text(ORGANIZATION)
    return root


def line(day: int) -> dict[str, str]:
    return {
        "line_item_usage_start_date": f"2026-02-0{day}T00:00:00.000Z",
        "line_item_usage_account_id": "111111111111",
        "line_item_line_item_type": "Usage",
        "line_item_product_code": "AmazonEC2",
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": "0.1",
        "product": json.dumps({"product_name": "Amazon Elastic Compute Cloud"}),
    }


def run_arguments(export: Path, out: Path) -> list[object]:
    organization = export.parent / "organization.csv"
    return ["run", "--source", export, "--organization", organization, "--out", out]


def test_one_account_in_gzip_csv_gets_its_digest_for_the_last_complete_day(
    export: Path, tmp_path: Path
) -> None:
    done = daybook(*run_arguments(export, tmp_path / "out"), "--json")

    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["day"] == "2026-02-03"
    assert record["totals"] == [{"currency": "USD", "unblended": "4", "amortized": "4"}]
    assert any("1 file lies in the export's folder" in note for note in record["notes"])
    with (tmp_path / "out" / "ou-breakdown-2026-02-03.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["OU"] == "Root"
    assert Decimal(row["DailyCost"]) == 1
    assert row["Service"] == "Amazon Elastic Compute Cloud"


def test_an_account_is_in_the_ou_it_was_in_on_the_day(export: Path, tmp_path: Path) -> None:
    done = daybook(*run_arguments(export, tmp_path / "out"), "--day", "2026-02-02")

    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "ou-breakdown-2026-02-02.csv").open(newline="") as file:
        assert [row["OU"] for row in csv.DictReader(file)] == ["Lab"]


def test_two_runs_go_on_side_by_side(export: Path, tmp_path: Path) -> None:
    runs = [start(*run_arguments(export, tmp_path / f"out-{n}")) for n in range(2)]

    outputs = [run.communicate(timeout=RUN_SECONDS)[0] for run in runs]

    assert [run.returncode for run in runs] == [0, 0], outputs
    records = [json.loads((tmp_path / f"out-{n}" / "run.json").read_text()) for n in range(2)]
    assert records[0]["totals"] == records[1]["totals"]
    assert records[0]["run_id"] != records[1]["run_id"]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_server_and_no_file(
    ending: signal.Signals, export: Path, tmp_path: Path
) -> None:
    process = start(*run_arguments(export, tmp_path / "out"))
    assert process.stdout is not None
    url = ""
    for text in process.stdout:
        if "embedded AWS on " in text:
            url = text.split("embedded AWS on ")[1].split()[0]
        if "day-ready" in text:
            break
    assert answers(url)

    process.send_signal(ending)
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 130, output
    assert "Traceback" not in output
    eventually(lambda: not answers(url), within=5, what="the embedded AWS is gone")
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out-*"))
