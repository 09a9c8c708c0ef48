"""What docs/deploy.md has in daybook.yaml is what infra/README.md has in terraform.tfvars."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.config import Config

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = (ROOT / "infra" / "variables.tf").read_text(encoding="utf-8")
ALLOWED_BY: dict[str, Callable[[dict[str, Any]], bool]] = {
    "read_organization": lambda asked: asked.get("organization", {}).get("from") == "aws",
    "engine": lambda asked: asked.get("engine") == "athena",
    "compare": lambda asked: "compare" in asked,
    "read_budgets": lambda asked: "aws_budgets" in asked,
    "quicksight": lambda asked: "quicksight" in asked,
    "webhooks": lambda asked: "chat" in asked,
}
"""Variables without which a worker may not do what daybook.yaml asks for."""


def _block(page: str, opening: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.search(rf"^( *)```{opening}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return re.sub(rf"^{found[1]}", "", found[2], flags=re.MULTILINE)


ASKED: dict[str, Any] = yaml.safe_load(_block("docs/deploy.md", "yaml"))
TFVARS = _block("infra/README.md", "(?=\n *archive_bucket)")


def test_the_sample_is_a_configuration() -> None:
    assert Config.model_validate(ASKED).source.format == "cur2"


@pytest.mark.parametrize("variable", ALLOWED_BY)
def test_what_the_sample_asks_for_is_allowed(variable: str) -> None:
    set_there = re.search(rf"^{variable} +=", TFVARS, re.MULTILINE) is not None

    assert f'variable "{variable}"' in VARIABLES
    assert set_there is ALLOWED_BY[variable](ASKED)


def test_both_name_one_sender_and_the_bucket_of_the_export() -> None:
    sender = re.search(r'^sender += "(.+)"$', TFVARS, re.MULTILINE)
    bucket = re.search(r'^export += \{ bucket = "(.+)" \}$', TFVARS, re.MULTILINE)

    assert sender
    assert bucket
    assert sender[1] == ASKED["digest"]["sender"]
    assert ASKED["source"]["location"].startswith(f"s3://{bucket[1]}/daybook/")
