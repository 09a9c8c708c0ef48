"""The QuickSight stand-in, as a real process, seen through a real botocore client."""

import json
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, check_output
from sys import executable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from daybook.local.quicksight import OPERATIONS, parse_body
from daybook.local.quicksight_state import NOT_DESCRIBED, Account, ApiError, Settings

Process = Popen[bytes]
MODULE = [executable, "-m", "daybook.local.quicksight"]
ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 10.0
DAY = 24 * 60 * 60
ACCOUNT = "111122223333"
ARN = f"arn:aws:quicksight:us-east-1:{ACCOUNT}"
SOURCE = {"Name": "Athena", "Type": "ATHENA", "DataSourceParameters": {"AthenaParameters": {}}}
SECRET = {"CredentialPair": {"Username": "daybook", "Password": "secret"}}
TABLE = {"CustomSql": {"DataSourceArn": ARN, "Name": "daily", "SqlQuery": "SELECT 1"}}
DIRECT = {"Name": "Daily", "PhysicalTableMap": {"daily": TABLE}, "ImportMode": "DIRECT_QUERY"}
SPICE = DIRECT | {"ImportMode": "SPICE"}


class QuickSight:
    """A botocore client that names the account in each call."""

    def __init__(self, endpoint: str | None, region: str = "us-east-1") -> None:
        keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "x"}
        self.client = boto3.client("quicksight", endpoint_url=endpoint, region_name=region, **keys)
        self.client.meta.events.register("after-call.quicksight", require_modelled_answer)
        self.close, self.meta = self.client.close, self.client.meta

    def __getattr__(self, operation: str) -> Any:
        return partial(getattr(self.client, operation), AwsAccountId=ACCOUNT)

    def pages(self, operation: str, **ids: str) -> list[Any]:
        pages = self.client.get_paginator(operation).paginate
        return list(pages(AwsAccountId=ACCOUNT, PaginationConfig={"PageSize": 2}, **ids))

    def refresh(self, set_id: str, *ingestion_ids: str) -> list[Any]:
        create = partial(self.create_ingestion, DataSetId=set_id)
        return [create(IngestionId=ingestion_id) for ingestion_id in ingestion_ids]

    def ingestion(self, set_id: str, ingestion_id: str) -> Any:
        return self.describe_ingestion(DataSetId=set_id, IngestionId=ingestion_id)["Ingestion"]

    def states_until(self, end: str, set_id: str) -> list[str]:
        """Look at the ingestion `one` until it has ended as expected, or the time is up."""
        deadline, seen = time.monotonic() + DEADLINE_SECONDS, ["INITIALIZED"]
        while seen[-1] != end:
            assert time.monotonic() < deadline, f"not {end} in time but {seen[-1]}"
            time.sleep(0.01)
            seen.append(self.ingestion(set_id, "one")["IngestionStatus"])
        return seen

    def refuses(self, error: str, mention: str) -> AbstractContextManager[Any]:
        return pytest.raises(getattr(self.client.exceptions, f"{error}Exception"), match=mention)


def require_modelled_answer(model: Any, http_response: Any, **_: Any) -> None:
    # botocore drops what it does not know without a word, so this looks at the raw answer.
    body, headers = json.loads(http_response.content), http_response.headers
    error = headers.get("x-amzn-ErrorType")
    shape = {each.name: each for each in model.error_shapes}.get(error, model.output_shape)
    if error != "UnknownOperationException":
        status = shape.metadata.get("error", {"httpStatusCode": 200})["httpStatusCode"]
        assert http_response.status_code == status
        validate_parameters(body, shape)
    assert body["RequestId"] == headers["x-amzn-RequestId"]


@contextmanager
def serving(*options: str, stdin: int = PIPE) -> Iterator[tuple[QuickSight, Process]]:
    with Popen([*MODULE, *options], cwd=ROOT, stdin=stdin, stdout=PIPE) as process:
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], DEADLINE_SECONDS)[0], "not ready"
            with closing(QuickSight(json.loads(process.stdout.readline())["endpoint"])) as client:
                yield client, process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def quick() -> Iterator[QuickSight]:
    """Ingestions end almost at once."""
    with serving("--seconds-to-complete=0.2", "--exit-on-stdin-eof") as (client, _):
        yield client


@pytest.fixture(scope="module")
def slow() -> Iterator[QuickSight]:
    """Ingestions do not end while a test looks, and a data set has three of them a day."""
    options = ("--seconds-to-complete=3600", "--refresh-quota=3", "--exit-on-stdin-eof")
    with serving(*options) as (client, _):
        client.create_data_source(DataSourceId="known", **SOURCE)
        client.create_data_set(DataSetId="known", **DIRECT)
        client.refresh("known", "one")
        yield client


def test_operations_and_descriptions_are_those_of_the_service_model(slow: QuickSight) -> None:
    model = slow.meta.service_model
    for name, (method, uri, _) in OPERATIONS.items():
        modelled = model.operation_model(name).http
        assert (method, uri) == (modelled["method"], modelled["requestUri"])
    for kind in ("DataSource", "DataSet"):
        request = set(model.operation_model(f"Create{kind}").input_shape.members)
        assert request - NOT_DESCRIBED - {"AwsAccountId"} <= set(model.shape_for(kind).members)


def test_a_data_source_is_described_without_its_credentials(quick: QuickSight) -> None:
    created = quick.create_data_source(DataSourceId="athena", Credentials=SECRET, **SOURCE)
    described = quick.describe_data_source(DataSourceId="athena")["DataSource"]

    assert (created["Status"], created["CreationStatus"]) == (200, "CREATION_IN_PROGRESS")
    assert described.pop("CreatedTime") == described.pop("LastUpdatedTime")
    same = {"Arn": f"{ARN}:datasource/athena", "DataSourceId": "athena"}
    assert described == SOURCE | same | {"Status": "CREATION_SUCCESSFUL"}
    assert created.items() >= same.items()


def test_a_data_set_is_described_without_its_tags(quick: QuickSight) -> None:
    tags = [{"Key": "team", "Value": "finance"}]
    created = quick.create_data_set(DataSetId="described", Tags=tags, **DIRECT)
    described = quick.describe_data_set(DataSetId="described")["DataSet"]

    same = {"Arn": f"{ARN}:dataset/described", "DataSetId": "described"}
    assert created.keys() == {"Arn", "DataSetId", "RequestId", "ResponseMetadata", "Status"}
    assert created.items() >= (same | {"Status": 200}).items()
    assert described.pop("CreatedTime") == described.pop("LastUpdatedTime")
    assert described == DIRECT | same


def test_a_spice_data_set_starts_an_ingestion_and_is_deleted_with_it(slow: QuickSight) -> None:
    created = slow.create_data_set(DataSetId="spice", **SPICE)
    slow.refresh("spice", "one", "two", "three")  # the quota: the initial one is not on it
    initial = slow.ingestion("spice", created["IngestionId"])
    deleted = slow.delete_data_set(DataSetId="spice")
    slow.create_data_set(DataSetId="spice", **DIRECT)

    assert (initial["RequestType"], initial["Arn"]) == (
        "INITIAL_INGESTION",
        created["IngestionArn"],
    )
    assert deleted["Arn"] == f"{ARN}:dataset/spice"
    assert slow.list_ingestions(DataSetId="spice")["Ingestions"] == []


def test_data_sets_are_listed_oldest_and_ingestions_newest_first_in_pages() -> None:
    with serving() as (fresh, _):
        for name in ("a", "b", "c"):
            fresh.create_data_set(DataSetId=name, **DIRECT)
        fresh.refresh("a", "one", "two", "three")
        sets = [page["DataSetSummaries"] for page in fresh.pages("list_data_sets")]
        ingestions = [page["Ingestions"] for page in fresh.pages("list_ingestions", DataSetId="a")]

    assert [[each["DataSetId"] for each in page] for page in sets] == [["a", "b"], ["c"]]
    ids = [[each["IngestionId"] for each in page] for page in ingestions]
    assert ids == [["three", "two"], ["one"]]


def test_an_ingestion_completes_by_the_clock_and_counts_no_rows(quick: QuickSight) -> None:
    quick.create_data_set(DataSetId="daily", **DIRECT)
    [created] = quick.refresh("daily", "one")
    seen = quick.states_until("COMPLETED", "daily")
    described = quick.ingestion("daily", "one")

    same = {"Arn": f"{ARN}:dataset/daily/ingestion/one", "IngestionId": "one"}
    request = {"RequestSource": "MANUAL", "RequestType": "FULL_REFRESH"}
    assert created.items() >= (same | {"IngestionStatus": "INITIALIZED", "Status": 200}).items()
    assert seen == sorted(seen, key=["INITIALIZED", "RUNNING", "COMPLETED"].index)
    assert abs((datetime.now(UTC) - described.pop("CreatedTime")).total_seconds()) < 300
    assert described == same | request | {"IngestionStatus": "COMPLETED"}


def test_the_ingestion_of_a_data_set_named_fail_ends_failed(quick: QuickSight) -> None:
    quick.create_data_set(DataSetId="fail", **DIRECT)
    incremental = {"IngestionId": "one", "IngestionType": "INCREMENTAL_REFRESH"}
    quick.create_ingestion(DataSetId="fail", **incremental)
    quick.states_until("FAILED", "fail")
    described = quick.ingestion("fail", "one")

    assert described["RequestType"] == "INCREMENTAL_REFRESH"
    assert described["ErrorInfo"].pop("Message")
    assert described["ErrorInfo"] == {"Type": "INTERNAL_SERVICE_ERROR"}


def test_a_cancelled_ingestion_stays_cancelled(slow: QuickSight) -> None:
    slow.create_data_set(DataSetId="cancelled", **DIRECT)
    slow.refresh("cancelled", "one")

    for _ in range(2):
        answer = slow.cancel_ingestion(DataSetId="cancelled", IngestionId="one")
        assert answer["Arn"] == f"{ARN}:dataset/cancelled/ingestion/one"
        assert slow.ingestion("cancelled", "one")["IngestionStatus"] == "CANCELLED"


def test_the_quota_is_for_each_data_set_and_a_repeat_is_named_first(slow: QuickSight) -> None:
    for name in ("popular", "unpopular"):
        slow.create_data_set(DataSetId=name, **DIRECT)
        slow.refresh(name, "one", "two", "-_" * 64)

    with slow.refuses("LimitExceeded", "3 refreshes"):
        slow.refresh("popular", "four")
    with slow.refuses("ResourceExists", "INGESTION two"):
        slow.refresh("popular", "two")


Refusal = tuple[str, str, str, dict[str, Any]]
EXISTS, MISSING, INVALID = "ResourceExists", "ResourceNotFound", "InvalidParameterValue"
OTHER = {"AwsAccountId": "444455556666"}
NO_SET = {"DataSetId": "no"}
KNOWN = {"DataSetId": "known"}
REFUSALS: list[Refusal] = [
    (EXISTS, "SOURCE known", "create_data_source", {"DataSourceId": "known"} | SOURCE),
    (EXISTS, "DATA_SET known", "create_data_set", KNOWN | SPICE),
    (EXISTS, "INGESTION one", "create_ingestion", KNOWN | {"IngestionId": "one"}),
    (MISSING, "SOURCE no", "describe_data_source", {"DataSourceId": "no"}),
    (MISSING, "SOURCE known", "describe_data_source", {"DataSourceId": "known"} | OTHER),
    (MISSING, "DATA_SET no", "describe_data_set", NO_SET),
    (MISSING, "DATA_SET known", "describe_data_set", KNOWN | OTHER),
    (MISSING, "DATA_SET no", "delete_data_set", NO_SET),
    (MISSING, "DATA_SET no", "list_ingestions", NO_SET),
    (MISSING, "DATA_SET no", "create_ingestion", NO_SET | {"IngestionId": "one"}),
    (MISSING, "INGESTION no", "describe_ingestion", KNOWN | {"IngestionId": "no"}),
    (MISSING, "INGESTION no", "cancel_ingestion", KNOWN | {"IngestionId": "no"}),
    (INVALID, "max-results", "list_data_sets", {"MaxResults": 101}),
    (INVALID, "AwsAccountId", "list_data_sets", {"AwsAccountId": "not-an-account-id"}),
    (INVALID, "ImportMode", "create_data_set", NO_SET | DIRECT | {"ImportMode": "X"}),
    (
        INVALID,
        "IngestionType",
        "create_ingestion",
        KNOWN | {"IngestionType": "X", "IngestionId": "x"},
    ),
    ("InvalidNextToken", "next-token", "list_ingestions", KNOWN | {"NextToken": "x"}),
]
BAD_IDS = ("a b", "a/b", "é", "a\n", "a" * 129)
REFUSALS += [
    (INVALID, "128", "create_ingestion", KNOWN | {"IngestionId": each}) for each in BAD_IDS
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_is_the_modelled_exception(slow: QuickSight, refusal: Refusal) -> None:
    error, mention, operation, parameters = refusal
    with slow.refuses(error, mention):
        getattr(slow, operation)(**parameters)


def test_a_body_that_is_no_json_object_is_invalid() -> None:
    for body in (b"{", b"[]"):
        with pytest.raises(ApiError, match="the body is not"):
            parse_body(body)


def test_an_operation_it_does_not_have_is_named_in_the_error(slow: QuickSight) -> None:
    with pytest.raises(ClientError, match=f"not have .* GET /accounts/{ACCOUNT}/dash") as refusal:
        slow.describe_dashboard(DashboardId="costs")
    with pytest.raises(ClientError, match="not have the operation PUT /accounts"):
        slow.update_data_set(DataSetId="known", **DIRECT)

    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_the_environment_names_the_endpoint_and_the_signature_the_region(
    slow: QuickSight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_QUICKSIGHT", slow.meta.endpoint_url)
    with closing(QuickSight(endpoint=None, region="eu-west-1")) as european:
        created = european.create_data_set(DataSetId="european", **DIRECT)

    assert created["Arn"] == f"arn:aws:quicksight:eu-west-1:{ACCOUNT}:dataset/european"


def test_it_listens_on_one_address_only(slow: QuickSight) -> None:
    port = int(slow.meta.endpoint_url.removeprefix("http://127.0.0.1:"))
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.2", port))


INTERRUPT = partial(Popen.send_signal, sig=signal.SIGINT)


@pytest.mark.parametrize("stop", [Popen.terminate, INTERRUPT, Popen.communicate])
def test_it_ends_well_on_a_signal_or_without_input(stop: Callable[[Process], object]) -> None:
    with serving("--exit-on-stdin-eof") as (client, process):
        client.list_data_sets()  # leaves a connection open
        stop(process)
        assert process.wait(DEADLINE_SECONDS) == 0


def test_it_outlives_its_input_unless_asked() -> None:
    with serving(stdin=DEVNULL) as (client, process):
        client.list_data_sets()
        assert process.poll() is None


def test_help_shows_an_example() -> None:
    shown = check_output([*MODULE, "--help"], cwd=ROOT, text=True)
    assert "export AWS_ENDPOINT_URL_QUICKSIGHT=http://127.0.0.1:" in shown


def account_at(times: list[float], settings: Settings, set_id: str = "daily") -> Account:
    account = Account(ACCOUNT, settings, clock=partial(times.__getitem__, 0))
    account.create_data_set("us-east-1", DIRECT | {"DataSetId": set_id})
    account.create_ingestion(set_id, "one", "FULL_REFRESH")
    return account


@pytest.mark.parametrize(("set_id", "end"), [("daily", "COMPLETED"), ("fail-daily", "FAILED")])
def test_an_ingestion_passes_through_every_state_and_stays(set_id: str, end: str) -> None:
    now = [0.0]
    account = account_at(now, Settings(seconds_to_complete=4), set_id)
    ingestion = account.ingestion(set_id, "one")

    for now[0], state in ((0.9, "INITIALIZED"), (1, "RUNNING"), (3.9, "RUNNING"), (4, end)):
        assert account.describe_ingestion(ingestion)["IngestionStatus"] == state
    account.cancel_ingestion(set_id, "one")
    assert account.describe_ingestion(ingestion)["IngestionStatus"] == end


def test_the_quota_rolls_with_the_clock() -> None:
    now = [0.0]
    account = account_at(now, Settings(refresh_quota=1))
    now[0] = DAY - 1
    with pytest.raises(ApiError, match="1 refreshes"):
        account.create_ingestion("daily", "two", "FULL_REFRESH")

    now[0] = DAY
    account.create_ingestion("daily", "two", "FULL_REFRESH")
