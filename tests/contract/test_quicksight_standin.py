"""The QuickSight stand-in, as a real process, seen through a real botocore client."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from subprocess import DEVNULL, Popen, check_output
from typing import Any

import pytest
from botocore.exceptions import ClientError

from daybook.local.quicksight import OPERATIONS
from daybook.local.quicksight_state import NOT_DESCRIBED
from tests.support.quicksight import (
    ACCOUNT,
    ARN,
    DEADLINE_SECONDS,
    DIRECT,
    MODULE,
    ROOT,
    SOURCE,
    SPICE,
    Process,
    QuickSight,
    serving,
)

SECRET = {"CredentialPair": {"Username": "daybook", "Password": "secret"}}


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
