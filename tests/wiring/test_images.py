"""A service's image: what the Dockerfile puts into it is all that the service needs.

No container is built here: the file is read, and each service is started with nothing but the
packages that its image installs.
"""

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shared.topology import load_topology
from tests.support.images import image, wanted

ROOT = Path(__file__).resolve().parents[2]
WORKERS = sorted(load_topology().workers)
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DISTRIBUTIONS = packages_distributions()
STARTED = """
import importlib, pkgutil, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if {name, name.partition(".")[0]} & ABSENT:
            raise ModuleNotFoundError(f"the image has no {name}")
ABSENT = set(sys.argv[2].split(","))
sys.meta_path.insert(0, Absent())
service = importlib.import_module(f"services.{sys.argv[1]}")
importlib.import_module(f"services.{sys.argv[1]}.__main__")
for module in pkgutil.walk_packages(service.__path__, service.__name__ + "."):
    importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("worker", WORKERS)
def test_a_service_starts_with_what_its_image_has_and_not_without(worker: str) -> None:
    """Every module of any other distribution is absent, also for what is imported when needed."""
    absent = {
        module
        for module, names in DISTRIBUTIONS.items()
        if not {canonicalize_name(name) for name in names} & image(worker)
    } | {"daybook", *(f"services.{other}" for other in WORKERS if other != worker)}

    started = subprocess.run(
        [sys.executable, "-c", STARTED, worker, ",".join(sorted(absent))],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert not started.returncode, started.stderr
    asked_for = {canonicalize_name(Requirement(text).name) for text in wanted(worker)}
    used = {
        canonicalize_name(name)
        for module in started.stdout.split()
        for name in DISTRIBUTIONS.get(module, ())
    }
    assert asked_for <= used, "an image carries no more than its service imports"


def test_no_image_carries_what_only_a_developer_needs() -> None:
    for worker in WORKERS:
        assert image(worker).isdisjoint(
            {"ministack", "pytest", "mypy", "typer", "rich", "hypothesis", "moto", "daybook"}
        )


def test_only_who_queries_carries_an_engine() -> None:
    assert {w for w in WORKERS if "duckdb" in image(w)} == {"query", "auditor"}


def test_every_package_of_an_image_is_pinned() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lock}

    for worker in WORKERS:
        assert image(worker) <= pinned


def test_the_base_is_one_exact_version_of_what_the_project_supports() -> None:
    (base,) = re.findall(r"^ARG PYTHON=(\S+)$", DOCKERFILE, re.MULTILINE)

    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)
    assert [each.split()[0] for each in instructions("FROM")] == ["${PYTHON}"] * 4
    assert f">={base[7:11]}" == PROJECT["requires-python"]


def test_the_commands_image_starts_it_with_what_it_installs() -> None:
    """Beside the workers' packages there are those of the command, and none of a developer's."""
    names = {canonicalize_name(Requirement(text).name) for text in wanted("local")}

    assert {"ministack", "typer", "rich", "duckdb"} <= names
    assert "daybook" not in names
    assert image("local").isdisjoint({"pytest", "mypy", "hypothesis", "ruff"})
    stage = DOCKERFILE.partition("AS command")[2].partition("FROM ")[0]
    assert re.findall(r"^COPY +(?!--from)(.+) \S+$", stage, re.MULTILINE) == [
        "shared", "services", "daybook", "infra/topology.json", "infra/quicksight",
    ]  # fmt: skip
    assert "USER 10001:10001" in stage


def test_the_last_stage_has_one_service_and_does_not_run_as_root() -> None:
    code, last = stages()[-2:]

    assert re.findall(r"^COPY +(.+)$", code, re.MULTILINE) == [
        "shared shared",
        "services/__init__.py services/",
        "services/${SERVICE} services/${SERVICE}",
    ]
    assert re.findall(r"^COPY +(.+)$", last, re.MULTILINE) == [
        "--from=build /installed /usr/local",
        "--from=code /app /app",
    ]
    assert re.findall(r"^USER +(.+)$", last, re.MULTILINE) == ["10001:10001"]
    assert "RUN" not in last
    assert last.index("USER") < last.index("ENTRYPOINT")


def test_the_one_place_that_can_be_written_to_is_everybodys_on_fargate_too() -> None:
    """An empty volume is root's, unless the image has one at the very same place."""
    service = (ROOT / "infra/modules/worker/service.tf").read_text("utf-8")
    last = stages()[-1]

    assert re.findall(r'containerPath = "([^"]+)"', service) == ["/tmp"]  # noqa: S108
    assert re.findall(r"^VOLUME +(.+)$", last, re.MULTILINE) == ['["/tmp"]']
    assert last.index("VOLUME") < last.index("USER")


def test_a_worker_finds_bytecode_of_all_that_it_imports() -> None:
    """Its files are read-only: without, every start compiles everything anew."""
    build, _, code, last = stages()
    compiled = "python -m compileall -q --invalidation-mode unchecked-hash"

    assert f"{compiled} /installed" in build
    assert f"{compiled} /app" in code
    assert code.index("COPY services/${SERVICE}") < code.index(compiled)
    assert "PYTHONDONTWRITEBYTECODE=1" in last


def stages() -> list[str]:
    return DOCKERFILE.split("\nFROM ")[1:]


def test_the_health_check_reads_the_file_that_the_worker_writes() -> None:
    (check,) = instructions("HEALTHCHECK")
    (file,) = re.findall(r"DAYBOOK_HEALTH_FILE=(\S+)", DOCKERFILE)

    assert check.endswith(f'CMD ["python", "-m", "shared.health", "{file}"]')
    assert file.startswith("/tmp/")  # noqa: S108 - the one place that can be written to


def test_what_is_copied_is_in_the_context_and_hardly_more() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]

    assert rules[0] == "*"
    sources = [
        s for line in instructions("COPY") if "--from" not in line for s in line.split()[:-1]
    ]
    for source in sources:
        assert any(fnmatch(source, f"{rule}*") for rule in allowed), source
        assert (ROOT / source.replace("${SERVICE}", "query")).exists()
