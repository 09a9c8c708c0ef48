"""Ids of events and runs, derived: a repeated step gives the same ones."""

from uuid import NAMESPACE_URL, uuid5

_IDS = uuid5(NAMESPACE_URL, "https://daybook.invalid/events")


def derive_id(*parts: object) -> str:
    """Return the same id for the same parts, so that a repeated step repeats its words."""
    return str(uuid5(_IDS, "/".join(str(part) for part in parts)))


def run_from(event_id: str) -> str:
    """Return the run that begins with an event."""
    return derive_id(event_id, "run")
