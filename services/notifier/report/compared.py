"""What Cost Explorer and the invoices say, for the digest: each gap exactly, with its causes."""

import re
from dataclasses import dataclass
from decimal import Decimal

from services.notifier.report.counted import counted
from shared.cost_check import CostCheck, Gap
from shared.days import Period
from shared.events import CatalogedData
from shared.ledger import Ledger
from shared.locations import cost_checks_prefix
from shared.money import MINUS, cents, plain
from shared.ports import ObjectStore

PRICE = Decimal("0.01")
"""US dollars a request to Cost Explorer (AWS Cost Management pricing)."""
MOST_INVOICES = 10
BELOW = re.compile(r"(?<=[ :])-(?=\d)")
"""The sign of an amount below zero in a cause, as the ledger keeps it."""


@dataclass(frozen=True)
class Comparison:
    """One billing period's comparison, ready to be shown."""

    check: CostCheck

    @property
    def title(self) -> str:
        """Which days were compared, and when."""
        estimated = ", which it marks as estimated" if self.check.estimated else ""
        asked = f"asked {self.check.asked_at:%-d %b %H:%M} UTC{estimated}{self._price}"
        first = Period.of(self.check.through).first
        return f"{first:%-d}-{self.check.through:%-d %B %Y} ({asked})"

    @property
    def _price(self) -> str:
        """What asking cost, as AWS charges for it; empty when nothing was asked."""
        count = self.check.requests
        if not count:
            return ""
        return f"; {counted(count, 'request')} for {plain(count * PRICE)} USD"

    @property
    def lines(self) -> tuple[str, ...]:
        """One sentence a figure, and what was not compared."""
        invoices = self.check.invoices
        more = len(invoices) - MOST_INVOICES
        return (
            *(_said(f"{gap.what} cost", "Cost Explorer", gap) for gap in self.check.gaps),
            *(_said(f"invoice {g.what}", "the invoice", g) for g in invoices[:MOST_INVOICES]),
            *([f"and {counted(more, 'more invoice')} in the ledger"] if more > 0 else []),
            *self.check.problems,
        )


async def comparisons(store: ObjectStore, said: CatalogedData) -> tuple[Comparison, ...]:
    """Return the run's comparison, and the newest of the month before, which becomes final.

    There is none where the configuration does not ask for it.
    """
    if said.compared is None:
        return ()
    kept = await store.list(cost_checks_prefix(said.period.previous))
    if not kept:
        return (Comparison(said.compared),)
    newest = max(kept, key=lambda item: (item.modified, item.key))
    before = await Ledger(store).read(newest.key, CostCheck)
    return (Comparison(said.compared), *([Comparison(before.doc)] if before else []))


def _said(what: str, who: str, gap: Gap) -> str:
    archive = f"{what} {cents(gap.archive)} {gap.currency}"
    if not gap.gap:
        causes = f", in parts that differ: {'; '.join(gap.causes)}" if gap.causes else ""
        return f"{archive}, the same in {who}{causes}"
    signed = f"{'+' if gap.gap > 0 else MINUS}{plain(gap.gap.copy_abs())}"
    causes = "; ".join(BELOW.sub(MINUS, cause) for cause in gap.causes)
    return f"{archive}, in {who} {cents(gap.elsewhere)}: gap {signed}, likely {causes}"
