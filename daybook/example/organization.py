"""Which account belongs to which OU, and when: the example's organization file."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from daybook.example.accounts import ACCOUNTS, GRAPHS, SCIENTISTS, Account

HEADER = ("account_id", "account_name", "ou_path", "valid_from", "valid_to", "status")
MOVED = GRAPHS
MOVED_TO = SCIENTISTS

_MOVED_BEFORE = timedelta(days=13)  # in the last but one of the weeks that end before the last day

Row = tuple[str, str, str, str, str, str]


def write_organization(file: Path, since: date, last_day: date) -> None:
    """Writes the accounts' OUs as CSV: UTC days, `valid_from` inclusive, `valid_to` exclusive.

    `since` is the first day on record, and an empty `valid_to` means that it still holds.
    """
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_rows(since, last_day - _MOVED_BEFORE))


def _rows(since: date, moved_on: date) -> Iterator[Row]:
    for account in ACCOUNTS:
        if account is MOVED:
            yield _row(account, account.ou or "", since, moved_on)
            yield _row(account, MOVED_TO, moved_on, None)
        elif account.ou is not None:
            yield _row(account, account.ou, since, None)


def _row(account: Account, ou: str, first: date, end: date | None) -> Row:
    until = end.isoformat() if end else ""
    return (account.id, account.name, ou, first.isoformat(), until, account.status)
