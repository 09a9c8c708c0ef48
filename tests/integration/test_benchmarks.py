"""Each benchmark works at a tiny size. How fast anything is, is not looked at."""

from pathlib import Path

import pytest

from benchmarks import backfill, cost, lines, loop, query, scale, scan, start
from benchmarks.__main__ import report
from benchmarks.measured import PEERS, machine
from benchmarks.scale_step import STEPS
from benchmarks.section import Section

peers = pytest.mark.skipif(not PEERS.exists(), reason="`make peers` makes what is compared with")


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "OUT", tmp_path)


def cells(section: Section) -> dict[str, list[str]]:
    return {row[0]: list(row[1:]) for row in section.rows}


@peers
def test_the_query_finds_what_plain_sql_finds(tmp_path: Path) -> None:
    made = lines.month(2000, accounts=5)

    found = query.section(made, "", 1)

    assert found.rows[0][0] == query.OURS
    assert {row[0] for row in found.rows} == {query.OURS, query.FLOOR, *query.PEERS}
    assert tmp_path in made.root.parents


def test_engines_that_differ_by_a_cent_are_not_compared() -> None:
    same = {"unblended": "1.005", "amortized": 2.0}
    with pytest.raises(SystemExit, match="amortized is not the same"):
        query.require_same({query.OURS: same, "other": {**same, "amortized": 2.02}})


def test_a_scan_per_day_reads_a_month_once_for_each_of_its_days() -> None:
    found = cells(scan.section(2000))

    assert found["one query per day, all 31 days"][1] == "31.00"


def test_a_month_is_the_same_each_time_it_is_made(tmp_path: Path) -> None:
    made = [lines.month(100, out=tmp_path / name) for name in ("a", "b")]

    first, again = ([file.read_bytes() for file in each.files] for each in made)
    assert first == again
    assert len(lines.SELECTED) == 85


def test_each_step_handles_what_the_one_before_said() -> None:
    found = scale.section([4])

    rows = cells(found)["4"]
    assert int(rows[0].replace(",", "")) > 0
    assert len(rows) == 1 + 2 * len(STEPS)


def test_the_exponent_of_a_square_is_two() -> None:
    assert scale.exponent([(1, 3), (2, 12), (4, 48)]) == pytest.approx(2)


def test_a_backfill_ends_with_its_last_month_cataloged() -> None:
    found = cells(backfill.section(3))

    assert float(found["**all**"][0]) > 0
    assert float(found["query"][1]) > 0


def test_our_loop_is_measured_on_real_queues() -> None:
    found = loop.section(5, 2, 1, peers={})

    assert [row[0] for row in found.rows] == [loop.OURS]


def test_a_worker_starts_with_only_what_its_image_has() -> None:
    found = start.section(1, ["catalog"])

    assert [row[0] for row in found.rows] == ["catalog"]


def test_costs_grow_with_the_export_and_scanning_per_day_costs_more() -> None:
    its = cost.Costs(share=0.1, cpu_per_gb=10)

    assert its.periods(1) < its.periods(50) < its.days(50)
    assert its.deployed(1) < its.always_on(1)


def test_the_report_names_machine_versions_and_peers() -> None:
    text = report([Section("Title", "command", ("a", "b"), [("1", "2")], ["a note"])], machine())

    assert "cores" in text
    assert "celery[sqs]==" in text
    assert "| 1 | 2 |" in text
