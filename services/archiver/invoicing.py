"""AWS Invoicing: the totals of an invoice, by the id that the export's lines carry.

Permission: invoicing:ListInvoiceSummaries. Source: AWS Billing and Cost Management API Reference,
"ListInvoiceSummaries": totals with and without tax, no lines; the base currency is the services'.
"""

from decimal import Decimal
from typing import Any

from services.archiver.causes import Invoice
from shared.answers import answering
from shared.errors import NotAnswered


class Invoicing:
    """The invoice source over an aiobotocore `invoicing` client."""

    def __init__(self, client: Any) -> None:
        """Keep the client."""
        self._client = client

    async def invoice(self, name: str) -> Invoice:
        """Return the invoice of this id."""
        with answering():
            answer = await self._client.list_invoice_summaries(
                Selector={"ResourceType": "INVOICE_ID", "Value": name}
            )
        stated = [each for each in answer["InvoiceSummaries"] if each.get("InvoiceId") == name]
        if not stated or "BaseCurrencyAmount" not in stated[0]:
            raise NotAnswered("AWS Invoicing states no amount for it")
        amount = stated[0]["BaseCurrencyAmount"]
        return Invoice(
            total=Decimal(amount["TotalAmount"]),
            before_tax=Decimal(amount.get("TotalAmountBeforeTax", amount["TotalAmount"])),
            currency=str(amount["CurrencyCode"]),
        )
