"""docs/recovery.md, command by command, on a stack that has nothing but an export.

And the auditor as a process, which has what was damaged mended.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from daybook.example import ExampleExport, write_example
from shared.locations import BREAKDOWNS, breakdown_key, day_record_key
from shared.parquet import from_parquet
from tests.support.commands import Up, daybook, up
from tests.support.exports import unblended_total
from tests.support.waiting import eventually

PAGE = Path(__file__).resolve().parents[2] / "docs" / "recovery.md"
HEAL_SECONDS = 120
DAYS = 20


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("lost"), date(2026, 6, 18), DAYS)


@pytest.fixture(scope="module")
def stack(example: ExampleExport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A new account: the topology, the configuration and the export; nobody ever ran there."""
    given = ["--source", example.source, "--organization", example.organization]
    log = tmp_path_factory.mktemp("up") / "stderr.log"
    with up(*given, log=log) as running:
        with closing(running.client("sns")) as sns:
            sns.subscribe(
                TopicArn=running.access["alarms_topic"],
                Protocol="email",
                Endpoint="ops@example.com",
            )
        yield running


def commands() -> list[list[str]]:
    """Return the page's commands in their order."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [re.findall(r'"[^"]*"|\S+', line)[1:] for line in lines if line.startswith("daybook ")]


@pytest.fixture(scope="module")
def rebuilt(stack: Up) -> dict[str, str]:
    """Run the page; returns what each command printed, by its first word."""
    printed = {}
    for arguments in commands():
        done = daybook(*(text.strip('"') for text in arguments), **stack.environment)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        printed[arguments[0]] = done.stdout
    return printed


def test_the_page_leads_from_an_export_to_a_clean_audit(rebuilt: dict[str, str]) -> None:
    assert list(rebuilt) == ["doctor", "replay", "audit", "status", "report"]
    assert rebuilt["audit"].rstrip().endswith("nothing found.")


def test_what_is_rebuilt_adds_up_to_the_export(
    stack: Up, example: ExampleExport, rebuilt: dict[str, str]
) -> None:
    assert rebuilt
    with closing(stack.client("s3")) as s3:
        bucket = stack.access["bucket"]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=BREAKDOWNS)["Contents"]
        bodies = [s3.get_object(Bucket=bucket, Key=i["Key"])["Body"].read() for i in listed]
    amounts = [from_parquet(body)["UnblendedCost"].to_pylist() for body in bodies]

    assert sum((sum(part, Decimal(0)) for part in amounts), Decimal(0)) == unblended_total(
        example.source
    )


def test_the_auditor_finds_damage_and_has_it_mended(stack: Up, rebuilt: dict[str, str]) -> None:
    """By the event that the clock says; the repair goes through all workers."""
    assert rebuilt
    day = date(2026, 6, 10)
    with closing(stack.client("s3")) as s3:
        s3.delete_object(Bucket=stack.access["bucket"], Key=breakdown_key(day))
        other = day + timedelta(days=1)
        s3.delete_object(Bucket=stack.access["bucket"], Key=day_record_key(other))
    found = audit(stack)
    assert found == {("object-gone", str(day)), ("ledger-gone", str(other))}

    with closing(stack.client("sns")) as sns:
        asked = {
            "specversion": "1.0", "id": "by-the-clock", "source": "test",
            "type": "audit-requested", "time": "2026-06-20T15:30:00Z", "data": {"full": True},
        }  # fmt: skip
        sns.publish(TopicArn=stack.access["events_topic"], Message=json.dumps(asked))

    eventually(lambda: audit(stack) == set(), within=HEAL_SECONDS, what="the archive is whole")


def audit(stack: Up) -> set[tuple[str, str]]:
    """Return kinds and days of what an audit finds through the last day that was rebuilt."""
    done = daybook("audit", "--json", "--through", "2026-06-17", **stack.environment)
    found = json.loads(done.stdout)
    assert done.returncode == (1 if found["findings"] else 0)
    return {(each["kind"], each["day"]) for each in found["findings"]}
