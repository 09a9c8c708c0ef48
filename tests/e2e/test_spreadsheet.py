"""The digest's CSV, opened by LibreOffice: no cell is a formula, money is numbers."""

import csv
import io
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product

import pytest

from services.notifier.mail.attachment import breakdown_csv
from shared.breakdown import ARCHIVED
from tests.support.units.rows import archived_table, row

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice Calc: `make system`")
SECONDS = 120
UTF8, COMMA, QUOTE = 76, 44, 34
READ = f"CSV:{COMMA},{QUOTE},{UTF8},1,,0,false,true,false,false,false,-1,true"
"""As a double click does, and with formulas evaluated (LibreOffice, "Filter Options for CSV")."""
WRITE = f"csv:Text - txt - csv (StarCalc):{COMMA},{QUOTE},{UTF8},1,,0,true,false,true"
"""Every text cell quoted, cells as they are held and not as they are shown, formulas as such."""
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
LEADS = ["", " ", "  ", "'", "\x00", " \x00", "\x0b", "\x1b", "\xa0", "\u200b", "\ufeff", "\u3000"]
TRIGGERS = [
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\x00=",
]
FORMULAS = ["1+1", "SUM(A1:A2)", 'HYPERLINK("http://x.example","y")', "cmd|' /c calc'!A1"]
NAMES = ["".join(parts) for parts in product(LEADS, TRIGGERS, FORMULAS)]
PLAIN = ["shop", 'R&D, "quoted"', "a;b", "Büro 🚀", "<script>", "two\nlines", "=\u202e"]
Convert = Callable[[bytes, str], bytes]


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    def converted(body: bytes, kind: str) -> bytes:
        # A profile of its own each time: one that is still closing would take the next file over
        # and let this command end before it is written.
        folder = tmp_path_factory.mktemp("libreoffice")
        (folder / "in.csv").write_bytes(body)
        command = [str(SOFFICE), "--headless", f"-env:UserInstallation={folder.as_uri()}/profile"]
        command += [f"--infilter={READ}", "--convert-to", kind, "--outdir", str(folder / "out")]
        subprocess.run(
            [*command, str(folder / "in.csv")], check=True, capture_output=True, timeout=SECONDS
        )
        return (folder / "out" / f"in.{kind.partition(':')[0]}").read_bytes()

    return converted


def rows_with(names: list[str]) -> bytes:
    rows = [
        row("-12.5", AccountName=name, OU=name, OUPath=name, Service=name, ChargeType=name)
        for name in names
    ]
    return breakdown_csv(archived_table(*rows), "amortized")


def cells_of(fods: bytes) -> Iterator[tuple[int, ET.Element]]:
    """Yield every cell of a flat ODS, with its column's number."""
    page = ET.fromstring(fods)  # noqa: S314 - LibreOffice has just written it
    for line in page.iter(f"{TABLE}table-row"):
        number = 0
        for cell in line.iter(f"{TABLE}table-cell"):
            for _ in range(int(cell.get(f"{TABLE}number-columns-repeated", "1"))):
                yield number, cell
                number += 1


def formulas_in(fods: bytes) -> list[str | None]:
    return [c.get(f"{TABLE}formula") for _, c in cells_of(fods) if f"{TABLE}formula" in c.attrib]


def test_a_cell_that_is_not_disarmed_is_run(convert: Convert) -> None:
    """Without this, the test below might see no formula for want of looking."""
    assert formulas_in(convert(b'"=1+1"', "fods")) == ["of:=1+1"]


def test_no_name_becomes_a_formula(convert: Convert) -> None:
    fods = convert(rows_with(NAMES + PLAIN), "fods")

    assert formulas_in(fods) == []
    assert len([*cells_of(fods)]) >= len(NAMES + PLAIN) * len(ARCHIVED.names)


def test_negative_money_is_a_number(convert: Convert) -> None:
    fods = convert(rows_with(NAMES + PLAIN), "fods")
    columns = [n for n, name in enumerate(ARCHIVED.names) if name.endswith("Cost")]

    money = [cell for number, cell in cells_of(fods) if number in columns]
    values = [c.get(f"{OFFICE}value") for c in money if c.get(f"{OFFICE}value-type") == "float"]
    assert {Decimal(value or "") for value in values} == {Decimal("-12.5")}
    assert len(values) == len(NAMES + PLAIN) * 3


def test_names_are_read_as_they_are_written(convert: Convert) -> None:
    text = convert(rows_with(PLAIN), WRITE).decode()

    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    names = [line["AccountName"].removeprefix("'") for line in lines]
    assert names == PLAIN
