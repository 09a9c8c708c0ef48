"""A small stand-in for QuickSight over HTTP, for the emulators have none.

It speaks the REST-JSON of the ten operations in `OPERATIONS`, so the shipped code talks to it with
its own botocore client through `AWS_ENDPOINT_URL_QUICKSIGHT`. Nothing is really ingested: an
ingestion only walks through its states by the clock, and `RowInfo` and the other measures of an
ingestion are therefore omitted rather than made up. Where the service model leaves a question
open, this is what it does, unverified against AWS: success is always status 200, the ingestion
that creating a SPICE data set starts is not on the refresh quota, no ingestion is ever QUEUED, and
cancelling an ended ingestion succeeds and changes nothing.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from daybook.local.quicksight_state import (
    MAX_PAGE,
    STATUS_OF_ERROR,
    Account,
    ApiError,
    JsonObject,
    Settings,
    invalid,
    page,
)

DEFAULT_REGION = "us-east-1"
CREDENTIAL_REGION = re.compile(r"Credential=[^/]+/[0-9]{8}/([^/]+)/")
STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
SUMMARY_MEMBERS = ("Arn", "CreatedTime", "DataSetId", "ImportMode", "LastUpdatedTime", "Name")
EXAMPLE = """example:
  python -m daybook.local.quicksight --port 4580 &
  export AWS_ENDPOINT_URL_QUICKSIGHT=http://127.0.0.1:4580
  aws quicksight list-data-sets --aws-account-id 111122223333
"""


@dataclass(frozen=True)
class Request:
    """What an operation needs to know of an HTTP request."""

    region: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: JsonObject


def create_data_source(account: Account, request: Request) -> JsonObject:
    """Answer CreateDataSource; creation ends later, as callers of the real one must expect."""
    source = account.create_data_source(request.region, request.body)
    return _pick(source, ("Arn", "DataSourceId")) | {"CreationStatus": "CREATION_IN_PROGRESS"}


def describe_data_source(account: Account, request: Request) -> JsonObject:
    """Answer DescribeDataSource."""
    return {"DataSource": account.data_source(request.ids["DataSourceId"])}


def create_data_set(account: Account, request: Request) -> JsonObject:
    """Answer CreateDataSet, with the ingestion it started, if any."""
    data_set = account.create_data_set(request.region, request.body)
    answer = _pick(data_set.description, ("Arn", "DataSetId"))
    for initial in data_set.ingestions.values():
        answer |= {"IngestionArn": initial.arn, "IngestionId": initial.ingestion_id}
    return answer


def describe_data_set(account: Account, request: Request) -> JsonObject:
    """Answer DescribeDataSet."""
    return {"DataSet": account.data_set(request.ids["DataSetId"]).description}


def list_data_sets(account: Account, request: Request) -> JsonObject:
    """Answer ListDataSets."""
    summaries = [_pick(each.description, SUMMARY_MEMBERS) for each in account.data_sets()]
    return _page("DataSetSummaries", summaries, request)


def delete_data_set(account: Account, request: Request) -> JsonObject:
    """Answer DeleteDataSet."""
    data_set = account.delete_data_set(request.ids["DataSetId"])
    return _pick(data_set.description, ("Arn", "DataSetId"))


def create_ingestion(account: Account, request: Request) -> JsonObject:
    """Answer CreateIngestion."""
    kind = request.body.get("IngestionType", "FULL_REFRESH")
    started = account.create_ingestion(*_ingestion_key(request), kind)
    answer = {"Arn": started.arn, "IngestionId": started.ingestion_id}
    return answer | {"IngestionStatus": "INITIALIZED"}


def describe_ingestion(account: Account, request: Request) -> JsonObject:
    """Answer DescribeIngestion."""
    ingestion = account.ingestion(*_ingestion_key(request))
    return {"Ingestion": account.describe_ingestion(ingestion)}


def list_ingestions(account: Account, request: Request) -> JsonObject:
    """Answer ListIngestions, newest first."""
    history = account.data_set(request.ids["DataSetId"]).ingestions.values()
    newest_first = [account.describe_ingestion(each) for each in reversed(history)]
    return _page("Ingestions", newest_first, request)


def cancel_ingestion(account: Account, request: Request) -> JsonObject:
    """Answer CancelIngestion."""
    ingestion = account.cancel_ingestion(*_ingestion_key(request))
    return {"Arn": ingestion.arn, "IngestionId": ingestion.ingestion_id}


def _ingestion_key(request: Request) -> tuple[str, str]:
    return request.ids["DataSetId"], request.ids["IngestionId"]


def _pick(source: JsonObject, names: Sequence[str]) -> JsonObject:
    return {name: source[name] for name in names}


def _page(member: str, items: list[JsonObject], request: Request) -> JsonObject:
    size = request.query.get("max-results", str(MAX_PAGE))
    shown, following = page(items, request.query.get("next-token", "0"), size)
    return {member: shown} | ({"NextToken": following} if following else {})


Operation = Callable[[Account, Request], JsonObject]

_SOURCES = "/accounts/{AwsAccountId}/data-sources"
_SETS = "/accounts/{AwsAccountId}/data-sets"
_SET = f"{_SETS}/{{DataSetId}}"
_INGESTION = f"{_SET}/ingestions/{{IngestionId}}"

# The service model's name, method and URI of each operation; a test compares them.
OPERATIONS: dict[str, tuple[str, str, Operation]] = {
    "CancelIngestion": ("DELETE", _INGESTION, cancel_ingestion),
    "CreateDataSet": ("POST", _SETS, create_data_set),
    "CreateDataSource": ("POST", _SOURCES, create_data_source),
    "CreateIngestion": ("PUT", _INGESTION, create_ingestion),
    "DeleteDataSet": ("DELETE", _SET, delete_data_set),
    "DescribeDataSet": ("GET", _SET, describe_data_set),
    "DescribeDataSource": ("GET", f"{_SOURCES}/{{DataSourceId}}", describe_data_source),
    "DescribeIngestion": ("GET", _INGESTION, describe_ingestion),
    "ListDataSets": ("GET", _SETS, list_data_sets),
    "ListIngestions": ("GET", f"{_SET}/ingestions", list_ingestions),
}


def _pattern(method: str, uri: str) -> re.Pattern[str]:
    return re.compile(f"{method} " + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", uri))


ROUTES = [(_pattern(method, uri), operation) for method, uri, operation in OPERATIONS.values()]


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """Return the operation for a request line, and the identifiers in its path."""
    for pattern, operation in ROUTES:
        if match := pattern.fullmatch(f"{method} {path}"):
            # Decoded after the match, so that an encoded slash cannot pass for a separator.
            return operation, {name: unquote(text) for name, text in match.groupdict().items()}
    message = f"the QuickSight stand-in does not have the operation {method} {path}"
    raise ApiError("UnknownOperationException", message)


class StandIn(ThreadingHTTPServer):
    """The server; an account comes into being when it is first named."""

    daemon_threads = True  # an idle keep-alive connection must not hold up the exit

    def __init__(self, host: str, port: int, settings: Settings) -> None:
        super().__init__((host, port), Handler)
        self._settings = settings
        self._accounts: dict[str, Account] = {}
        self._lock = threading.Lock()

    def run(self, operation: Operation, request: Request) -> JsonObject:
        """Run one operation, alone, on the account that its path names."""
        account_id = request.ids["AwsAccountId"]
        with self._lock:
            account = self._accounts.setdefault(account_id, Account(account_id, self._settings))
            return operation(account, request)


class Handler(BaseHTTPRequestHandler):
    """One connection: finds the operation of each request and writes its answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: 40 ms apart otherwise

    def do_GET(self) -> None:
        """Answer a request of any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            answer = self._run(body)
        except ApiError as error:
            self._send(STATUS_OF_ERROR[error.code], error.members, error.code)
        else:
            self._send(200, answer)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - http.server asks for the names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class
        """Write nothing: a parent that does not read our stderr must not block us."""

    def _run(self, body: bytes) -> JsonObject:
        url = urlsplit(self.path)
        operation, ids = find_operation(self.command, url.path)
        request = Request(self._region(), ids, dict(parse_qsl(url.query)), parse_body(body))
        return cast("StandIn", self.server).run(operation, request)

    def _region(self) -> str:
        scope = CREDENTIAL_REGION.search(self.headers.get("Authorization", ""))
        return scope.group(1) if scope else DEFAULT_REGION

    def _send(self, status: int, answer: JsonObject, error_code: str = "") -> None:
        request_id = str(uuid.uuid4())
        content = json.dumps(answer | {"RequestId": request_id}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("x-amzn-RequestId", request_id)
        if error_code:
            self.send_header("x-amzn-ErrorType", error_code)
        self.end_headers()
        self.wfile.write(content)


def parse_body(body: bytes) -> JsonObject:
    """Return the JSON object in a request's body; an empty body is an empty object."""
    try:
        content: Any = json.loads(body or b"{}")
    except ValueError as error:
        raise invalid(f"the body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise invalid("the body is not a JSON object")
    return content


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m daybook.local.quicksight",
        description="Serve a QuickSight stand-in until SIGTERM or SIGINT.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="to listen on (default 127.0.0.1)")
    add("--port", type=int, default=0, help="0, the default, takes a free one")
    add("--seconds-to-complete", type=float, default=0.4, help="of an ingestion (default 0.4)")
    add("--refresh-quota", type=int, default=32, help="per data set and 24 h (default 32)")
    add("--exit-on-stdin-eof", action="store_true", help="stop when standard input ends")
    return parser.parse_args(arguments)


def stop_at_stdin_eof() -> None:
    """Send this process SIGTERM when its standard input ends, so no killed parent leaves it."""
    # Not sys.stdin: a thread that waits in its buffer makes the interpreter abort at exit.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal or, if asked for, the end of standard input."""
    options = parse_options(arguments)
    # Blocked before any thread starts, so that every thread leaves them to sigwait below.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    settings = Settings(options.seconds_to_complete, options.refresh_quota)
    with StandIn(options.host, options.port, settings) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        if options.exit_on_stdin_eof:
            threading.Thread(target=stop_at_stdin_eof, daemon=True).start()
        print(json.dumps({"endpoint": f"http://{options.host}:{server.server_port}"}), flush=True)
        signal.sigwait(STOP_SIGNALS)
        server.shutdown()


if __name__ == "__main__":
    main()
