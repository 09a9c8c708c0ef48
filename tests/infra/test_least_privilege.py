"""No worker may do what it never does, and each may do all that it does.

The flow (`test_flow.py`) ran with IAM enforced, each worker under its own role. Here the roles'
policies are compared with every call of the fault harness, both ways. What the emulator does not
enforce (SES, KMS, QuickSight, AWS Organizations) is decided on the documents, by
`tests/support/infra/policies.py`; what it does, `test_denied.py` tries.
"""

from pathlib import Path

import pytest

from services.query.organizations import Organizations
from shared.aws import clients
from shared.topology import load_topology
from tests.support.infra.calls import ARCHIVE, OWN, Need, needs
from tests.support.infra.flow import Applied, Flow
from tests.support.infra.policies import Planned, Statement, decide, matches
from tests.support.infra.terraform import EXPORT
from tests.support.looped import looped
from tests.support.organizations import StubOrganizations, serving

ROOT = Path(__file__).resolve().parents[2]
WORKERS = sorted(load_topology().workers)
CONTEXT = {"ses:FromAddress": "daybook@example.com"}
BUDGETS = "arn:aws:budgets::123456789012:budget/"
"""DescribeBudgets is allowed as ViewBudget, of each budget (Service Authorization Reference)."""
GET, PUT, LOCATE = "s3:GetObject", "s3:PutObject", "s3:GetBucketLocation"
READ_TABLE = ("glue:GetDatabase", "glue:GetTable")
SCAN_TABLE = ("glue:CreateTable", "glue:DeleteTable", *READ_TABLE)
COUNT = tuple(
    f"athena:{what}" for what in ("StartQueryExecution", "GetQueryExecution", "GetQueryResults")
)
ELSEWHERE: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    **{
        (worker, f"arn:aws:s3:::{ARCHIVE}/ledger/budgets/*"): (
            "tests/unit/test_budget_source.py",
            (action,),
        )
        for worker, action in (("query", PUT), ("forecaster", GET))
    },
    ("notifier", f"arn:aws:s3:::{ARCHIVE}/csv/*"): (
        "tests/unit/test_notifier_attachment.py",
        (PUT,),
    ),
    ("query", f"arn:aws:sns:{OWN}:daybook-alarms"): (
        "tests/unit/test_query_months.py",
        ("sns:Publish",),
    ),
    **{
        ("query", f"arn:aws:glue:{OWN}:{part}"): ("tests/integration/test_athena.py", SCAN_TABLE)
        for part in ("catalog", "database/finops_db", "table/finops_db/daybook_export_*")
    },
    ("query", f"arn:aws:s3:::{ARCHIVE}"): ("tests/integration/test_athena.py", (LOCATE,)),
    **{
        ("auditor", f"arn:aws:sqs:{OWN}:{queue}"): (
            "tests/integration/test_audit.py",
            ("sqs:GetQueueAttributes",),
        )
        for queue in (
            *(f"daybook-{worker}-undelivered-dlq" for worker in WORKERS),
            "daybook-schedule-dlq",
        )
    },
    **{
        ("auditor", resource): ("tests/unit/test_auditor_athena.py", actions)
        for resource, actions in (
            (f"arn:aws:athena:{OWN}:workgroup/daybook", COUNT),
            (f"arn:aws:s3:::{ARCHIVE}", (LOCATE,)),
            (f"arn:aws:s3:::{ARCHIVE}/staging/athena/*", (PUT,)),
            (f"arn:aws:glue:{OWN}:catalog", READ_TABLE),
            (f"arn:aws:glue:{OWN}:database/finops_db", READ_TABLE),
            *(
                (f"arn:aws:glue:{OWN}:table/finops_db/{t}", READ_TABLE)
                for t in load_topology().tables
            ),
        )
    },
    ("query", EXPORT): (
        "tests/unit/test_query_executions.py",
        ("bcm-data-exports:ListExecutions",),
    ),
    ("archiver", "*"): (
        "tests/integration/test_cost_explorer.py",
        ("ce:GetCostAndUsage", "invoicing:ListInvoiceSummaries"),
    ),
    ("archiver", f"arn:aws:s3:::{ARCHIVE}/ledger/cost-checks/*"): (
        "tests/integration/test_cost_explorer.py",
        (PUT,),
    ),
    # A backfill that waits while the export is being replaced.
    ("query", f"arn:aws:sqs:{OWN}:daybook-query-backfill"): (
        "tests/unit/test_query_snapshot.py",
        ("sqs:SendMessage",),
    ),
    # What a day that was adopted costs in, and its checksum.
    ("forecaster", f"arn:aws:s3:::{ARCHIVE}/ledger/days/*"): (
        "tests/integration/test_adopt.py",
        (GET,),
    ),
    # To name what differs, when a step does not add up to the export.
    **{
        (worker, f"arn:aws:s3:::{ARCHIVE}/staging/*"): (
            "tests/unit/test_reconciled_steps.py",
            (GET,),
        )
        for worker in ("forecaster", "notifier")
    },
}
"""Places that the harness's tiny export never leads to, the tests that do, and the actions."""


@pytest.fixture(scope="session")
def granted(applied: Applied) -> dict[str, list[Statement]]:
    """Return what each role is granted, with the keys' ARNs under their short names."""
    plan = Planned.of(applied.second_plan)
    keys = {
        values["arn"]: "data" if "data" in address else "messages"
        for address, values in plan.of_type("aws_kms_key").items()
    }
    policies = plan.worker_policies()
    text = {w: [_renamed(s, keys) for s in known] for w, known in policies.items()}
    assert sorted(text) == WORKERS
    return text


def _renamed(statement: Statement, keys: dict[str, str]) -> Statement:
    resources = tuple(keys.get(resource, resource) for resource in statement.resources)
    return Statement(**{**statement.__dict__, "resources": resources})


@pytest.fixture(scope="session")
def needed() -> set[Need]:
    """Return what the workers ask for in the fault harness, of Organizations and of Budgets."""
    seen = needs() | {Need("query", f"organizations:{name}", "*") for name in _organizations()}
    return seen | {Need("query", "budgets:ViewBudget", f"{BUDGETS}prod")}


def _organizations() -> set[str]:
    """Return what the query worker asks of AWS Organizations where accounts have no paths."""
    stub = StubOrganizations(paths=False)
    stub.account("shop", stub.unit("Prod"))
    with serving(stub) as url, looped() as loop, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", url)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        (client,) = loop.enter(clients("organizations"))
        loop(Organizations(client).places())
    return set(stub.calls)


def test_nothing_is_missing(granted: dict[str, list[Statement]], needed: set[Need]) -> None:
    missing = [
        need
        for need in sorted(needed)
        if decide(granted[need.worker], need.action, need.resource, CONTEXT) != "Allow"
    ]

    assert missing == []
    assert {need.worker for need in needed} == set(WORKERS)


@pytest.mark.parametrize("worker", WORKERS)
def test_nothing_is_granted_that_is_not_used(
    granted: dict[str, list[Statement]], needed: set[Need], worker: str
) -> None:
    used = [need for need in needed if need.worker == worker]
    unused = [
        (action, resource)
        for statement in granted[worker]
        for action in statement.actions
        for resource in statement.resources
        if not _used(used, action, resource) and not _elsewhere(worker, action, resource)
    ]

    assert unused == []


def _elsewhere(worker: str, action: str, resource: str) -> bool:
    _, actions = ELSEWHERE.get((worker, resource), ("", ()))
    return action in actions


def _used(used: list[Need], action: str, resource: str) -> bool:
    return any(need.action == action and matches(resource, need.resource) for need in used)


@pytest.mark.parametrize(("place", "reached"), ELSEWHERE.items(), ids=lambda v: str(v)[-40:])
def test_what_the_harness_does_not_reach_is_reached_by_another_test(
    granted: dict[str, list[Statement]],
    needed: set[Need],
    place: tuple[str, str],
    reached: tuple[str, tuple[str, ...]],
) -> None:
    (worker, resource), (test, actions) = place, reached

    there = {a for s in granted[worker] if resource in s.resources for a in s.actions}
    assert set(actions) <= there
    assert not any(
        n.worker == worker and n.action == PUT and PUT in actions and matches(resource, n.resource)
        for n in needed
    )
    assert (ROOT / test).exists()


def test_the_flow_used_the_roles(applied: Applied, flow: Flow) -> None:
    """The calls of the run were the roles', not the account's: the emulator recorded by whom."""
    assert flow.sightings
    for worker, keys in applied.credentials.items():
        seen = applied.client("cloudtrail").lookup_events(
            LookupAttributes=[
                {"AttributeKey": "AccessKeyId", "AttributeValue": keys["AccessKeyId"]},
                {"AttributeKey": "EventName", "AttributeValue": "DeleteMessage"},
            ]
        )
        assert seen["Events"], worker


ON_PAPER = {
    "sends mail": (
        "ses:SendRawEmail",
        "arn:aws:ses:us-east-1:123456789012:identity/example.com",
        {"notifier"},
    ),
    "sends mail as somebody else": (
        "ses:SendRawEmail",
        "arn:aws:ses:us-east-1:123456789012:identity/example.org",
        set(),
    ),
    "refreshes a data set": (
        "quicksight:CreateIngestion",
        "arn:aws:quicksight:us-east-1:123456789012:dataset/daybook-ou-breakdown/ingestion/x",
        {"catalog"},
    ),
    "deletes a data set": (
        "quicksight:DeleteDataSet",
        "arn:aws:quicksight:us-east-1:123456789012:dataset/daybook-ou-breakdown",
        set(),
    ),
    "encrypts objects": (
        "kms:GenerateDataKey",
        "data",
        {"query", "archiver", "forecaster", "catalog", "notifier", "auditor"},
    ),
    "destroys the key": ("kms:ScheduleKeyDeletion", "data", set()),
    "looks at the organization": ("organizations:ListAccounts", "*", {"query"}),
    "changes the organization": ("organizations:MoveAccount", "*", set()),
    "reads a budget": ("budgets:ViewBudget", f"{BUDGETS}prod", {"query"}),
    "changes a budget": ("budgets:ModifyBudget", f"{BUDGETS}prod", set()),
    "runs queries": (
        "athena:StartQueryExecution",
        "arn:aws:athena:us-east-1:123456789012:workgroup/daybook",
        {"query", "auditor"},
    ),
    "drops a table of the archive": (
        "glue:DeleteTable",
        "arn:aws:glue:us-east-1:123456789012:table/finops_db/ou_outlook",
        set(),
    ),
    "makes a table of the archive": (
        "glue:CreateTable",
        "arn:aws:glue:us-east-1:123456789012:table/finops_db/ou_breakdown",
        set(),
    ),
    "starts tasks": ("ecs:RunTask", "*", set()),
    "passes roles": ("iam:PassRole", "*", set()),
}


@pytest.mark.parametrize("what", ON_PAPER)
@pytest.mark.parametrize("worker", WORKERS)
def test_what_the_emulator_does_not_enforce_is_denied_by_the_documents(
    granted: dict[str, list[Statement]], worker: str, what: str
) -> None:
    action, resource, allowed = ON_PAPER[what]

    decided = decide(granted[worker], action, resource, CONTEXT)

    assert decided == ("Allow" if worker in allowed else "Deny")


def test_the_digest_comes_from_its_own_address_only(granted: dict[str, list[Statement]]) -> None:
    identity = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
    other = {"ses:FromAddress": "boss@example.com"}

    assert decide(granted["notifier"], "ses:SendRawEmail", identity, other) == "Deny"
