"""Cost Explorer and AWS Invoicing as their API references describe them, over HTTP, for a test.

No emulator here has them. Requests go through the real client: signed, serialized, parsed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

COST, INVOICES = "AWSInsightsIndexService.GetCostAndUsage", "Invoicing.ListInvoiceSummaries"
Amount = tuple[str, str, str]
"""A group's key, its amount of every metric, and its currency."""


@dataclass
class StubBilling:
    """What the account was charged; `pages` splits an answer, `refusals` are error codes."""

    by_type: list[Amount] = field(default_factory=list)
    by_account: list[Amount] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 1
    estimated: bool = True
    refusals: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, target: str, request: dict[str, Any]) -> tuple[HTTPStatus, dict[str, Any]]:
        """Answer a request of the JSON protocol."""
        self.asked.append(request)
        if self.refusals:
            return HTTPStatus.BAD_REQUEST, {"__type": self.refusals.pop(0), "message": "no"}
        if target == INVOICES:
            wanted = request["Selector"]["Value"]
            found = [each for each in self.invoices if each["InvoiceId"] == wanted]
            return HTTPStatus.OK, {"InvoiceSummaries": found}
        assert target == COST
        return HTTPStatus.OK, self._costs(request)

    def _costs(self, request: dict[str, Any]) -> dict[str, Any]:
        (group,) = request["GroupBy"]
        groups = self.by_type if group["Key"] == "RECORD_TYPE" else self.by_account
        page = int(request.get("NextPageToken", "0"))
        result = {
            "TimePeriod": request["TimePeriod"],
            "Total": {},
            "Groups": [
                {
                    "Keys": [key],
                    "Metrics": {m: {"Amount": amount, "Unit": unit} for m in request["Metrics"]},
                }
                for key, amount, unit in groups[page :: self.pages]
            ],
            "Estimated": self.estimated,
        }
        more = {"NextPageToken": str(page + 1)} if page + 1 < self.pages else {}
        return {"GroupDefinitions": request["GroupBy"], "ResultsByTime": [result], **more}


def invoice(
    name: str, total: str, before_tax: str | None = None, currency: str = "USD"
) -> dict[str, Any]:
    """Return an invoice as ListInvoiceSummaries states it."""
    amount = {"TotalAmount": total, "TotalAmountBeforeTax": before_tax or total}
    return {"InvoiceId": name, "BaseCurrencyAmount": {**amount, "CurrencyCode": currency}}


@contextmanager
def serving(stub: StubBilling) -> Iterator[str]:
    """Serve the stub on a free port; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = stub.answer(self.headers["X-Amz-Target"], body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", self.headers["Content-Type"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
