"""The lines of the OU table, and which of them are worth showing where there are too many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.notifier.report.charges import Charges, differing
from shared.config_outlook import ROOT, UNMAPPED, shown_ou
from shared.money import cents
from shared.outlook import NO_BUDGET, Outlook

MOST_OUS = 60
"""Lines of the OU table where none of them is long."""

MOST_TROUBLED = 8
"""OUs in trouble whose reasons the first screen has; all are in the table below it."""
MOST_GIVING = 12
"""OUs whose gross, credits and net a digest says; the dashboard says those of all."""


@dataclass(frozen=True)
class OuLine:
    """One OU: its outlook, and its subtree's cost of the day.

    `charges` and `month_charges`: gross, credits and net of the day and of the month to date, of
    the subtree, too; None where there is no line.
    """

    outlook: Outlook
    cost: Decimal
    charges: Charges | None = None
    month_charges: Charges | None = None

    @property
    def depth(self) -> int:
        """How far below the root the OU is."""
        return self.outlook.ou_path.count("/")

    @property
    def name(self) -> str:
        """The OU's own name, without its parents'."""
        return self.outlook.ou_path.rpartition("/")[2]

    @property
    def lapsed(self) -> bool:
        """Whether there was a budget that no longer holds, or one that cannot be used."""
        return self.outlook.budget is None and self.outlook.reason != NO_BUDGET

    @property
    def ahead(self) -> str:
        """The estimate and the budget, for where they have no column; empty if the reason has them.

        No reason is shown that says no more than that there is no budget.
        """
        outlook = self.outlook
        estimate, budget = _known(outlook.month_end_estimate), _known(outlook.budget)
        if estimate and budget and estimate in outlook.reason and budget in outlook.reason:
            return ""
        ahead = f"Estimate {estimate}" if estimate else "No estimate"
        return f"{ahead}, {f'budget {budget}' if budget else 'no budget'}"

    @property
    def charged(self) -> tuple[tuple[str, Charges], ...]:
        """Gross, credits and net of the day and of the month, where net alone hides something."""
        return differing(self.charges, self.month_charges)

    @property
    def gave_back(self) -> bool:
        """Whether the month to date has a credit or a refund."""
        return any(each.gave_back for _, each in self.charged)


def _known(amount: Decimal | None) -> str:
    return "" if amount is None else cents(amount)


@dataclass(frozen=True)
class Placed:
    """A line where it stands in a table that does not have them all.

    `label`: the OU's path below the nearest OU above it that is shown: its own name, where its
    parent is. `depth`: how many OUs above it are shown.
    """

    line: OuLine
    label: str
    depth: int


def worth_showing(lines: Sequence[OuLine], most: int = MOST_OUS) -> tuple[Placed, ...]:
    """Return the lines in their order, of too many only those in trouble and the largest.

    Root and Unmapped, of which all totals are made, are always among them.
    """

    def rank(line: OuLine) -> tuple[bool, bool, Decimal]:
        troubled = line.outlook.light in ("red", "yellow")
        whole = line.outlook.ou_path in (ROOT, UNMAPPED)
        return whole, troubled, abs(line.outlook.month_to_date)

    kept = {id(line) for line in sorted(lines, key=rank, reverse=True)[:most]}
    return placed([line for line in lines if id(line) in kept])


def placed(lines: Sequence[OuLine]) -> tuple[Placed, ...]:
    """Say of each of these lines where it stands among them, each below its parent."""
    shown = {line.outlook.ou_path for line in lines}
    # By the names in the path: as text, `A-1` would come between `A` and `A/B`.
    in_order = sorted(lines, key=lambda line: line.outlook.ou_path.split("/"))
    return tuple(_placed(line, shown) for line in in_order)


def _placed(line: OuLine, shown: Collection[str]) -> Placed:
    path = line.outlook.ou_path
    above = [each for each in _parents(path) if each in shown]
    label = path.removeprefix(f"{above[-1]}/") if above else shown_ou(path)
    return Placed(line, label, len(above))


def _parents(path: str) -> list[str]:
    """Return the paths of the OUs above one, the uppermost first."""
    names = path.split("/")
    return ["/".join(names[:depth]) for depth in range(1, len(names))]


def giving_back(lines: Sequence[OuLine], head: str = ROOT) -> tuple[OuLine, ...]:
    """Return the OUs with credits or refunds, in their order; the total says the head's."""
    return tuple(line for line in lines if line.gave_back and line.outlook.ou_path != head)
