"""What the doctor makes of AWS's answers, which no emulator gives."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from daybook.doctor.dashboards import edition
from daybook.doctor.diagnosis import Answer, asked
from daybook.doctor.export import (
    data_export_problems,
    legacy_note,
    legacy_problems,
    legacy_settings,
    report_at,
)
from daybook.doctor.mail import quota, sandbox
from daybook.doctor.permissions import WRITES, judged
from daybook.doctor.storage import clock
from shared.topology import load_topology
from tests.support.units.aio import in_loop

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
LEGACY_REPORT: dict[str, Any] = {
    "RefreshClosedReports": True,
    "TimeUnit": "DAILY",
    "ReportVersioning": "OVERWRITE_REPORT",
    "Format": "Parquet",
    "AdditionalSchemaElements": [],
}


def refusing(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetAccount")


async def raising(error: Exception) -> dict[str, Any]:
    raise error


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (refusing("NoSuchBucket"), True),
        (refusing("AccessDenied"), False),
        (refusing("NotImplemented"), False),
        (refusing("InternalFailure"), False),
        (EndpointConnectionError(endpoint_url="http://x"), False),
    ],
)
@in_loop
async def test_only_not_there_is_an_answer_any_other_error_is_silence(
    error: Exception, gone: bool
) -> None:
    answer = await asked(raising(error))

    assert (answer.gone, bool(answer.silence)) == (gone, not gone)


@pytest.mark.parametrize(
    ("found", "state"),
    [("ENTERPRISE", "fine"), ("ENTERPRISE_AND_Q", "fine"), ("STANDARD", "wrong")],
)
def test_quicksights_standard_edition_refreshes_too_seldom(found: str, state: str) -> None:
    assert edition(Answer({"AccountSettings": {"Edition": found}})).state == state


@pytest.mark.parametrize(
    ("account", "state"),
    [
        ({"ProductionAccessEnabled": True, "SendingEnabled": True}, "fine"),
        ({"ProductionAccessEnabled": False, "SendingEnabled": True}, "wrong"),
        ({"ProductionAccessEnabled": True, "SendingEnabled": False}, "wrong"),
    ],
)
def test_an_account_in_the_sandbox_or_paused_is_wrong(account: dict[str, Any], state: str) -> None:
    said = sandbox(Answer(account))

    assert said.state == state
    assert bool(said.remedy) == (state == "wrong")


@pytest.mark.parametrize(
    ("most", "sent", "state"), [(200, 0, "fine"), (200, 199, "wrong"), (-1, 10**6, "fine")]
)
def test_a_quota_that_is_used_up_is_wrong(most: int, sent: int, state: str) -> None:
    limits = {"SendQuota": {"Max24HourSend": most, "SentLast24Hours": sent}}

    assert quota(Answer(limits), None).state == state


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "fine"), (59, "fine"), (61, "wrong"), (-3600, "wrong")]
)
def test_a_clock_that_is_off_is_wrong(seconds: int, state: str) -> None:
    told = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)

    assert clock({"ResponseMetadata": {"HTTPHeaders": {"date": told}}}, NOW).state == state


def test_a_clock_that_nobody_compares_is_not_known() -> None:
    assert clock({}, NOW).state == "not known here"


def export(*, cadence: str = "SYNCHRONOUS", **options: str) -> dict[str, Any]:
    output = {"Format": "PARQUET", "Compression": "PARQUET", "Overwrite": "OVERWRITE_REPORT"}
    return {
        "RefreshCadence": {"Frequency": cadence},
        "DataQuery": {"TableConfigurations": {"COST_AND_USAGE_REPORT": options}},
        "DestinationConfigurations": {"S3Destination": {"S3OutputConfigurations": output}},
    }


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (export(TIME_GRANULARITY="DAILY", INCLUDE_RESOURCES="FALSE"), ""),
        (export(TIME_GRANULARITY="MONTHLY"), "its lines are of months"),
        (export(INCLUDE_RESOURCES="TRUE"), "a line for each resource"),
        (export(cadence="NEVER"), "it is refreshed NEVER"),
    ],
)
def test_a_data_export_that_cannot_be_relied_on_is_named(
    given: dict[str, Any], problem: str
) -> None:
    found = data_export_problems(given, "cur2")

    assert problem in "; ".join(found)
    assert bool(found) == bool(problem)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"RefreshClosedReports": False}, "closed months are not refreshed"),
        ({"TimeUnit": "MONTHLY"}, "its lines are of months"),
        ({"AdditionalSchemaElements": ["RESOURCES"]}, "a line for each resource"),
    ],
)
def test_a_legacy_report_that_cannot_be_relied_on_is_named(
    change: dict[str, Any], problem: str
) -> None:
    found = legacy_problems(LEGACY_REPORT | change)

    assert problem in "; ".join(found)
    assert bool(found) == bool(problem)


def report(name: str, prefix: str = "cur", bucket: str = "bills") -> dict[str, Any]:
    return LEGACY_REPORT | {"ReportName": name, "S3Prefix": prefix, "S3Bucket": bucket}


@pytest.mark.parametrize(
    ("location", "ours"),
    [
        ("s3://bills/cur/daily", report("daily")),
        ("s3://bills/cur/daily/", report("daily")),
        ("s3://bills/daily", report("daily", prefix="")),
        ("s3://bills/cur/daily-2", report("daily-2")),
        ("s3://bills/cur", None),
        ("s3://bills/cur/hourly", None),
        ("s3://others/cur/daily", None),
    ],
)
def test_the_report_that_is_judged_is_the_one_that_the_configuration_names(
    location: str, ours: dict[str, Any] | None
) -> None:
    """Several lie below one prefix, and one prefix begins as another."""
    monthly = report("monthly") | {"TimeUnit": "MONTHLY"}
    near = [report("daily"), report("daily", prefix=""), report("daily-2")]

    assert report_at(location, [monthly, *near]) == ours


@dataclass(frozen=True)
class Reports:
    """Answers as AWS does with many reports: a page at a time."""

    pages: tuple[list[dict[str, Any]], ...]

    async def describe_report_definitions(self, *, NextToken: str = "0") -> dict[str, Any]:  # noqa: N803
        page = int(NextToken)
        more = {"NextToken": str(page + 1)} if page + 1 < len(self.pages) else {}
        return {"ReportDefinitions": self.pages[page]} | more


@pytest.mark.parametrize(
    ("name", "state"), [("good", "fine"), ("bad", "wrong"), ("gone", "not known here")]
)
@in_loop
async def test_the_report_is_found_on_a_later_page_and_none_is_nobodys_fault(
    name: str, state: str
) -> None:
    others = [report(f"other-{n}") | {"TimeUnit": "MONTHLY"} for n in range(5)]
    cur = Reports((others, [report("good"), report("bad") | {"TimeUnit": "MONTHLY"}]))

    assert (await legacy_settings(cur, f"s3://bills/cur/{name}")).state == state


def test_a_legacy_report_that_keeps_every_version_is_fine_and_said_to_cost_something() -> None:
    every_version = LEGACY_REPORT | {"ReportVersioning": "CREATE_NEW_REPORT"}

    assert legacy_problems(every_version) == []
    assert "keeps every version" in legacy_note(every_version)
    assert legacy_note(LEGACY_REPORT) == ""


@pytest.mark.parametrize(
    ("decision", "state"),
    [("allowed", "fine"), ("implicitDeny", "wrong"), ("explicitDeny", "wrong")],
)
def test_a_role_that_may_not_is_named_with_what_it_may_not(decision: str, state: str) -> None:
    answer = Answer({"EvaluationResults": [{"EvalDecision": decision}]})
    said = judged("role of query", "s3:PutObject", "arn:aws:s3:::b/staging/x", answer)

    assert said.state == state
    assert ("s3:PutObject on arn:aws:s3:::b/staging/x" in said.found) == (state == "wrong")


def test_what_roles_are_asked_for_is_of_workers_that_there_are() -> None:
    assert set(WRITES) <= set(load_topology().workers)
