"""Holds what a digest shows against the archive; a digest that does not add up is not sent."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.notifier.report.charges import Charges
from services.notifier.report.figures import CurrencyFigures, Figures
from shared.config_outlook import ROOT, UNMAPPED
from shared.days import Period
from shared.errors import MismatchError
from shared.events import CatalogedData
from shared.locations import breakdown_key, outlook_key
from shared.money import HALF_UNIT, exact_sum, plain
from shared.ports import ObjectStore

OVERTAKEN = (
    "AWS has delivered the month anew meanwhile: costs are as delivered now, and the month to date "
    "of OUs, estimates and lights are from the delivery before."
)


async def require_shown(
    store: ObjectStore,
    said: CatalogedData,
    told: Figures,
    month: Mapping[str, Charges],
    *,
    rounded: bool,
) -> tuple[str, ...]:
    """Raise MismatchError when a figure of the digest is not what the archive adds up to.

    Where a newer delivery is just being written, archive and outlook may be of two: then returns
    what a reader is to be told of it. Nobody knows when the newer one will be whole.
    """
    for part in told.currencies:
        problem = _problem(part, month.get(part.currency), rounded=rounded)
        if problem is None:
            continue
        if await _overtaken(store, said):
            return (OVERTAKEN,)
        raise MismatchError(f"the digest of {told.day}: {problem}")
    return ()


def _problem(part: CurrencyFigures, month: Charges | None, *, rounded: bool) -> str | None:
    """Compare each figure with the same one added up another way; amounts are exact."""
    zero = Decimal(0)
    by_charge = part.charges.net if part.charges else zero
    by_ou = exact_sum(o.cost for o in part.ous if o.outlook.ou_path in (ROOT, UNMAPPED))
    of_month = month.net if month else zero
    outlook = exact_sum(line.outlook.own_month_to_date for line in part.ous)
    allowed = HALF_UNIT * len(part.ous) if rounded else zero
    of_ous = [
        (f"{period} of {line.outlook.ou}", shown, told.net if told else zero, slack)
        for line in part.ous
        for period, shown, told, slack in (
            ("the day", line.cost, line.charges, zero),
            ("the month to date", line.outlook.month_to_date, line.month_charges, allowed),
        )
    ]
    for name, shown, other, slack in (
        ("gross and credits of the day", by_charge, part.total, zero),
        ("the OUs of the day", by_ou, part.total, zero),
        ("the OUs' month to date", outlook, of_month, allowed),
        *of_ous,
    ):
        if exact_sum((shown, other.copy_negate())).copy_abs() > slack:
            return f"{name}: {plain(shown)} {part.currency}, and {plain(other)} in the archive"
    return None


async def _overtaken(store: ObjectStore, said: CatalogedData) -> bool:
    """Say whether the archive or the outlook is no longer what the run wrote."""
    written = {breakdown_key(day.day): day.sha256 for day in said.days}
    written |= {outlook_key(each.day): each.sha256 for each in said.outlooks}
    for key in (*map(breakdown_key, _month_to_date(said.day)), outlook_key(said.day)):
        found = await store.head(key)
        if found and found.metadata.get("sha256") != written.get(key):
            return True
    return False


def _month_to_date(day: date) -> list[date]:
    return list(Period.of(day).days(until=day))
