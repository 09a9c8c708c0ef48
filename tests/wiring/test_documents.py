"""Documents say what the code does: the README's table, the reference, the links."""

import json
import re
import tomllib
from itertools import chain
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import ParamValidator

from daybook.reference import documents
from services.query.sources import SOURCES
from shared.topology import load_topology

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    path for path in ROOT.rglob("*.md") if not {".venv", "out"} & set(path.relative_to(ROOT).parts)
)

ROLE = ROOT / "infra" / "modules" / "worker" / "role.tf"
SHARED = {"list_archive": "s3:ListBucket", "ring": "sns:Publish"}
KEYS = {"kms:Decrypt", "kms:GenerateDataKey"}


def test_the_readme_lists_the_workers_as_the_topology_does() -> None:
    rows = re.findall(
        r"^\| (\w+) \| (.+?) \| (.+?) \| (.+?) \| `(services/\w+)` \|$", README, re.MULTILINE
    )

    listed = {
        name: (set(re.findall(r"`([\w-]+)`", hears)), does, set(re.findall(r"`([\w-]+)`", says)))
        for name, hears, does, says, _ in rows
    }

    assert listed == {
        name: (set(worker.hears), worker.does, set(worker.says))
        for name, worker in load_topology().workers.items()
    }


@pytest.mark.parametrize("worker", load_topology().workers)
def test_a_workers_readme_names_the_permissions_that_terraform_gives_it(worker: str) -> None:
    readme = (ROOT / "services" / worker / "README.md").read_text(encoding="utf-8")
    permissions = (ROOT / "infra" / "permissions.tf").read_text(encoding="utf-8")
    own = re.search(
        rf"^    {worker} += (.*?)(?=^    \w+ += |\Z)", permissions, re.MULTILINE | re.DOTALL
    )
    common = re.search(
        r"common = \[(.*?)^  \]", ROLE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )

    assert own
    assert common
    granted = set(re.findall(r'"([a-z0-9-]+:(?!FromAddress)[A-Z]\w+)"', own[1] + common[1]))
    granted |= {action for name, action in SHARED.items() if f"local.{name}" in own[1]}
    named = set(re.findall(r"\b[a-z0-9-]+:[A-Z]\w+", readme[readme.index("\nPermissions ") :]))

    # Every role may use Daybook's own keys; a key of somebody else's is a permission of its own.
    assert named - KEYS == granted - KEYS


@pytest.mark.parametrize(("name", "text"), list(documents()), ids=lambda value: str(value)[:40])
def test_a_reference_document_is_what_the_code_says(name: str, text: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")

    assert written == text, "run `make reference`"


def test_no_reference_document_is_left_over() -> None:
    folder = ROOT / "docs" / "reference"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert there == {name for name, _ in documents()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_in_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    paths = re.findall(r"`((?:services|shared|daybook|infra|docs|tests)/[\w./-]+)`", text)

    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists()]

    assert missing == []


def test_the_export_to_ask_for_has_the_columns_that_are_read_and_aws_knows_its_form() -> None:
    asked = json.loads((ROOT / "infra" / "cost-export.json").read_text(encoding="utf-8"))
    columns = re.fullmatch(
        r"SELECT (.+) FROM COST_AND_USAGE_REPORT", asked["DataQuery"]["QueryStatement"]
    )
    model = botocore.session.get_session().get_service_model("bcm-data-exports")
    shape = model.operation_model("CreateExport").input_shape

    source = SOURCES["cur2"]
    assert columns
    assert set(columns[1].split(", ")) == {*source.period, *(c.name for c in source.columns)}
    assert not ParamValidator().validate({"Export": asked}, shape).has_errors()


def test_the_deployments_page_asks_for_every_workers_service() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    asked = re.search(r"describe-services --cluster daybook --services ([\w ]+) --query", page)

    assert asked
    assert asked[1].split() == list(load_topology().workers)


def test_every_locked_dependency_is_an_exact_version() -> None:
    lines = (ROOT / "requirements.lock").read_text().split()

    assert lines
    assert all(re.fullmatch(r"[\w.-]+==[\w.+-]+", line) for line in lines)


def test_every_dependency_is_locked_and_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]
    locked = {
        normal(line.partition("==")[0]) for line in (ROOT / "requirements.lock").read_text().split()
    }

    for requirement in wanted:
        name = normal(re.split(r"[\[<>=]", requirement)[0])
        if name != "daybook":
            assert name in locked
            assert re.search(rf'"{re.escape(requirement)}",\s*# \w+', text), requirement


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
