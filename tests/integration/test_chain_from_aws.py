"""Whole runs whose OUs or budgets come from AWS itself."""

from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from daybook.run import tick
from services.query.history import AccountHistory
from shared.events import DigestSent, Event
from shared.locations import ACCOUNT_HISTORY
from shared.outlook import outlook_rows
from shared.parquet import from_parquet
from tests.support.chain import working
from tests.support.looped import Loop
from tests.support.stage import TOPOLOGY, Stage, of_type

DAY = date(2026, 6, 8)


def test_ous_can_come_from_aws_organizations_whose_past_is_kept(stage: Stage, loop: Loop) -> None:
    stage.configure(organization={"from": "aws"})
    organizations = stage.cloud.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Billing = <b>")

    async def scenario() -> list[Event]:
        async with working(stage.place):
            await tick(TOPOLOGY, DAY)
            await stage.said()
            organizations.move_account(
                AccountId=stage.cloud.endpoint.account,
                SourceParentId=root["Id"],
                DestinationParentId=unit["OrganizationalUnit"]["Id"],
            )
            stage.backfill(DAY, DAY, notify=True)
            return await stage.said()

    (sent,) = of_type(loop(scenario()), DigestSent)
    (body,) = stage.table(ACCOUNT_HISTORY).values()
    stays = AccountHistory.model_validate_json(body).accounts[stage.cloud.endpoint.account]
    mail = stage.cloud.mail(f"X-Daybook-Run: {sent.runid}".encode())
    text = message_from_bytes(mail, _class=EmailMessage, policy=SMTP).get_body(("plain",))
    assert text

    assert (stays[0].ou_path, stays[-1].ou_path) == ("Root", "Root/Billing = <b>")
    assert "In no OU: account" in text.get_content()


def test_limits_can_come_from_aws_budgets_and_a_plan_that_ran_out_is_grey(
    stage: Stage, loop: Loop
) -> None:
    usd = {"Amount": "1000000", "Unit": "USD"}
    over = str(int(datetime(2026, 5, 1, tzinfo=UTC).timestamp()))
    told: dict[str, tuple[str, Any]] = {
        "all": ("Root", {"BudgetLimit": usd}),
        "plan": ("Workloads", {"PlannedBudgetLimits": {over: usd}}),
    }
    for name, (_, limit) in told.items():
        stage.cloud.client("budgets").create_budget(
            AccountId=stage.cloud.endpoint.account,
            Budget={
                "BudgetName": name,
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "TimePeriod": {"Start": datetime(2026, 1, 1, tzinfo=UTC)},
                **limit,
            },
        )
    asked = [{"name": name, "ou": ou} for name, (ou, _) in told.items()]
    stage.configure(budgets=[], aws_budgets=asked)

    async def scenario() -> list[Event]:
        async with working(stage.place):
            await tick(TOPOLOGY, DAY)
            return await stage.said()

    assert loop(scenario())[-1].type == "digest-sent"
    (body,) = stage.table("ou-outlook/").values()
    found = {row.ou_path: row for row in outlook_rows(from_parquet(body))}
    root, workloads = found["Root"], found["Root/Workloads"]
    assert (root.light, root.budget) == ("green", Decimal(1_000_000))
    assert (workloads.light, workloads.budget) == ("grey", None)
    assert workloads.reason == "the plan of the AWS budget plan ended with 2026-05"
