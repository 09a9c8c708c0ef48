"""What a reader is to know of the data, as much of it as events can carry."""

from collections.abc import Iterable

import structlog

from shared.event_data import shortened

log = structlog.get_logger()
MOST_NOTES = 30
"""With this many of the longest, an event of a whole month is far from what `parse` refuses."""


def bounded(notes: Iterable[str]) -> tuple[str, ...]:
    """Return the first notes, and how many there are more, which the log has."""
    said = list(notes)
    kept = [shortened(note) for note in said[:MOST_NOTES]]
    more = said[MOST_NOTES:]
    if not more:
        return tuple(kept)
    for note in more:
        log.warning("note-left-out", note=note)
    return (*kept, f"Left out here, and in the log of the query worker: {len(more)}.")
