"""Cost files without a manifest: a file, or a folder of files, of a legacy CUR or of FOCUS."""

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from daybook.inputs import Inputs, check_inputs
from daybook.loose import NOTE, LooseFiles
from services.query.export import Export
from services.query.layouts import LAYOUTS
from services.query.sources import SOURCES
from shared.days import Period
from tests.support.example_lines import fingerprints
from tests.support.units.aio import in_loop
from tests.support.units.exports import legacy, line, parquet
from tests.support.units.focus import Charge, billed, charge, focus_parquet, focus_text
from tests.support.units.inputs import DIGEST, loose_files, refusal
from tests.support.units.rows import usd

MANIFEST = "metadata/BILLING_PERIOD=2026-03/daybook-Manifest.json"
FEBRUARY, MARCH = Period(2026, 2), Period(2026, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "costs").mkdir()
    return tmp_path / "costs"


async def totals(inputs: Inputs, kind: str) -> dict[Period, int]:
    export = Export(inputs.store, LAYOUTS[SOURCES[kind].layout])
    return {
        period: len(await export.fetch(delivery, inputs.source))
        for period, delivery in inputs.deliveries.items()
    }


@in_loop
async def test_one_legacy_file_is_a_whole_export(folder: Path) -> None:
    file = folder / "costs.csv.gz"
    file.write_bytes(gzip.compress(legacy([line("2", 3), line("3", 4)])))

    inputs = await check_inputs(loose_files(file, "legacy"), None)

    assert (inputs.day, inputs.control.totals) == (date(2026, 3, 3), (usd("5"),))
    assert inputs.deliveries[MARCH].notes == (NOTE,)


@in_loop
async def test_a_file_of_cur2_is_a_whole_export(folder: Path) -> None:
    (folder / "costs.parquet").write_bytes(parquet([line("2", 3)]))

    inputs = await check_inputs(loose_files(folder / "costs.parquet", "cur2"), None)

    assert inputs.control.totals == (usd("2"),)


@in_loop
async def test_a_folder_of_cur2_without_its_manifest_is_refused(folder: Path) -> None:
    (folder / "costs.parquet").write_bytes(parquet([line("2", 3)]))

    assert "has no manifest (metadata/BILLING" in await refusal(loose_files(folder, "cur2"))


@in_loop
async def test_a_folder_is_sorted_by_billing_period(folder: Path) -> None:
    for month in (2, 3):
        part = folder / f"data/billing_period=2026-0{month}"
        part.mkdir(parents=True)
        for number in (1, 2):
            costs = [charge("1"), charge("2")] if number == 1 else [charge("3"), charge("0")]
            body = focus_parquet(billed(month, costs))
            (part / f"{number}.snappy.parquet").write_bytes(body)
    (folder / "data/notes.txt").write_text("not a cost file")

    inputs = await check_inputs(loose_files(folder, "focus"), date(2026, 3, 3))

    assert await totals(inputs, "focus") == {FEBRUARY: 2, MARCH: 2}
    assert inputs.control.totals == (usd("6"),)


@pytest.mark.parametrize("write", [focus_text, focus_parquet])
@in_loop
async def test_a_file_of_several_billing_periods_is_split(
    write: Callable[[Sequence[Charge]], bytes], folder: Path
) -> None:
    charges = [
        *billed(2, [charge("1"), charge("2", SubAccountName=None)]),
        *billed(3, [charge("4")]),
        charge("8", ChargePeriodStart=None),
    ]
    (folder / "costs.csv").write_bytes(write(charges))

    given = loose_files(folder / "costs.csv", "focus")
    february = await check_inputs(given, date(2026, 2, 3))
    march = await check_inputs(given, date(2026, 3, 3))

    assert february.control.totals == (usd("11"),)
    assert march.control.totals == (usd("4"),)
    assert sorted(march.deliveries) == [FEBRUARY, MARCH]


@in_loop
async def test_the_parts_of_a_file_are_gone_with_the_export(folder: Path) -> None:
    months = [*billed(2, [charge()]), *billed(3, [charge()])]
    (folder / "costs.csv").write_bytes(focus_text(months))
    store = LooseFiles(folder, SOURCES["focus"])
    (path,) = json.loads((await store.read(MANIFEST))[0])["dataFiles"]
    part = await store.fetch(path, folder)
    assert part.exists()

    del store

    assert not part.exists()


@in_loop
async def test_a_charge_belongs_to_the_period_that_it_is_billed_in(folder: Path) -> None:
    header, *rest = legacy([line("2", 31)]).decode().splitlines()
    late = [
        f"{header},bill/BillingPeriodStartDate",
        *(f"{row},2026-04-01T00:00:00Z" for row in rest),
    ]
    (folder / "costs.csv").write_text("\n".join(late))

    inputs = await check_inputs(loose_files(folder, "legacy"), None)

    assert sorted(inputs.deliveries) == [Period(2026, 4)]
    assert inputs.control.first_day == date(2026, 4, 1)


@in_loop
async def test_two_deliveries_side_by_side_are_refused(folder: Path) -> None:
    for execution, cost in (("one", "1"), ("two", "2")):
        (folder / execution).mkdir()
        (folder / execution / "costs.csv").write_bytes(focus_text([charge(cost)]))

    text = await refusal(loose_files(folder, "focus"))

    assert "files of 2026-03 lie in several folders" in text
    assert str(folder / "one") in text
    assert "Point --source at the one that counts" in text


@in_loop
async def test_a_manifest_further_down_is_pointed_out(folder: Path) -> None:
    manifest = folder / "deeper/20260301-20260401/costs-Manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    (folder / "costs.csv").write_bytes(legacy([line()]))

    text = await refusal(loose_files(folder, "legacy"))

    assert f"There is {manifest}: point --source at the folder" in text


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("costs.csv", focus_text([]), "has no line with a date"),
        ("costs.csv", b"a,b\n1,2\n", "has no column ChargePeriodStart"),
        ("costs.parquet", b"PAR1 and then nothing", "cannot be read: "),
        ("costs.txt", b"", "has no .parquet, .csv, .csv.gz file"),
        ("costs.csv", b"PK\x03\x04", "is a ZIP archive"),
    ],
)
@in_loop
async def test_what_is_no_cost_file_is_named(
    name: str, body: bytes, problem: str, folder: Path
) -> None:
    (folder / name).write_bytes(body)

    text = await refusal(loose_files(folder, "focus"))

    assert problem in text
    assert text.startswith(str(folder))


@in_loop
async def test_a_metric_that_the_files_do_not_state_is_refused(folder: Path) -> None:
    (folder / "costs.csv").write_bytes(focus_text([charge()]))
    given = loose_files(folder, "focus")
    assert given.config
    given.config.write_text(f"{DIGEST}cost_metric: net_amortized\n")

    assert "has no net_amortized cost: AWS states net" in await refusal(given)


@in_loop
async def test_a_metric_that_the_files_state_is_taken(folder: Path) -> None:
    body = parquet([line("2", net_unblended_cost=Decimal("1.5"))])
    (folder / "costs.parquet").write_bytes(body)
    given = loose_files(folder / "costs.parquet", "cur2")
    assert given.config
    given.config.write_text(f"{DIGEST}cost_metric: net_amortized\n")

    inputs = await check_inputs(given, None)

    assert inputs.control.totals[0].net_amortized == Decimal("1.5")


@in_loop
async def test_the_sources_own_files_stay_as_they_are(folder: Path) -> None:
    (folder / "costs.csv").write_bytes(focus_text([*billed(2, [charge()]), *billed(3, [charge()])]))
    before = fingerprints(folder)

    await check_inputs(loose_files(folder, "focus"), date(2026, 3, 3))

    assert fingerprints(folder) == before


@in_loop
async def test_a_file_that_lies_there_packed_as_well_is_not_counted_twice(folder: Path) -> None:
    body = focus_text([charge()])
    (folder / "costs.csv").write_bytes(body)
    (folder / "costs.csv.gz").write_bytes(gzip.compress(body))

    text = await refusal(loose_files(folder, "focus"))

    assert "costs.csv.gz: lies beside costs.csv" in text
    assert "Take one of the two away" in text
