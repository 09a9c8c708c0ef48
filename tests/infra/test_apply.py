"""`terraform apply` makes everything, and a second plan finds nothing to do."""

import json
from typing import Any

from daybook.local.dashboards import MANIFEST
from daybook.quicksight.dashboard import DISPLAY_CURRENCY, definition
from services.catalog.access import rules
from shared.locations import ACCESS_RULES
from shared.topology import load_topology
from tests.support.infra.calls import ACCOUNT
from tests.support.infra.flow import Applied

UNSEEN = {
    "actions_enabled",
    "alarm_actions",
    "alarm_description",
    "dimensions",
    "ok_actions",
    "period",
    "statistic",
    "treat_missing_data",
}
"""What the emulator keeps of an alarm but does not tell Terraform: docs/emulator-differences.md."""


def test_everything_is_made(applied: Applied) -> None:
    made = applied.terraform.resources()

    for worker in load_topology().workers:
        for part in ("module.queue.aws_sqs_queue.this", "aws_ecs_service.this"):
            assert f'module.worker["{worker}"].{part}' in made
    assert "module.dashboards[0].aws_cloudformation_stack.dashboard" in made


def test_a_second_plan_changes_nothing(applied: Applied) -> None:
    changes = [
        change
        for change in applied.second_plan["resource_changes"]
        if change["change"]["actions"] != ["no-op"] and not _only_unseen(change)
    ]

    assert [(change["address"], change["change"]["actions"]) for change in changes] == []


def _only_unseen(resource: dict[str, Any]) -> bool:
    """Say whether all that differs is what the emulator does not tell of an alarm."""
    change = resource["change"]
    before, after = change["before"] or {}, change["after"] or {}
    differ = {name for name, value in after.items() if before.get(name) != value}
    return bool(resource["type"] == "aws_cloudwatch_metric_alarm" and differ <= UNSEEN)


def test_no_output_is_left_unsaid(applied: Applied) -> None:
    assert [name for name, value in applied.outputs.items() if value in (None, "", {})] == []


def test_the_dashboard_is_made_as_it_is_defined(applied: Applied) -> None:
    """By CloudFormation, whole, and past botocore's validation."""
    quicksight, ids = (
        applied.client("quicksight"),
        {"AwsAccountId": ACCOUNT, "DashboardId": "daybook"},
    )
    made = quicksight.describe_dashboard_definition(**ids)["Definition"]
    granted = quicksight.describe_dashboard_permissions(**ids)["Permissions"]
    declared = {
        each["Identifier"]: each["DataSetArn"] for each in made.pop("DataSetIdentifierDeclarations")
    }

    assert json.dumps(made, sort_keys=True) == json.dumps(
        definition(load_topology()), sort_keys=True
    ).replace(DISPLAY_CURRENCY, "USD")
    assert [arn.rpartition("/")[2] for _, arn in sorted(declared.items())] == list(
        load_topology().quicksight_datasets
    )
    assert [each["Principal"].rpartition("/")[2] for each in granted] == ["owner", "finance"]


def test_both_data_sets_show_nobody_more_than_the_rules_say(applied: Applied) -> None:
    topology, quicksight = load_topology(), applied.client("quicksight")
    for name in topology.quicksight_datasets:
        found = quicksight.describe_data_set(AwsAccountId=ACCOUNT, DataSetId=name)["DataSet"]
        rules = found["RowLevelPermissionDataSet"]

        assert rules["Arn"].endswith(f"dataset/{topology.quicksight_rules}")
        assert (rules["PermissionPolicy"], rules["Status"]) == ("GRANT_ACCESS", "ENABLED")


def test_until_the_catalog_worker_has_run_the_rules_grant_nothing(applied: Applied) -> None:
    s3, bucket = applied.client("s3"), applied.outputs["archive_bucket"]
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=MANIFEST)["Body"].read())
    (uri,) = manifest["fileLocations"][0]["URIs"]

    assert uri == f"s3://{bucket}/{ACCESS_RULES}"
    first = s3.list_object_versions(Bucket=bucket, Prefix=ACCESS_RULES)["Versions"][-1]
    body = s3.get_object(Bucket=bucket, Key=ACCESS_RULES, VersionId=first["VersionId"])["Body"]
    assert body.read() == rules([])
