"""What AWS says elsewhere of a period's cost, held against the archive: every gap with its causes.

Nothing is corrected by it. The check is kept in the ledger with the run and shown in the digest.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer

from shared.frozen import Frozen
from shared.money import plain

Stated = Annotated[
    Decimal, PlainSerializer(plain, return_type=str), Field(allow_inf_nan=False, max_digits=60)
]
"""An amount as somebody else states it, with however many decimals."""


class Gap(Frozen):
    """One figure in the archive and elsewhere; `gap` is the first less the second, exactly."""

    what: str = Field(description="A cost metric, or an invoice's id.")
    currency: str = Field(description="ISO 4217 code as billed.")
    archive: Stated = Field(description="In the archive; of an invoice, in the export.")
    elsewhere: Stated = Field(description="In Cost Explorer; on the invoice.")
    gap: Stated
    causes: tuple[str, ...] = Field(default=(), description="Likely causes, in sentences.")


class CostCheck(Frozen):
    """The comparison of a billing period, from its first day on."""

    through: date = Field(description="Last day that was compared, included (UTC).")
    asked_at: datetime = Field(description="When AWS was asked (UTC).")
    estimated: bool = Field(default=False, description="Cost Explorer's own mark.")
    requests: int = Field(default=0, description="To Cost Explorer, at USD 0.01 each.")
    gaps: tuple[Gap, ...] = Field(default=(), description="Every figure that was compared.")
    invoices: tuple[Gap, ...] = Field(default=(), description="Every invoice that was compared.")
    problems: tuple[str, ...] = Field(
        default=(), description="What could not be compared, and why."
    )
