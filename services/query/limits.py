"""How the ledger's limits of AWS Budgets grow from what each run sees.

The rules, days in UTC:

- What is seen speaks for the day on which it was seen and those after it; of one day the last
  sight counts. What was seen first is assumed of all days before.
- A plan that has run out stays run out. AWS goes on with its last limit and shows it as if it
  were a fixed one ("AWS Budgets, Budget: PlannedBudgetLimits"), so a fixed limit that equals the
  plan's last one, seen after the plan, is no news, unless a person has changed the budget since.
- A budget that is gone has no limit from the day on which it was missed.
- When AWS does not answer, what is known goes on to hold, and the run's notes say since when.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.limits import AwsLimits, Sighting, Stated

GONE = Stated(unusable="is not in AWS Budgets")


@dataclass(frozen=True)
class Seen:
    """What a budget states, and the day (UTC) on which a person last changed it."""

    stated: Stated
    updated: date


@dataclass(frozen=True)
class Look:
    """One look at AWS Budgets: budgets by name, or why there was no answer."""

    at: datetime
    run: str
    seen: Mapping[str, Seen]
    trouble: str = ""


def fold(known: AwsLimits | None, look: Look, *, names: Collection[str]) -> AwsLimits:
    """Take a look in; return what is known itself when that is newer. `names` are mapped."""
    if known and look.at <= known.looked_at:
        return known
    before = known or AwsLimits(looked_at=look.at, run=look.run)
    asked = {"looked_at": look.at, "run": look.run, "trouble": look.trouble}
    if look.trouble:
        return before.model_copy(update=asked)
    day = look.at.astimezone(UTC).date()
    now = {
        name: _continued(before.budgets.get(name, ()), look.seen.get(name), day)
        for name in sorted(names)
    }
    return before.model_copy(update={**asked, "read_at": look.at, "budgets": before.budgets | now})


def _continued(past: tuple[Sighting, ...], seen: Seen | None, day: date) -> tuple[Sighting, ...]:
    """Return a budget's sightings with what was seen of it on `day`."""
    stated = seen.stated if seen else GONE
    if not past:
        return (_from(date.min, stated),)
    last = past[-1]
    if stated == last.stated or (seen and _run_out(last.stated, seen, day)):
        return past
    earlier = tuple(sighting for sighting in past if sighting.since < day)
    if earlier and earlier[-1].stated == stated:
        return earlier
    return *earlier, _from(day, stated)


def _run_out(plan: Stated, seen: Seen, day: date) -> bool:
    """Say whether a fixed limit is only the last one of a plan that is over."""
    if not plan.months or seen.stated.months:
        return False
    last = max(plan.months)
    same = seen.stated.model_copy(update={"months": plan.months, "monthly": None}) == plan
    goes_on = same and seen.stated.monthly == plan.months[last]
    return goes_on and day > last.last and seen.updated <= last.last


def _from(day: date, stated: Stated) -> Sighting:
    return Sighting(since=day, **stated.model_dump())
