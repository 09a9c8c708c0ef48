"""Which object is a day's own, where several lie in its place: the ledger says so, or nobody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shared.day_record import DayVersion
from shared.locations import breakdown_key
from shared.ports import ObjectInfo


def own_of(
    day: date, items: Sequence[ObjectInfo], said: DayVersion | None, read: Mapping[str, str]
) -> ObjectInfo | None:
    """Return the object that is the day's; `read` has the checksums of bytes by key.

    The only one, or of several the one whose bytes are the ledger's; where nobody's are, the one
    that came with their checksum. None where that decides nothing: whoever removed one of them
    then could remove the day itself.
    """
    if len(items) <= 1:
        return items[0] if items else None
    if said is None:
        return None
    theirs = [item for item in items if read.get(item.key) == said.sha256]
    theirs = theirs or [item for item in items if item.metadata.get("sha256") == said.sha256]
    return _preferred(day, theirs)


def _preferred(day: date, alike: Iterable[ObjectInfo]) -> ObjectInfo | None:
    """Return which of equal ones is to stay: readers look for Daybook's name first."""

    def rank(item: ObjectInfo) -> tuple[bool, bool, str]:
        return item.key != breakdown_key(day), "sha256" not in item.metadata, item.key

    return min(alike, key=rank, default=None)
