"""Everything that a digest says in one currency."""

from dataclasses import dataclass
from decimal import Decimal

from services.notifier.report.charges import Charges, differing
from services.notifier.report.everything import Everything, everything
from services.notifier.report.expectations import expectations
from services.notifier.report.look import NONE
from services.notifier.report.ou_lines import OuLine, giving_back
from services.notifier.report.percent import change, share
from shared.config_outlook import ROOT, UNMAPPED
from shared.money import cents
from shared.outlook import Outlook


@dataclass(frozen=True)
class Comparison:
    """An earlier figure that the day is held against."""

    label: str
    amount: Decimal

    def said(self, total: Decimal) -> str:
        """Say by how many percent `total` is above the earlier figure."""
        return change(total, self.amount)


@dataclass(frozen=True)
class Share:
    """A service's or an account's part of the day."""

    name: str
    cost: Decimal

    def of(self, total: Decimal) -> str:
        """Return its share of a total in percent."""
        return share(self.cost, total) if total else NONE


@dataclass(frozen=True)
class CurrencyFigures:
    """Everything that a digest says in one currency.

    `head`: path of the OU whose estimate and budget stand beside the totals: Root, or in an OU's
    own part that OU. Totals are of everything, Root's figures of what is in an OU.
    """

    currency: str
    total: Decimal
    month_to_date: Decimal
    comparisons: tuple[Comparison, ...]
    ous: tuple[OuLine, ...]
    services: tuple[Share, ...]
    other_services: int
    unmapped: tuple[Share, ...]
    charges: Charges | None
    """Gross, credits and net of the day; None on a day without a line in the currency."""
    month_charges: Charges | None
    head: str = ROOT

    @property
    def root(self) -> Outlook | None:
        """The outlook of the head, where it has cost or a budget."""
        return self._outlook(self.head)

    @property
    def head_name(self) -> str:
        """The head's own name."""
        return self.head.rpartition("/")[2]

    @property
    def in_no_ou(self) -> Decimal:
        """What of the month to date is in no OU, and so in no OU's budget."""
        outlook = self._outlook(UNMAPPED)
        return outlook.month_to_date if outlook else Decimal(0)

    @property
    def expected(self) -> Everything:
        """What all that the totals are of is expected to cost."""
        if self.head != ROOT:
            return Everything(self.root, None)
        return everything(line.outlook for line in self.ous)

    @property
    def estimate_beside(self) -> tuple[str, ...]:
        """What is said beside that estimate: of what it is, and the head's against its budget."""
        root, whole = self.root, self.expected
        method = whole.method or "not known"
        if whole.unmapped is None:
            return tuple(
                each for each in (f"{self.head_name}, {method}", self.against_budget) if each
            )
        if root is None or root.month_end_estimate is None:
            return (f"everything, {method}",)
        own = f"{self.head_name}'s {cents(root.month_end_estimate)}"
        against = f": {self.against_budget}" if self.against_budget else ""
        return f"everything, {method}", f"{own}{against}"

    @property
    def month_beside(self) -> tuple[str, ...]:
        """What is said beside the month to date: Root's part of it, and of Root's budget."""
        root, apart = self.root, self.in_no_ou
        parts = (
            f"{self.head_name}'s {cents(root.month_to_date)} + {cents(apart)} unmapped"
            if root and apart
            else ""
        )
        return tuple(each for each in (parts, self.used) if each)

    @property
    def day_said(self) -> str:
        """The day and the month in one sentence, for where there is room for no more."""
        against = [f"{each.said(self.total)} against {each.label}" for each in self.comparisons]
        day = "; ".join([f"Day {cents(self.total)} {self.currency}", *against])
        return f"{day}. Month to date {cents(self.month_to_date)} {self.currency}."

    @property
    def expectations(self) -> tuple[str, ...]:
        """What the head is expected to cost, in sentences."""
        return expectations(self.root) if self.root else ()

    @property
    def used(self) -> str:
        """How much of the head's budget it has spent; empty without one."""
        root = self.root
        if root is None or not root.budget:
            return ""
        return f"{share(root.month_to_date, root.budget)} of {self.head_name}'s budget"

    @property
    def against_budget(self) -> str:
        """How the head's estimate is against its budget; empty without either."""
        root = self.root
        if root is None or not root.budget or root.month_end_estimate is None:
            return ""
        return f"{change(root.month_end_estimate, root.budget)} against the budget"

    @property
    def charged(self) -> tuple[tuple[str, Charges], ...]:
        """Gross, credits and net of the day and of the month, where net alone hides something."""
        return differing(self.charges, self.month_charges)

    @property
    def giving_back(self) -> tuple[OuLine, ...]:
        """The OUs in which credits or refunds hide what was consumed."""
        return giving_back(self.ous, self.head)

    def _outlook(self, ou_path: str) -> Outlook | None:
        return next((line.outlook for line in self.ous if line.outlook.ou_path == ou_path), None)
