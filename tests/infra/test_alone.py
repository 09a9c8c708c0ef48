"""What can be said of `infra/` without an AWS, while the apply of the others waits."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.infra.terraform import INFRA, Terraform

SOURCES = sorted(INFRA.rglob("*.tf"))


def test_every_file_is_formatted(terraform: Terraform) -> None:
    # The copy, for there the tool writes nothing beside the sources.
    done = terraform.run("fmt", "-check", "-recursive", "-no-color", fine=(0, 3))

    assert done.stdout.split() == []


def test_the_configuration_is_valid(terraform: Terraform) -> None:
    assert "Success" in terraform.run("validate", "-no-color").stdout


def test_terraforms_own_tests_pass(terraform: Terraform) -> None:
    said = terraform.run("test", "-no-color").stdout

    assert re.search(r"Success! [1-9]\d* passed, 0 failed", said), said


def test_every_variable_is_described_and_in_the_readme() -> None:
    text = (INFRA / "variables.tf").read_text(encoding="utf-8")
    blocks = re.split(r'^variable "', text, flags=re.MULTILINE)[1:]
    readme = (INFRA / "README.md").read_text(encoding="utf-8")

    for block in blocks:
        name = block.partition('"')[0]
        assert "description" in block, name
        assert f"| `{name}` |" in readme, name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(INFRA)))
def test_no_name_of_the_topology_is_written_a_second_time(source: Path) -> None:
    """Queues, topics, schedules, events and tables are topology.json's to name."""
    # What an alarm tells people to type is for people.
    text = source.read_text(encoding="utf-8").replace("daybook publish day-ready", "")
    forbidden = [
        "daybook-events",
        'daybook-alarms"',
        "daybook-daily",
        "daybook-tick-request",
        "cron(0 7",
        "day-ready",
        "period-",
        "finops_db",
    ]

    assert [word for word in forbidden if word in text] == []


def test_every_exception_from_checkov_is_argued() -> None:
    text = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES)
    exceptions = re.findall(r"checkov:skip=(.*)", text)

    assert exceptions
    assert all(re.fullmatch(r"CKV2?_AWS_\d+:[A-Z].{15,}\.", reason) for reason in exceptions)


def test_nothing_of_terraforms_is_kept_that_names_a_registry() -> None:
    """The lock names the registry's host; the exact version in versions.tf stands in for it."""
    kept = subprocess.run(
        ["git", "ls-files", str(INFRA)], cwd=INFRA, capture_output=True, text=True, check=True
    ).stdout.split()

    assert not [name for name in kept if name.endswith((".lock.hcl", ".tfstate"))]
    assert 'version = "5.100.0"' in (INFRA / "versions.tf").read_text(encoding="utf-8")
