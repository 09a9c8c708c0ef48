"""The dated account-to-OU table: which OU an account was in, and from when until when.

It comes from a CSV file or from the history of AWS Organizations (`history.py`).

CSV columns: account_id, account_name, ou_path, valid_from (included), valid_to (excluded),
status; ou_id is optional. Dates are UTC days; an empty date is open-ended.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pyarrow as pa

from shared.config_outlook import ROOT, shown_ou
from shared.errors import InputError

COLUMNS = ("account_id", "account_name", "ou_path", "valid_from", "valid_to", "status")
STATUSES = ("ACTIVE", "SUSPENDED", "PENDING_ACTIVATION", "PENDING_CLOSURE", "CLOSED")
GONE = "GONE"
"""The state of an account that AWS Organizations no longer knows."""
_ACCOUNT = re.compile(r"[0-9]{12}")
_SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("account_name", pa.string()),
        ("ou_id", pa.string()),
        ("ou_path", pa.string()),
        ("ou", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
    ]
)


@dataclass(frozen=True)
class Placement:
    """An account's place in the organization for a while.

    `line` is where the file says so, 0 when no file does; `assumed` when nobody has seen it there.
    """

    line: int
    account_id: str
    account_name: str
    ou_id: str
    ou_path: str
    valid_from: date
    valid_to: date
    status: str = "ACTIVE"
    assumed: bool = False

    @property
    def ou(self) -> str:
        """The path below the root; `Root` for the root itself."""
        return shown_ou(self.ou_path)


def parse_organization(body: bytes, name: object) -> list[Placement]:
    """Read the organization CSV; raise InputError with line, column and remedy."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(name, "is not UTF-8 text", "Save it as CSV in UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            name,
            f"has no column {missing[0]}",
            f"The header is {','.join(COLUMNS)}",
            where="line 1",
        )
    try:
        placements = [_placement(row, reader.line_num, name) for row in reader]
    except csv.Error as error:
        remedy = "Look for a double quote that is never closed"
        raise InputError(name, str(error), remedy, where=f"line {reader.line_num}") from None
    _refuse_overlaps(placements, name)
    return placements


def organization_table(placements: Iterable[Placement]) -> pa.Table:
    """Return the placements as the relation that `breakdown.sql` joins."""
    rows = [{column: getattr(place, column) for column in _SCHEMA.names} for place in placements]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _placement(row: dict[str, str | None], line: int, name: object) -> Placement:
    if None in row or None in row.values():
        raise InputError(
            name,
            "has too many or too few fields",
            "Put names that hold a comma in double quotes",
            where=f"line {line}",
        )
    cells = _Cells(name, line, {key: value or "" for key, value in row.items()})
    valid_from, valid_to = cells.day("valid_from", date.min), cells.day("valid_to", date.max)
    if valid_to <= valid_from:
        raise cells.wrong("valid_to", "is not after valid_from", "A range ends before its valid_to")
    return Placement(
        line=line,
        account_id=cells.account(),
        account_name=cells.account_name(),
        ou_id=cells.values.get("ou_id", "").strip(),
        ou_path=cells.ou_path(),
        valid_from=valid_from,
        valid_to=valid_to,
        status=cells.status(),
    )


@dataclass(frozen=True)
class _Cells:
    """One line's cells, each read with the error that fits it.

    Blanks around ids, dates, states and whole paths do not matter; in a name they are part of it.
    """

    name: object
    line: int
    values: dict[str, str]

    def wrong(self, column: str, problem: str, remedy: str) -> InputError:
        return InputError(self.name, problem, remedy, where=f"line {self.line} ({column})")

    def account(self) -> str:
        text = self.values["account_id"].strip()
        if not _ACCOUNT.fullmatch(text):
            problem = f"{text!r} is not a 12-digit account id"
            raise self.wrong("account_id", problem, "Spreadsheets drop leading zeros: restore them")
        return text

    def account_name(self) -> str:
        """Return the name as it is; one of nothing but blanks is none."""
        text = self.values["account_name"]
        return text if text.strip() else ""

    def ou_path(self) -> str:
        text = self.values["ou_path"].strip()
        first, *names = text.split("/")
        if first != ROOT or not all(name.strip() for name in names):
            remedy = f"Write {ROOT} or {ROOT}/Name; leave out an account that is in no OU"
            raise self.wrong("ou_path", f"{text!r} is not a path from {ROOT}", remedy)
        return text

    def status(self) -> str:
        text = self.values["status"].strip()
        if text not in STATUSES:
            raise self.wrong("status", f"{text!r} is unknown", f"Use one of {', '.join(STATUSES)}")
        return text

    def day(self, column: str, otherwise: date) -> date:
        text = self.values[column].strip()
        try:
            return date.fromisoformat(text) if text else otherwise
        except ValueError:
            raise self.wrong(column, f"{text!r} is not a day", "Write YYYY-MM-DD") from None


def _refuse_overlaps(placements: list[Placement], name: object) -> None:
    """Refuse an account that is in two OUs on one day: its cost would count twice."""
    in_order = sorted(placements, key=lambda place: (place.account_id, place.valid_from))
    for earlier, later in pairwise(in_order):
        if earlier.account_id == later.account_id and later.valid_from < earlier.valid_to:
            raise InputError(
                name,
                f"account {later.account_id} is already placed by line {earlier.line} "
                f"on {later.valid_from}",
                "End the earlier range (valid_to) on the day the later one begins",
                where=f"line {later.line} (valid_from)",
            )
