"""Compares the archived period with Cost Explorer and with its invoices, once a run.

What AWS does not answer is said and holds up nothing: the archive stands on the export alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from services.archiver.archived_costs import ArchivedCosts, Incomplete, Sums, archived_costs
from services.archiver.causes import Invoice, Moment, Sides, gaps, invoice_gap, minus, unexplained
from shared.cost_check import CostCheck, Gap
from shared.days import Period
from shared.errors import NotAnswered
from shared.ledger import Ledger
from shared.locations import cost_check_key
from shared.ports import ObjectStore
from shared.staging import InvoicedTotal

Dimension = Literal["RECORD_TYPE", "LINKED_ACCOUNT"]
MOST_INVOICES = 20


@dataclass(frozen=True)
class Explored:
    """What Cost Explorer answered: amounts by metric, each by group and currency."""

    amounts: dict[str, Sums]
    estimated: bool
    requests: int


class CostSource(Protocol):
    """Where another figure of the same cost comes from."""

    async def costs(
        self, first: date, last: date, metrics: Sequence[str], by: Dimension, most: int
    ) -> Explored:
        """Return the costs of the days, both included (UTC), in at most so many requests.

        Raises NotAnswered.
        """


class InvoiceSource(Protocol):
    """Where invoices come from."""

    async def invoice(self, name: str) -> Invoice:
        """Return an invoice by its id; raises NotAnswered."""


@dataclass(frozen=True)
class CompareCosts:
    """The daily check; a source that is not configured is not asked."""

    store: ObjectStore
    explorer: CostSource | None
    invoices: InvoiceSource | None
    metric: str
    most_requests: int
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    async def check(
        self, run: str, through: date, delivered: str, invoiced: Sequence[InvoicedTotal]
    ) -> CostCheck:
        """Compare the days up to `through`; a repeat of the run's step asks AWS nothing again."""
        ledger, key = Ledger(self.store), cost_check_key(Period.of(through), run)
        known = await ledger.read(key, CostCheck)
        if known:
            return known.doc
        check = CostCheck(through=through, asked_at=self.now())
        if self.explorer:
            check = await self._explored(self.explorer, check, delivered)
        if self.invoices:
            check = await _invoiced(self.invoices, check, invoiced)
        await ledger.create(key, check)
        return check

    async def _explored(self, explorer: CostSource, check: CostCheck, delivered: str) -> CostCheck:
        """Ask by charge type; where a gap is left, ask once more which accounts it is in."""
        try:
            archive, most = await archived_costs(self.store, check.through), self.most_requests
        except Incomplete as why:
            return _with_problem(check, f"Cost Explorer was not compared: {why}")
        metrics = [each for each in dict.fromkeys(("unblended", self.metric)) if each in archive]
        first = Period.of(check.through).first
        try:
            theirs = await explorer.costs(first, check.through, metrics, "RECORD_TYPE", most)
        except NotAnswered as why:
            return _with_problem(check, f"Cost Explorer was not compared: {why}")
        moment = Moment(delivered, f"{check.asked_at:%Y%m%dT%H%M%SZ}", theirs.estimated)
        found = _gaps(archive, theirs, None, moment)
        check = check.model_copy(
            update={"estimated": theirs.estimated, "requests": theirs.requests, "gaps": found}
        )
        left = most - theirs.requests
        if not (left and unexplained(found)):
            return check
        try:
            accounts = await explorer.costs(first, check.through, metrics, "LINKED_ACCOUNT", left)
        except NotAnswered as why:
            return _with_problem(check, f"the accounts of the gap are not known: {why}")
        return check.model_copy(
            update={
                "requests": check.requests + accounts.requests,
                "gaps": _gaps(archive, theirs, accounts, moment),
            }
        )


def _with_problem(check: CostCheck, problem: str) -> CostCheck:
    return check.model_copy(update={"problems": (*check.problems, problem)})


def _gaps(
    archive: dict[str, ArchivedCosts],
    theirs: Explored,
    accounts: Explored | None,
    moment: Moment,
) -> tuple[Gap, ...]:
    return tuple(
        gap
        for metric, amounts in theirs.amounts.items()
        for gap in gaps(
            Sides(
                metric,
                archive[metric].by_type,
                amounts,
                _less(archive[metric].by_account, accounts.amounts[metric]) if accounts else {},
            ),
            moment,
        )
    )


def _less(ours: Sums, theirs: Sums) -> Sums:
    zero = Decimal(0)
    keys = ours.keys() | theirs.keys()
    return {key: minus(ours.get(key, zero), theirs.get(key, zero)) for key in keys}


async def _invoiced(
    source: InvoiceSource, check: CostCheck, invoiced: Sequence[InvoicedTotal]
) -> CostCheck:
    found: list[Gap] = []
    largest = sorted(invoiced, key=lambda each: (-each.unblended.copy_abs(), each.invoice))
    for total in largest[:MOST_INVOICES]:
        try:
            found.append(await _against_invoice(source, total))
        except NotAnswered as why:
            check = _with_problem(check, f"invoice {total.invoice} was not compared: {why}")
    if len(largest) > MOST_INVOICES:
        more = len(largest) - MOST_INVOICES
        check = _with_problem(check, f"{more} smaller invoices were not compared")
    return check.model_copy(update={"invoices": tuple(found)})


async def _against_invoice(source: InvoiceSource, total: InvoicedTotal) -> Gap:
    invoice = await source.invoice(total.invoice)
    if invoice.currency != total.currency:
        raise NotAnswered(f"it is in {invoice.currency}, and its lines in {total.currency}")
    return invoice_gap(total.invoice, total.unblended, invoice)
