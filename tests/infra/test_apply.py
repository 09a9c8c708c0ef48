"""`terraform apply` makes everything, and a second plan finds nothing to do."""

from typing import Any

from shared.topology import load_topology
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
    assert "module.dashboards[0].aws_quicksight_dashboard.this" in made


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
