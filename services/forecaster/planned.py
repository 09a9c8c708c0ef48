"""What planned events of the configuration add to an OU's days."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from shared.config_outlook import PlannedEvent
from shared.days import Period, days_between
from shared.money import exact_sum, to_scale

Node = tuple[str, str]
"""An OU path and a currency."""


def planned_on(event: PlannedEvent, day: date) -> Decimal:
    """Return what an event adds on a day: its month's amount, the same on each day of it."""
    if day < event.starts or (event.ends and day > event.ends):
        return Decimal(0)
    return to_scale(event.monthly / Period.of(day).length)


def planned_days(
    events: Iterable[PlannedEvent], first: date, last: date
) -> dict[Node, list[Decimal]]:
    """Return per OU what its events add on each day from `first` to `last`, both included."""
    by_node: dict[Node, list[PlannedEvent]] = defaultdict(list)
    for event in events:
        by_node[event.ou, event.currency].append(event)
    return {
        node: [
            exact_sum(planned_on(event, day) for event in together)
            for day in days_between(first, last)
        ]
        for node, together in by_node.items()
    }
