"""Where a worker finds its configuration."""

from pathlib import Path

import pytest

from shared.errors import InputError
from shared.service import read_config
from tests.support.units.aio import in_loop

VALID = """\
source: {format: cur2, location: "s3://exports/cur"}
organization: {location: "s3://archive/organization.csv"}
digest: {sender: a@example.com, recipients: [b@example.com]}
"""


@in_loop
async def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "daybook.yaml"
    file.write_text(VALID, encoding="utf-8")

    assert (await read_config(None, str(file))).digest.sender == "a@example.com"


@in_loop
async def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "daybook.yaml"
    file.write_text("digest: {}", encoding="utf-8")

    with pytest.raises(InputError, match=str(file)):
        await read_config(None, str(file))


@in_loop
async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        await read_config(None, str(tmp_path / "nowhere.yaml"))


@in_loop
async def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "daybook.yaml"
    file.write_bytes(b"digest: \xff")

    with pytest.raises(InputError, match=str(file)):
        await read_config(None, str(file))
