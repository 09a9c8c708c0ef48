"""Documents of the ledger that cannot be read: what they say of a day or a month is not known.

That is another thing than a document that is not there: what would mend its absence, a run or a
mail anew, does harm or fails on the document itself.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from shared.days import Period
from shared.locations import DIGEST_CLAIMS, PERIOD_RECORDS, day_record_key


@dataclass(frozen=True)
class Unreadable:
    """The documents by their keys."""

    keys: tuple[str, ...] = ()

    @cached_property
    def days(self) -> frozenset[date]:
        """The days whose record cannot be read."""
        found = ((key, day_in(key)) for key in self.keys)
        return frozenset(day for key, day in found if day and key == day_record_key(day))

    @cached_property
    def periods(self) -> frozenset[Period]:
        """The months whose delivery cannot be read."""
        found = (_period_in(key) for key in self.keys)
        return frozenset(period for period in found if period)

    @cached_property
    def claimed(self) -> frozenset[date]:
        """The days of digests whose claims cannot be read."""
        found = (day_in(key) for key in self.keys if key.startswith(DIGEST_CLAIMS))
        return frozenset(day for day in found if day)

    def stops(self, period: Period) -> bool:
        """Say whether no run of a month can end: the archiver reads these documents, too."""
        return period in self.periods or any(Period.of(day) == period for day in self.days)


def day_in(key: str) -> date | None:
    """Return the day that a document's name begins with; None where it is of no one."""
    found = re.match(r"\d{4}-\d{2}-\d{2}", key.rpartition("/")[2])
    try:
        return date.fromisoformat(found.group()) if found else None
    except ValueError:
        return None


def _period_in(key: str) -> Period | None:
    try:
        name = key.removeprefix(PERIOD_RECORDS).removesuffix(".json")
        return Period.parse(name) if key.startswith(PERIOD_RECORDS) else None
    except ValueError:
        return None
