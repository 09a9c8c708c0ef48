"""docker-compose.yml agrees with the topology, with the Dockerfile and with what an SDK does.

Its services run without Docker in `tests/localstack`.
"""

import re
import tomllib
from pathlib import Path

import boto3
import pytest

from daybook.bucket import CONFIG_KEY
from daybook.local.endpoint import Endpoint
from daybook.local.provision import Provisioned
from daybook.local.workers import worker_environment
from shared.topology import load_topology
from tests.support.compose import compose, service
from tests.support.embedded import without_stray_settings
from tests.support.lab import BESIDE
from tests.support.localstack import VERSION

ROOT = Path(__file__).resolve().parents[2]
TOPOLOGY = load_topology()
WORKERS = sorted(TOPOLOGY.workers)
SERVICES = compose({})["services"]
BUILT = {name: told for name, told in SERVICES.items() if "build" in told}
ACCOUNT = "000000000000"
URL = f"http://localstack:4566/{ACCOUNT}/"
ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:"


def test_every_worker_is_a_service_and_is_built_as_such() -> None:
    built = {told["build"]["args"]["SERVICE"]: name for name, told in BUILT.items()}

    assert {worker: built[worker] for worker in WORKERS} == {worker: worker for worker in WORKERS}
    assert set(SERVICES) - set(WORKERS) == {
        "localstack",
        "glue",
        "quicksight",
        "topology",
        "daybook",
    }


@pytest.mark.parametrize("worker", WORKERS)
def test_a_workers_environment_is_what_the_local_stack_gives_it(worker: str) -> None:
    made = Provisioned(
        ACCOUNT,
        ARN + TOPOLOGY.events_topic,
        ARN + TOPOLOGY.alarms_topic,
        {name: URL + TOPOLOGY.queue(name) for name in WORKERS},
        {
            name: URL + TOPOLOGY.backfill_queue(name)
            for name, worker in TOPOLOGY.workers.items()
            if worker.backfills
        },
        {},
        TOPOLOGY.archive_bucket.name,
    )
    expected = worker_environment(TOPOLOGY, Endpoint("", ""), made, CONFIG_KEY)[worker]

    assert daybooks(service(worker).environment) == daybooks(expected)


def daybooks(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("DAYBOOK_")}


def test_buckets_are_asked_for_by_path_for_their_hosts_have_no_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text(compose()["configs"]["aws"]["content"])
    without_stray_settings(monkeypatch)
    for name, value in service("query").environment.items():
        monkeypatch.setenv(name, value.replace("/aws-config", str(config)))

    s3 = boto3.session.Session().client("s3")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    s3.close()

    assert url.startswith("http://localstack:4566/bucket/key?")


def test_localstack_is_the_version_that_is_tested_unless_another_is_asked_for() -> None:
    other = compose({"LOCALSTACK_IMAGE": "localstack/localstack:x", "LOCALSTACK_AUTH_TOKEN": "t"})

    assert SERVICES["localstack"]["image"] == f"localstack/localstack:{VERSION}"
    assert not SERVICES["localstack"]["environment"]["LOCALSTACK_AUTH_TOKEN"]
    assert other["services"]["localstack"]["image"] == "localstack/localstack:x"
    assert other["services"]["localstack"]["environment"]["LOCALSTACK_AUTH_TOKEN"] == "t"
    assert f"localstack-core[runtime]=={VERSION}" in (ROOT / "scripts/localstack").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("name", BUILT)
def test_a_container_may_write_to_tmp_only_and_has_no_privileges(name: str) -> None:
    told = SERVICES[name]

    assert told["read_only"] is True
    assert told["tmpfs"] == ["/tmp"]  # noqa: S108 - of the container
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "user"} & set(told)


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for told in SERVICES.values() for port in told.get("ports", [])]

    assert ports
    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in ports)


def test_workers_wait_for_the_topology_and_that_for_its_emulators() -> None:
    for worker in WORKERS:
        needs = SERVICES[worker]["depends_on"]
        assert needs == {"topology": {"condition": "service_completed_successfully"}}
    assert set(SERVICES["topology"]["depends_on"]) == {"localstack", *BESIDE}


def test_what_is_built_is_a_stage_of_the_dockerfile_and_an_extra_of_the_project() -> None:
    stages = re.findall(
        r"^FROM .+ AS (\w+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    for told in BUILT.values():
        assert told["build"].get("target", stages[0]) in stages
        assert told["build"]["args"]["SERVICE"] in extras["optional-dependencies"]
