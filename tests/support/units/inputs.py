"""Good inputs of a run, to be spoilt by a test."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from daybook.inputs import InputFiles, Inputs, check_inputs
from shared.errors import InputError
from tests.support.units.exports import Line, line, parquet, write_export

GIVEN = {
    "source": {"format": "cur2", "location": "s3://exports/cur"},
    "organization": {"location": "s3://archive/organization.csv"},
}
ORGANIZATION = """\
account_id,account_name,ou_path,valid_from,valid_to,status
111111111111,shop,Root/A,,,ACTIVE
"""
DIGEST = "digest: {sender: a@example.com, recipients: [b@example.com]}\n"
DATA = "data/BILLING_PERIOD=2026-03"


@dataclass(frozen=True)
class Given:
    """Good inputs in a folder, to be spoilt by a test."""

    files: InputFiles

    @property
    def data(self) -> Path:
        return self.files.source / DATA

    def export(self, period: str = "2026-03", **files: bytes) -> None:
        write_export(self.files.source, period, **files)

    def spoil(self, file: str, text: str) -> None:
        path = self.files.organization if file == "organization" else self.files.config
        assert path
        path.write_text(text, encoding="utf-8")


def good_inputs(folder: Path) -> Given:
    """Write good inputs below `folder`."""
    files = InputFiles(
        source=folder / "export",
        source_format="cur2",
        organization=folder / "organization.csv",
        config=folder / "daybook.yaml",
        given=GIVEN,
    )
    found = Given(files)
    found.export(part_parquet=parquet(march()))
    found.spoil("organization", ORGANIZATION)
    found.spoil("config", DIGEST)
    return found


def march(*, first: int = 1, last: int = 20) -> list[Line]:
    return [line("1", day) for day in range(first, last + 1)]


async def refusal(files: InputFiles, day: date | None = None) -> str:
    with pytest.raises(InputError) as refused:
        await check_inputs(files, day)
    return str(refused.value)


async def checked(given: Given, day: date | None = None) -> Inputs:
    return await check_inputs(given.files, day)


def loose_files(source: Path, kind: str) -> InputFiles:
    """Return the inputs of a run on `source`, which has no manifest, with all else good."""
    organization, config = source.parent / "organization.csv", source.parent / "daybook.yaml"
    organization.write_text(ORGANIZATION)
    config.write_text(DIGEST)
    given = {
        "source": {"format": kind, "location": "s3://exports/x"},
        "organization": {"location": "s3://archive/organization.csv"},
    }
    return InputFiles(source, kind, organization, config, given)
