"""The lines of the OU table, and which of them are worth showing where there are too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.notifier.charges import Charges, differing
from shared.config_outlook import ROOT
from shared.outlook import Outlook

MOST_OUS = 60
"""Lines of the OU table: mail clients cut a message off at about 100 KB."""

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
    def charged(self) -> tuple[tuple[str, Charges], ...]:
        """Gross, credits and net of the day and of the month, where net alone hides something."""
        return differing(self.charges, self.month_charges)

    @property
    def gave_back(self) -> bool:
        """Whether the month to date has a credit or a refund."""
        return any(each.gave_back for _, each in self.charged)


def worth_showing(lines: Sequence[OuLine]) -> tuple[OuLine, ...]:
    """Return the lines in their order, of too many only those in trouble and the largest."""

    def rank(line: OuLine) -> tuple[bool, Decimal]:
        troubled = line.outlook.light in ("red", "yellow")
        return troubled, abs(line.outlook.month_to_date)

    kept = {id(line) for line in sorted(lines, key=rank, reverse=True)[:MOST_OUS]}
    return tuple(line for line in lines if id(line) in kept)


def giving_back(lines: Sequence[OuLine]) -> tuple[OuLine, ...]:
    """Return the OUs with credits or refunds, in their order; Root's are said with the total."""
    return tuple(line for line in lines if line.gave_back and line.outlook.ou_path != ROOT)
