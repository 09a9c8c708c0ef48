"""What is said of a day whose data is late, the same in mail and chat."""

from datetime import UTC

from shared.events import DelayedData

NEXT = (
    "There is nothing to do: Daybook looks again every quarter of an hour and sends the digest "
    "when the data is there."
)


def delay_said(delayed: DelayedData) -> str:
    """Say in one line that a day's cost is not known yet."""
    return f"Data delayed: the cost of {delayed.day:%a %d %b %Y} is not known yet"


def known_of(delayed: DelayedData) -> tuple[str, ...]:
    """Say since when the data is missing, as far as that is known."""
    through, delivered = delayed.complete_through, delayed.delivered_at
    complete = f"The last complete day is {through:%A %-d %B %Y}." if through else ""
    at = delivered.astimezone(UTC) if delivered else None
    came = f"The export was last delivered on {at:%-d %B at %H:%M} UTC." if at else ""
    return tuple(each for each in (complete, came) if each)
