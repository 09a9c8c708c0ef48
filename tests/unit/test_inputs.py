"""Checking everything a person gives to a run, before anything starts."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from daybook.inputs import Inputs, check_inputs
from shared.config import Config, load_config
from tests.support.units.aio import in_loop
from tests.support.units.exports import line, parquet
from tests.support.units.inputs import (
    DIGEST,
    ORGANIZATION,
    Given,
    checked,
    good_inputs,
    march,
    refusal,
)
from tests.support.units.rows import DAY, usd


def config_of(inputs: Inputs) -> Config:
    return load_config(inputs.config_text, "daybook.yaml", inputs.given)


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return good_inputs(tmp_path)


@in_loop
async def test_good_inputs_give_the_control_totals_of_the_days_period(given: Given) -> None:
    inputs = await checked(given, DAY)

    assert (inputs.day, str(inputs.period)) == (DAY, "2026-03")
    assert inputs.control.totals == (usd("20"),)
    assert config_of(inputs).digest.sender == "a@example.com"


@in_loop
async def test_without_a_day_the_last_complete_one_is_taken(given: Given) -> None:
    assert (await checked(given)).day == date(2026, 3, 19)


@in_loop
async def test_without_a_day_a_month_that_has_just_begun_gives_the_last_of_the_one_before(
    given: Given,
) -> None:
    given.export("2026-04", part_parquet=parquet([line(usage_start_date=None)]))

    inputs = await checked(given)

    assert inputs.day == date(2026, 3, 31)
    assert inputs.control.totals == (usd("20"),)


@in_loop
async def test_without_a_day_a_single_first_day_is_taken_though_it_is_partial(given: Given) -> None:
    given.export(part_parquet=parquet(march(last=1)))

    assert (await checked(given)).day == date(2026, 3, 1)


@in_loop
async def test_without_a_configuration_there_is_a_default(given: Given) -> None:
    inputs = await check_inputs(replace(given.files, config=None), DAY)

    assert config_of(inputs).digest.recipients == ("finops@example.com",)


@pytest.mark.parametrize("source_format", ["cur1", ""])
@in_loop
async def test_an_unknown_format_is_refused(source_format: str, given: Given) -> None:
    text = await refusal(replace(given.files, source_format=source_format))

    assert text == f"--format {source_format}: is not known. Use one of cur2, legacy, focus"


@in_loop
async def test_a_missing_folder_is_named(given: Given, tmp_path: Path) -> None:
    text = await refusal(replace(given.files, source=tmp_path / "nowhere"))

    assert text.startswith(f"{tmp_path / 'nowhere'}: is not there. Point --source at")


@in_loop
async def test_an_empty_folder_is_named(given: Given, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    text = await refusal(replace(given.files, source=tmp_path / "empty"))

    assert text.startswith(f"{tmp_path / 'empty'}: is empty. Point --source at")


@in_loop
async def test_a_folder_without_a_manifest_is_named(given: Given) -> None:
    next((given.files.source / "metadata").rglob("*.json")).unlink()

    text = await refusal(given.files)

    assert text.startswith(f"{given.files.source}: has no manifest")
    assert "Copy the export's metadata/ folder" in text


@in_loop
async def test_a_manifest_that_is_no_json_is_named(given: Given) -> None:
    next((given.files.source / "metadata").rglob("*.json")).write_bytes(b"{")

    assert "cur-Manifest.json: is not a Data Exports manifest" in await refusal(given.files)


@in_loop
async def test_a_listed_file_that_is_missing_is_named(given: Given) -> None:
    (given.data / "part.parquet").unlink()

    text = await refusal(given.files)

    assert text.startswith(f"{given.data / 'part.parquet'}: is listed in the manifest but")
    assert "Copy the export's data/ folder completely" in text


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(2026, 2, 28), "its billing periods are 2026-03"),
        (date(2026, 4, 1), "its billing periods are 2026-03"),
        (date(2026, 3, 2), "2026-03 reaches from 2026-03-03 to 2026-03-20"),
        (date(2026, 3, 21), "2026-03 reaches from 2026-03-03 to 2026-03-20"),
    ],
)
@in_loop
async def test_a_day_before_or_after_the_export_is_named(
    day: date, problem: str, given: Given
) -> None:
    given.export(part_parquet=parquet(march(first=3)))

    text = await refusal(given.files, day)

    assert text.startswith(f"{given.files.source}: has no data of {day}: {problem}")
    assert text.endswith("Choose another --day")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("1,shop,Root,,,ACTIVE\n", "line 3 (account_id): '1' is not a 12-digit account id"),
        ("111111111111,shop,Root/B,,,ACTIVE\n", "line 3 (valid_from): account 111111111111 is"),
    ],
)
@in_loop
async def test_a_bad_line_of_the_organization_is_named(
    more: str, problem: str, given: Given
) -> None:
    given.spoil("organization", ORGANIZATION + more)

    assert (await refusal(given.files)).startswith(f"{given.files.organization}, {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("digest: [", "is not YAML"),
        ("", "is not a mapping"),
        ("digest: {sender: nobody, recipients: [b@x.com]}", "line 1 (digest.sender)"),
        ("digest: {}", "line 1 (digest.sender): Field required"),
        (DIGEST + "colour: red", "line 2 (colour)"),
    ],
)
@in_loop
async def test_an_invalid_configuration_is_named(text: str, problem: str, given: Given) -> None:
    given.spoil("config", text)

    found = await refusal(given.files)

    assert found.startswith(str(given.files.config))
    assert problem in found


@pytest.mark.parametrize("what", ["missing", "folder"])
@in_loop
async def test_files_that_cannot_be_read_are_named(what: str, given: Given, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" if what == "missing" else tmp_path

    organization = await refusal(replace(given.files, organization=path))
    config = await refusal(replace(given.files, config=path))

    assert organization.startswith(f"{path}: ")
    assert "Point --organization at" in organization
    assert "Point --config at" in config
