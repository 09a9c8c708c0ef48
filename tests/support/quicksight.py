"""The QuickSight stand-in as a process, and a client that checks its answers by the model."""

import json
import select
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from typing import Any

import boto3
import pytest
from botocore.validate import validate_parameters

Process = Popen[bytes]
MODULE = [executable, "-m", "daybook.local.quicksight"]
ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 10.0
ACCOUNT = "111122223333"
ARN = f"arn:aws:quicksight:us-east-1:{ACCOUNT}"
SOURCE = {"Name": "Athena", "Type": "ATHENA", "DataSourceParameters": {"AthenaParameters": {}}}
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
