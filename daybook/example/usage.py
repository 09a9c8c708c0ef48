"""What the accounts use in a day, at on-demand prices and before any discount."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from daybook.example.accounts import ACCOUNTS, Account, spending
from daybook.example.charges import Charge, Kind, exact
from daybook.example.incidents import INCIDENTS
from daybook.example.noise import draw, token, wobble
from daybook.example.periods import DeliveredDay
from daybook.example.services import FREE_SERVICES, Meter, Service, Shape

_EPOCH = date(2026, 1, 1)
_DAILY_GROWTH = {Shape.WORK: 0.0007, Shape.STOCK: 0.0011, Shape.STEADY: 0.0, Shape.BURST: 0.0004}
_SMALLEST_GROWTH = 0.3  # years before the epoch, a straight line would fall below nothing
_SPREAD = {Shape.WORK: 0.14, Shape.STOCK: 0.01, Shape.STEADY: 0.012, Shape.BURST: 0.7}
_WEEKLY_SPREAD = 0.05
_IDLE_DAYS = 0.2
_FREE_UNITS = 4000
_PARTS = {1: (1.0,), 2: (0.7, 0.3)}  # how a meter splits over its resources


@dataclass(frozen=True, eq=False)
class _Use:
    """A meter of one account; `dollars` is its cost on a normal day, in USD."""

    account: Account
    service: Service
    meter: Meter
    dollars: float = 0.0

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from any other."""
        return (self.account.id, self.service.code, self.meter.usage_type)


def usage_charges(delivered: DeliveredDay) -> list[Charge]:
    """The usage lines of every account for one UTC day, free tier included."""
    return [
        *(line for use in _metered() for line in _lines(use, delivered)),
        *(_free_line(use, delivered) for use in _free_tier()),
    ]


def growth(shape: Shape, day: date) -> float:
    """How much larger a meter of this shape is on `day` than at the example's epoch."""
    return max(_SMALLEST_GROWTH, 1.0 + _DAILY_GROWTH[shape] * (day - _EPOCH).days)


@cache
def resource_id(account: Account, service: Service, meter: Meter, number: int) -> str:
    """The id of the `number`-th resource behind a meter of an account."""
    name = token(17, "resource", account.id, service.code, meter.usage_type, number)
    if meter.usage_type.startswith("BoxUsage"):
        return f"i-{name}"
    vendor = service.code.removeprefix("Amazon").removeprefix("AWS").lower()
    return f"arn:aws:{vendor}:{account.region}:{account.id}:{name}"


@cache
def _metered() -> tuple[_Use, ...]:
    return tuple(
        _Use(account, service, meter, dollars * meter.share)
        for account in ACCOUNTS
        for service, dollars in spending(account)
        for meter in service.meters
    )


@cache
def _free_tier() -> tuple[_Use, ...]:
    active = [account for account in ACCOUNTS if account.daily]
    return tuple(
        _Use(account, service, service.meters[0]) for account in active for service in FREE_SERVICES
    )


def _lines(use: _Use, delivered: DeliveredDay) -> Iterator[Charge]:
    dollars = use.dollars * _factor(use, delivered.day) * delivered.share
    if not dollars:
        return
    for number, part in enumerate(_PARTS[use.meter.resources]):
        resource = resource_id(use.account, use.service, use.meter, number)
        yield _line(use, delivered, exact(dollars * part / use.meter.rate), resource)


def _free_line(use: _Use, delivered: DeliveredDay) -> Charge:
    units = _FREE_UNITS * draw("free", *use.key, delivered.day) * delivered.share
    return _line(use, delivered, float(int(units)), None)


def _line(use: _Use, delivered: DeliveredDay, quantity: float, resource: str | None) -> Charge:
    return Charge(
        kind=Kind.USAGE,
        account=use.account,
        service=use.service,
        meter=use.meter,
        day=delivered.day,
        end=delivered.end,
        quantity=quantity,
        cost=exact(quantity * use.meter.rate),
        description=use.meter.description,
        resource=resource,
    )


def _factor(use: _Use, day: date) -> float:
    shape = use.meter.shape
    if shape is Shape.BURST and draw("idle", *use.key, day) < _IDLE_DAYS:
        return 0.0
    factor = growth(shape, day) * wobble(_SPREAD[shape], "day", *use.key, day)
    if shape in {Shape.WORK, Shape.BURST}:
        factor *= use.account.profile.week[day.weekday()] * _week(use, day)
    for incident in INCIDENTS:
        factor *= incident.factor(use.account, use.service.code, use.meter.usage_type, day)
    return factor


def _week(use: _Use, day: date) -> float:
    year, week, _ = day.isocalendar()
    return wobble(_WEEKLY_SPREAD, "week", *use.key, year, week)
