"""What goes over the wire: requests as the SDK serialised them, answers for it to parse."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from aiobotocore.awsrequest import AioAWSResponse

QUERY = {"sns", "ses"}
JSON = {"sqs", "glue", "quicksight", "athena"}
SERVER_FAULT = 500
QUERY_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "MessageNotInflight": "AWS.SimpleQueueService.MessageNotInflight",
}
"""What SQS calls its errors beside their names: the SDK shows these codes."""


class Refused(Exception):  # noqa: N818 - the service's answer, not a fault of the harness
    """The service answers with an error."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Request:
    """One request as it would leave the machine."""

    service: str
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a query-protocol request."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}

    @property
    def json(self) -> dict[str, Any]:
        """The body of a JSON-protocol request."""
        loaded: dict[str, Any] = json.loads(self.body or b"{}")
        return loaded

    @property
    def about(self) -> str:
        """What the request is about: for people who read a call log."""
        if self.service == "s3":
            key = self.path.lstrip("/").partition("/")[2]
            return key or self.query.get("prefix", "")
        if self.service in QUERY:
            return self.form.get("TopicArn", "").rpartition(":")[2]
        if self.service == "quicksight":
            return self.path.split("/")[4]
        body = self.json
        named = (body[name] for name in ("QueueUrl", "TableName", "Name") if name in body)
        return str(next(named, "")).rpartition("/")[2]


@dataclass(frozen=True)
class Reply:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def read_request(event_name: str, sent: Any) -> Request:
    """Take a prepared botocore request apart."""
    _, service, operation = event_name.split(".")
    url = urlsplit(sent.url)
    query = parse_qs(url.query, keep_blank_values=True)
    return Request(
        service=service,
        operation=operation,
        method=sent.method,
        path=unquote(url.path),
        query={name: values[0] for name, values in query.items()},
        headers={name.lower(): _text(value) for name, value in sent.headers.items()},
        body=_bytes(sent.body),
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return bytes(body.read())


def json_reply(content: dict[str, Any]) -> Reply:
    return Reply(json.dumps(content).encode())


def xml_reply(text: str) -> Reply:
    return Reply(f'<?xml version="1.0"?>{text}'.encode(), headers={"content-type": "text/xml"})


def query_reply(operation: str, result: str) -> Reply:
    return xml_reply(
        f"<{operation}Response><{operation}Result>{result}</{operation}Result>"
        f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    )


def error_reply(request: Request, refused: Refused) -> Reply:
    """Say no in the words of the service's protocol."""
    code = escape(refused.code)
    if request.service in JSON:
        body = json.dumps({"__type": code, "message": "refused"})
        headers = {"x-amzn-errortype": code}
        if request.service == "sqs":
            fault = "Sender" if refused.status < SERVER_FAULT else "Receiver"
            headers["x-amzn-query-error"] = f"{QUERY_CODES.get(code, code)};{fault}"
        return Reply(body.encode(), refused.status, headers)
    error = f"<Error><Code>{code}</Code><Message>refused</Message></Error>"
    if request.service in QUERY:
        error = f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"
    return Reply(b"" if request.method == "HEAD" else error.encode(), refused.status)


class _Content:
    def __init__(self, body: bytes) -> None:
        self._left = body

    async def read(self, amount: int = -1) -> bytes:
        size = len(self._left) if amount is None or amount < 0 else amount
        given, self._left = self._left[:size], self._left[size:]
        return given

    def at_eof(self) -> bool:
        return not self._left


class _Raw:
    """As much of an aiohttp response as aiobotocore looks at."""

    def __init__(self, reply: Reply) -> None:
        self.content = _Content(reply.body)
        self.headers = reply.headers
        self.url = "http://127.0.0.1:9/"

    async def read(self, amount: int = -1) -> bytes:
        return await self.content.read(amount)

    def close(self) -> None: ...


def answer(sent: Any, reply: Reply) -> AioAWSResponse:
    """Wrap an answer for aiobotocore to parse."""
    headers = {"content-length": str(len(reply.body)), **reply.headers}
    return AioAWSResponse(sent.url, reply.status, headers, _Raw(reply))
