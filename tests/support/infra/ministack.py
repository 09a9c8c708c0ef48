"""MiniStack whose CloudFormation makes QuickSight's things, too: at the stand-in, with botocore.

botocore checks what is sent. Run as `python -m tests.support.infra.ministack`.
"""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import boto3
from ministack.app import main
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Made = tuple[str, dict[str, str]]
KINDS = {
    "Dashboard": ("DashboardId", "dashboard"),
    "DataSet": ("DataSetId", "data_set"),
    "DataSource": ("DataSourceId", "data_source"),
}
"""By what an id is called, and what botocore calls the thing."""


def create(kind: str, _logical: str, properties: dict[str, Any], _stack: str) -> Made:
    """Make a thing; its physical id is both its ids, as CloudFormation joins them."""
    name, noun = KINDS[kind]
    with closing(_quicksight(properties)) as quicksight:
        arn = getattr(quicksight, f"create_{noun}")(**properties)["Arn"]
    return f"{properties['AwsAccountId']}|{properties[name]}", {"Arn": arn}


def delete(kind: str, _physical: str, properties: dict[str, Any]) -> None:
    """Take it away."""
    name, noun = KINDS[kind]
    ids = {each: properties[each] for each in ("AwsAccountId", name)}
    with closing(_quicksight(properties)) as quicksight:
        getattr(quicksight, f"delete_{noun}")(**ids)


def _quicksight(properties: dict[str, Any]) -> Any:
    keys = {"aws_access_key_id": properties["AwsAccountId"], "aws_secret_access_key": "local"}
    return boto3.client("quicksight", region_name="us-east-1", **keys)


def _handlers(kind: str) -> dict[str, Callable[..., Any]]:
    return {"create": partial(create, kind), "delete": partial(delete, kind)}


if __name__ == "__main__":
    _RESOURCE_HANDLERS.update({f"AWS::QuickSight::{kind}": _handlers(kind) for kind in KINDS})
    main()
