"""A stand-in for AWS Organizations on a real socket: what the emulator's has not, pages above all.

It answers in the shapes of the service model (JSON 1.1). Its pages hold two items, and before each
of them comes an empty one with a token, as AWS allows itself to do.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROOT = "r-ab12"
ORGANIZATION = "o-exampleorg1"
PAGE = 2
Answer = dict[str, Any]


class Refused(Exception):  # noqa: N818 - an answer
    """An answer that is an error."""


@dataclass
class StubOrganizations:
    """An organization, and how it answers."""

    paths: bool = True
    """Whether accounts come with their paths."""
    refusal: str | None = None
    """The error that every call is answered with."""
    throttled: int = 0
    """How many calls are still to be answered with a throttling error."""
    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What happens, once, just before an operation (about a parent, if it is) is answered."""
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    accounts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def unit(self, name: str, parent: str = ROOT) -> str:
        """Make an OU; returns its id."""
        unit = f"ou-ab12-{len(self.units):08}"
        self.units[unit] = (name, parent)
        return unit

    def account(self, name: str, parent: str = ROOT) -> str:
        """Make an account; returns its id."""
        account = f"{len(self.accounts) + 1:012}"
        self.accounts[account] = (name, parent, "ACTIVE")
        return account

    def move(self, account: str, parent: str) -> None:
        """Move an account."""
        name, _, state = self.accounts[account]
        self.accounts[account] = (name, parent, state)

    def close(self, account: str) -> None:
        """Close an account."""
        name, parent, _ = self.accounts[account]
        self.accounts[account] = (name, parent, "PENDING_CLOSURE")

    def answer(self, operation: str, asked: Answer) -> Answer:
        """Answer a call as AWS does."""
        self.calls[operation] += 1
        if self.throttled:
            self.throttled -= 1
            raise Refused("TooManyRequestsException")
        if self.refusal:
            raise Refused(self.refusal)
        parent = asked.get("ParentId")
        self.meanwhile.pop(f"{operation} {parent}" if parent else operation, bool)()
        if operation == "ListRoots":
            return _page("Roots", [{"Id": ROOT, "Name": "Root"}], asked)
        if operation == "ListOrganizationalUnitsForParent":
            units = [{"Id": u, "Name": n} for u, (n, p) in self.units.items() if p == parent]
            return _page("OrganizationalUnits", units, asked)
        accounts = [
            self._account(account)
            for account, (_, place, _) in self.accounts.items()
            if parent in (None, place)
        ]
        return _page("Accounts", accounts, asked)

    def _account(self, account: str) -> Answer:
        name, parent, state = self.accounts[account]
        path = f"{self._path(parent)}{account}/"
        return {"Id": account, "Name": name, "State": state} | (
            {"Paths": [path]} if self.paths else {}
        )

    def _path(self, parent: str) -> str:
        if parent == ROOT:
            return f"{ORGANIZATION}/{ROOT}/"
        return f"{self._path(self.units[parent][1])}{parent}/"


def _page(field_name: str, items: list[Answer], asked: Answer) -> Answer:
    """Return the page of a token `empty-N` or `full-N`; the first is empty."""
    kind, _, number = asked.get("NextToken", "empty-0").partition("-")
    start = int(number)
    if kind == "empty":
        return {field_name: [], "NextToken": f"full-{start}"}
    more = {"NextToken": f"empty-{start + PAGE}"} if start + PAGE < len(items) else {}
    return {field_name: items[start : start + PAGE], **more}


@contextmanager
def serving(stub: StubOrganizations) -> Iterator[str]:
    """Serve the stub on a free port; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            try:
                status, answer = 200, stub.answer(operation, asked)
            except Refused as refused:
                status, answer = 400, {"__type": str(refused), "Message": "no"}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
