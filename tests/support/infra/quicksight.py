"""The QuickSight stand-in with the operations that Terraform needs beside those of the workers.

Run as `python -m tests.support.infra.quicksight`, with the stand-in's own options.
"""

import re

from daybook.local import quicksight
from daybook.local.quicksight import Operation, Request
from daybook.local.quicksight_state import Account, ApiError, JsonObject

KEPT: dict[str, JsonObject] = {}
"""The bodies with which things were created, by ARN or, of dashboards, by path."""


def create_data_source(account: Account, request: Request) -> JsonObject:
    """Answer as the stand-in does, and keep permissions and tags."""
    return _kept(quicksight.create_data_source(account, request), request)


def create_data_set(account: Account, request: Request) -> JsonObject:
    """Answer as the stand-in does, and keep permissions and tags."""
    return _kept(quicksight.create_data_set(account, request), request)


def describe_source_permissions(account: Account, request: Request) -> JsonObject:
    """Answer DescribeDataSourcePermissions."""
    return _permissions(account.data_source(request.ids["DataSourceId"])["Arn"])


def describe_set_permissions(account: Account, request: Request) -> JsonObject:
    """Answer DescribeDataSetPermissions."""
    return _permissions(account.data_set(request.ids["DataSetId"]).description["Arn"])


def describe_refresh_properties(_account: Account, _request: Request) -> JsonObject:
    """Answer DescribeDataSetRefreshProperties: there are none."""
    raise ApiError("ResourceNotFoundException", "no refresh properties", "DATA_SET")


def delete_data_source(account: Account, request: Request) -> JsonObject:
    """Answer DeleteDataSource."""
    source = account.data_source(request.ids["DataSourceId"])
    account._data_sources.pop(source["DataSourceId"])
    return {"Arn": source["Arn"], "DataSourceId": source["DataSourceId"]}


def list_tags(_account: Account, request: Request) -> JsonObject:
    """Answer ListTagsForResource."""
    return {"Tags": KEPT.get(request.ids["ResourceArn"], {}).get("Tags", [])}


def create_dashboard(_account: Account, request: Request) -> JsonObject:
    """Answer CreateDashboard."""
    ids = request.ids
    arn = (
        f"arn:aws:quicksight:{request.region}:{ids['AwsAccountId']}:dashboard/{ids['DashboardId']}"
    )
    KEPT[arn] = KEPT[ids["DashboardId"]] = request.body | {"Arn": arn}
    return {"Arn": arn, "DashboardId": ids["DashboardId"], "CreationStatus": "CREATION_SUCCESSFUL"}


def describe_dashboard(_account: Account, request: Request) -> JsonObject:
    """Answer DescribeDashboard."""
    made = _dashboard(request)
    version = {
        "Status": "CREATION_SUCCESSFUL",
        "VersionNumber": 1,
        "Description": made.get("VersionDescription", ""),
        "CreatedTime": 0,
    }
    known = {"Arn": made["Arn"], "DashboardId": request.ids["DashboardId"], "Name": made["Name"]}
    times = {"CreatedTime": 0, "LastPublishedTime": 0, "LastUpdatedTime": 0}
    return {"Dashboard": known | times | {"Version": version}}


def describe_definition(_account: Account, request: Request) -> JsonObject:
    """Answer DescribeDashboardDefinition."""
    made = _dashboard(request)
    return {
        "DashboardId": request.ids["DashboardId"],
        "Name": made["Name"],
        "Definition": made["Definition"],
        "DashboardPublishOptions": made.get("DashboardPublishOptions"),
        "ResourceStatus": "CREATION_SUCCESSFUL",
    }


def describe_dashboard_permissions(_account: Account, request: Request) -> JsonObject:
    """Answer DescribeDashboardPermissions."""
    return _permissions(_dashboard(request)["Arn"])


def delete_dashboard(_account: Account, request: Request) -> JsonObject:
    """Answer DeleteDashboard."""
    made = _dashboard(request)
    del KEPT[request.ids["DashboardId"]]
    return {"Arn": made["Arn"], "DashboardId": request.ids["DashboardId"]}


def _dashboard(request: Request) -> JsonObject:
    try:
        return KEPT[request.ids["DashboardId"]]
    except KeyError:
        raise ApiError("ResourceNotFoundException", "no such dashboard", "DASHBOARD") from None


def _kept(answer: JsonObject, request: Request) -> JsonObject:
    KEPT[answer["Arn"]] = request.body
    return answer


def _permissions(arn: str) -> JsonObject:
    return {"Permissions": KEPT.get(arn, {}).get("Permissions", [])}


_ACCOUNT = "/accounts/{AwsAccountId}"
_SOURCE = f"{_ACCOUNT}/data-sources/{{DataSourceId}}"
_SET = f"{_ACCOUNT}/data-sets/{{DataSetId}}"
_DASHBOARD = f"{_ACCOUNT}/dashboards/{{DashboardId}}"

OPERATIONS: dict[str, tuple[str, str, Operation]] = {
    "CreateDashboard": ("POST", _DASHBOARD, create_dashboard),
    "CreateDataSet": ("POST", f"{_ACCOUNT}/data-sets", create_data_set),
    "CreateDataSource": ("POST", f"{_ACCOUNT}/data-sources", create_data_source),
    "DeleteDashboard": ("DELETE", _DASHBOARD, delete_dashboard),
    "DeleteDataSource": ("DELETE", _SOURCE, delete_data_source),
    "DescribeDashboard": ("GET", _DASHBOARD, describe_dashboard),
    "DescribeDashboardDefinition": ("GET", f"{_DASHBOARD}/definition", describe_definition),
    "DescribeDashboardPermissions": (
        "GET",
        f"{_DASHBOARD}/permissions",
        describe_dashboard_permissions,
    ),
    "DescribeDataSetPermissions": ("GET", f"{_SET}/permissions", describe_set_permissions),
    "DescribeDataSetRefreshProperties": (
        "GET",
        f"{_SET}/refresh-properties",
        describe_refresh_properties,
    ),
    "DescribeDataSourcePermissions": ("GET", f"{_SOURCE}/permissions", describe_source_permissions),
}
TAGS = re.compile(r"GET /resources/(?P<ResourceArn>[^/]*?(?P<AwsAccountId>\d{12})[^/]*)/tags")
"""ListTagsForResource, whose path names the account only within the ARN."""


if __name__ == "__main__":
    quicksight.ROUTES[:0] = [
        (quicksight._pattern(method, uri), operation)
        for method, uri, operation in OPERATIONS.values()
    ]
    quicksight.ROUTES.append((TAGS, list_tags))
    quicksight.main()
