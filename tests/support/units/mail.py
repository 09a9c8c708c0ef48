"""A post office that does as a test tells it, and outlooks for a digest."""

from dataclasses import dataclass, field
from decimal import Decimal

from services.notifier.mail.message import Envelope
from shared.outlook import Light, Outlook
from tests.support.units.rows import DAY


@dataclass
class ScriptedPost:
    """Takes every mail under the id `mail-N`, unless `troubles` are left to raise."""

    troubles: list[Exception] = field(default_factory=list)
    sent: list[tuple[Envelope, str]] = field(default_factory=list)
    calls: int = 0

    async def send(self, envelope: Envelope, claim: str) -> str:
        self.calls += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((envelope, claim))
        return f"mail-{len(self.sent)}"


def outlook(
    ou_path: str = "Root", light: Light = "green", *, spent: str = "10", currency: str = "USD"
) -> Outlook:
    """Return an OU's outlook, with a budget unless its light is grey."""
    budget = None if light == "grey" else Decimal(100)
    return Outlook(
        as_of=DAY,
        ou=ou_path if ou_path in ("Root", "Unmapped") else ou_path.removeprefix("Root/"),
        ou_path=ou_path,
        currency=currency,
        own_month_to_date=Decimal(spent),
        month_to_date=Decimal(spent),
        budget=budget,
        month_end_estimate=Decimal(20),
        estimate_method="run-rate",
        light=light,
        reason="no budget" if budget is None else "estimate 20.00 is 80.0 % under 100.00",
    )
