"""What `daybook.yaml` explains of anomalies: those acknowledged, and those that were planned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from services.forecaster.planned import planned_on
from services.forecaster.watched import PAUSE
from shared.anomalies import Anomaly, Direction
from shared.config_outlook import CENT, Acknowledged, PlannedEvent
from shared.days import ONE_DAY
from shared.money import exact_sum

EARLY = timedelta(days=3)
"""A planned event may begin, or end, this much earlier."""
LATE = timedelta(days=31)
"""... or later than planned: a migration takes its time."""
AS_MUCH = Decimal("1.5")
"""How many times its planned amount a planned event explains; what is beyond is told."""


@dataclass(frozen=True)
class Explanations:
    """Of the configuration."""

    acknowledged: tuple[Acknowledged, ...] = ()
    planned: tuple[PlannedEvent, ...] = ()

    def applied(self, anomalies: Sequence[Anomaly]) -> list[Anomaly]:
        """Return the anomalies, each that is explained marked as such."""
        asked = [self._acknowledged(anomaly) for anomaly in anomalies]
        known = {one.id: one for one in asked if one.quiet}
        for event in self.planned:
            loud = [one for one in asked if one.id not in known]
            known |= {one.id: one for one in _explained(event, loud)}
        return [known.get(one.id, one) for one in anomalies]

    def _acknowledged(self, anomaly: Anomaly) -> Anomaly:
        for known in self.acknowledged:
            of_it = known.account == anomaly.account and known.service in (None, anomaly.service)
            # A day that was told as the first may turn out to be a little before the event.
            if of_it and anomaly.since - timedelta(days=PAUSE) <= known.on <= anomaly.until:
                return replace(anomaly, state="acknowledged", explanation=known.reason)
        return anomaly


def _explained(event: PlannedEvent, loud: Sequence[Anomaly]) -> list[Anomaly]:
    """Return the anomalies that a planned event explains, as far as its amount reaches.

    What began closest to the plan comes first. Its beginning and its end reach equally far.
    """
    whole = planned_on(event, event.starts).copy_abs() * AS_MUCH
    left: dict[Direction, Decimal] = {"up": whole, "down": whole}
    found: list[Anomaly] = []
    fitting = [one for one in loud if _fits(event, one)]
    for anomaly in sorted(fitting, key=lambda one: (_apart(event, one), one.id)):
        days = (anomaly.until - anomaly.since).days + 1
        daily = anomaly.impact.copy_abs() / days
        side = anomaly.direction
        if daily <= left[side]:
            left[side] = exact_sum((left[side], daily.quantize(CENT).copy_negate()))
            found.append(replace(anomaly, state="planned", explanation=event.name))
    return found


def _fits(event: PlannedEvent, anomaly: Anomaly) -> bool:
    inside = anomaly.ou_path == event.ou or anomaly.ou_path.startswith(f"{event.ou}/")
    if not inside or anomaly.currency != event.currency:
        return False
    planned = _planned(event, anomaly)
    return planned is not None and planned - EARLY <= anomaly.since <= planned + LATE


def _planned(event: PlannedEvent, anomaly: Anomaly) -> date | None:
    """Return the day on which an event was to move cost as an anomaly does; None: never."""
    if (event.monthly > 0) == (anomaly.direction == "up"):
        return event.starts
    return event.ends + ONE_DAY if event.ends else None


def _apart(event: PlannedEvent, anomaly: Anomaly) -> int:
    return abs((anomaly.since - (_planned(event, anomaly) or event.starts)).days)
