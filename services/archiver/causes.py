"""Where the archive and Cost Explorer, or an invoice, differ: by how much, and the likely cause.

All amounts are exact and each in one currency; a gap is the archive less the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.archiver.archived_costs import Sums
from shared.cost_check import Gap
from shared.money import exact_sum, plain

LAST_PLACE = Decimal("0.00000000005")
"""Cost Explorer states ten decimals: each of its amounts may be off by this much."""
CENT = Decimal("0.01")
CLASSES = {"Tax": "tax", "Credit": "credits", "Refund": "refunds"}
"""What both the archive's ChargeType and Cost Explorer's RECORD_TYPE call the same."""
OTHER = "other charges"
ROUNDED = "Cost Explorer states ten decimals"
WHOLE = {"Marketplace": "the Marketplace charges", "Support": "the support charges"}
MOST_ACCOUNTS = 3


@dataclass(frozen=True)
class Sides:
    """One metric on both sides, by charge type; `accounts` are the gaps by account, if known."""

    metric: str
    archive: Sums
    elsewhere: Sums
    accounts: Sums


@dataclass(frozen=True)
class Moment:
    """When both were made, as said in a cause."""

    delivered: str
    asked: str
    estimated: bool


def gaps(sides: Sides, moment: Moment) -> Iterator[Gap]:
    """Yield the gap of each currency, none left out, with its causes."""
    for currency in sorted({currency for _, currency in (*sides.archive, *sides.elsewhere)}):
        archive, elsewhere = (_in(side, currency) for side in (sides.archive, sides.elsewhere))
        gap = minus(exact_sum(archive.values()), exact_sum(elsewhere.values()))
        yield Gap(
            what=sides.metric,
            currency=currency,
            archive=exact_sum(archive.values()),
            elsewhere=exact_sum(elsewhere.values()),
            gap=gap,
            causes=tuple(_causes(gap, archive, elsewhere, _in(sides.accounts, currency), moment)),
        )


def unexplained(found: Iterable[Gap]) -> bool:
    """Say whether any gap is more than rounding."""
    return any(gap.causes not in ((), (ROUNDED,)) for gap in found)


def minus(first: Decimal, second: Decimal) -> Decimal:
    """Subtract without losing a digit."""
    return exact_sum((first, second.copy_negate()))


def rounding(amounts: int) -> Decimal:
    """Return the gap that so many amounts of Cost Explorer may have from their ten decimals."""
    return LAST_PLACE * amounts


def _in(side: Sums, currency: str) -> dict[str, Decimal]:
    return {name: amount for (name, unit), amount in side.items() if unit == currency}


def _causes(
    gap: Decimal,
    archive: Mapping[str, Decimal],
    elsewhere: Mapping[str, Decimal],
    accounts: Mapping[str, Decimal],
    moment: Moment,
) -> Iterator[str]:
    slack = rounding(len(elsewhere))
    by_class = {
        name: part
        for name, part in _by_class(archive, elsewhere).items()
        if part.copy_abs() > slack
    }
    if not by_class:
        if gap:
            yield ROUNDED
        return
    if not elsewhere:
        yield "Cost Explorer states nothing in this currency"
        return
    yield from _known(by_class, archive, slack)
    if moment.estimated:
        yield "Cost Explorer marks its figures as estimated"
    yield (
        f"the export was delivered at {moment.delivered} and Cost Explorer asked at "
        f"{moment.asked}: AWS refreshes each at its own time"
    )
    yield from _largest(accounts, slack)


def _by_class(
    archive: Mapping[str, Decimal], elsewhere: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    parts: dict[str, list[Decimal]] = defaultdict(list)
    for name, amount in archive.items():
        parts[CLASSES.get(name, OTHER)].append(amount)
    for name, amount in elsewhere.items():
        parts[CLASSES.get(name, OTHER)].append(amount.copy_negate())
    return {name: exact_sum(amounts) for name, amounts in parts.items()}


def _known(
    by_class: Mapping[str, Decimal], archive: Mapping[str, Decimal], slack: Decimal
) -> Iterator[str]:
    """Name the parts: those of tax, credits and refunds, and what the rest is as large as."""
    for name, part in sorted(by_class.items()):
        if name != OTHER:
            yield f"{name}: {signed(part)}"
    rest = by_class.get(OTHER)
    if rest is None:
        return
    for charge_type, name in WHOLE.items():
        if charge_type in archive and minus(rest, archive[charge_type]).copy_abs() <= slack:
            yield f"{OTHER}: {signed(rest)}, as much as {name}"
            return
    yield f"{OTHER}: {signed(rest)}"


def _largest(accounts: Mapping[str, Decimal], slack: Decimal) -> Iterator[str]:
    off = {name: part for name, part in accounts.items() if part.copy_abs() > slack}
    largest = sorted(off.items(), key=lambda each: (-each[1].copy_abs(), each[0]))
    named = ", ".join(f"{name} {signed(part)}" for name, part in largest[:MOST_ACCOUNTS])
    more = f" and {len(off) - MOST_ACCOUNTS} more" if len(off) > MOST_ACCOUNTS else ""
    if named:
        yield f"by account: {named}{more}"


@dataclass(frozen=True)
class Invoice:
    """An invoice as AWS Invoicing states it, in the currency that it is billed in."""

    total: Decimal
    before_tax: Decimal
    currency: str


def invoice_gap(name: str, export: Decimal, invoice: Invoice) -> Gap:
    """Return the gap between the lines of an invoice and the invoice."""
    gap = minus(export, invoice.total)
    return Gap(
        what=name,
        currency=invoice.currency,
        archive=export,
        elsewhere=invoice.total,
        gap=gap,
        causes=tuple(_invoice_causes(gap, export, invoice)),
    )


def _invoice_causes(gap: Decimal, export: Decimal, invoice: Invoice) -> Iterable[str]:
    if not gap:
        return []
    if gap.copy_abs() <= CENT:
        return ["an invoice is stated in cents"]
    if minus(export, invoice.before_tax).copy_abs() <= CENT:
        return ["as much as the invoice's tax, which the export does not have under its id"]
    return ["none of the usual causes explains it: credits or refunds may be booked elsewhere"]


def signed(amount: Decimal) -> str:
    """Write a gap exactly, with its sign."""
    return f"+{plain(amount)}" if amount > 0 else plain(amount)
