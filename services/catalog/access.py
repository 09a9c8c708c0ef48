"""Who sees which OU in QuickSight: the rules of its row-level security, made from the roster.

Source: Amazon QuickSight User Guide, "Using row-level security with user-based rules to restrict
access to a dataset": a user sees the rows that match one of their rules; no value in a column means
every value; without a rule, nothing; a comma separates values.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from shared.config_people import LEVELS, Executives, Owner, Readers
from shared.events import Refresh
from shared.locations import ACCESS_RULES
from shared.ports import ObjectStore

COLUMNS = ("UserName", "GroupName", *(f"level{n}" for n in range(LEVELS + 1)))
"""The data sets have the levels, too: `level0` is the root, or Unmapped (docs/quicksight.md)."""
NOBODY = ("daybook-nobody", "", "-", *("" for _ in range(LEVELS)))
"""Stands in a file that grants nothing: a user and a root that there are not."""
EVERYTHING = ""
Reader = tuple[str, str]


class Refresher(Protocol):
    """The dashboards' data sets."""

    async def refresh(self, dataset: str, name: str) -> Refresh:
        """Refresh one data set and wait for the result."""

    def by_hand(self, refresh: Refresh) -> str:
        """Return the command that a person types to try a refresh once more."""


@dataclass(frozen=True)
class Access:
    """The data set of the rules, and the file that it imports."""

    dataset: str
    rules: bytes

    async def renew(self, store: ObjectStore, refresher: Refresher, run: str) -> Refresh:
        """Put the rules in place if they differ, and import them: once a run, changed or not.

        Imported even so, for nobody knows what became of the import after the last change.
        """
        checksum = hashlib.sha256(self.rules).hexdigest()
        known = await store.head(ACCESS_RULES)
        if known is None or known.metadata.get("sha256") != checksum:
            await store.put(ACCESS_RULES, self.rules, metadata={"sha256": checksum})
        return await refresher.refresh(self.dataset, f"daybook-{run}")


def rules(roster: Iterable[Owner], executives: Executives | None = None) -> bytes:
    """Return the rules as CSV: a line per reader and OU, an OU's line covers what is below it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(list(_lines(roster, executives)) or [NOBODY])
    return text.getvalue().encode()


def _lines(roster: Iterable[Owner], executives: Executives | None) -> Iterator[tuple[str, ...]]:
    granted: dict[Reader, set[str]] = defaultdict(set)
    for owner in roster:
        for reader in _readers(owner):
            granted[reader].add(owner.ou)
    for reader in _readers(executives) if executives else ():
        granted[reader] = {EVERYTHING}
    for reader, ous in sorted(granted.items()):
        yield from ((*reader, *levels(ou)) for ou in sorted(ous) if not _covered(ou, ous))


def _readers(of: Readers) -> list[Reader]:
    return [(user, "") for user in of.quicksight] + [("", group) for group in of.quicksight_groups]


def _covered(ou: str, ous: Iterable[str]) -> bool:
    return any(ou.startswith(f"{other}/") for other in ous)


def levels(ou: str) -> tuple[str, ...]:
    """Return an OU path level by level, as the data sets' SQL does, and nothing for what is below.

    What QuickSight would take for two values, or for the end of one, is written as in a URL.
    """
    names = [_safe(name) for name in ou.split("/")]
    return (*names, *("" for _ in range(LEVELS + 1 - len(names))))


def _safe(name: str) -> str:
    return name.replace("%", "%25").replace(",", "%2C").replace('"', "%22")
