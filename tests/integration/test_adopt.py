"""daybook adopt as a process on an emulator: an archive from before, and its audit."""

import json
from datetime import date, timedelta

import pytest

from daybook.local.provision import Provisioned
from shared.days import days_between
from shared.locations import BREAKDOWNS
from shared.topology import load_topology
from tests.support.cloud import Cloud
from tests.support.commands import daybook
from tests.support.exports import example, seeded
from tests.support.looped import Loop
from tests.support.units.adopted import five, old_day, old_key

FIRST, LAST = date(2026, 4, 27), date(2026, 5, 3)
DAYS = list(days_between(FIRST, LAST))


@pytest.fixture
def old(
    cloud: Cloud, loop: Loop, provisioned: Provisioned, tmp_path_factory: pytest.TempPathFactory
) -> Provisioned:
    """An account whose archive is a week from before Daybook."""
    loop(seeded(example(tmp_path_factory.mktemp("adopt")), provisioned))
    s3 = cloud.client("s3")
    for day in DAYS:
        s3.put_object(Bucket=provisioned.bucket, Key=old_key(day), Body=old_day(day))
    return provisioned


def versions(cloud: Cloud, bucket: str) -> list[tuple[str, str]]:
    listed = cloud.client("s3").list_object_versions(Bucket=bucket, Prefix=BREAKDOWNS)
    return sorted((item["Key"], item["VersionId"]) for item in listed["Versions"])


def ledger(cloud: Cloud, bucket: str) -> int:
    listed = cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix="ledger/")
    return int(listed["KeyCount"])


def test_an_old_archive_is_adopted_and_audited(cloud: Cloud, old: Provisioned) -> None:
    before = versions(cloud, old.bucket)

    tried = daybook("adopt", "--json")
    assert tried.returncode == 0, tried.stderr
    assert ledger(cloud, old.bucket) == 0
    done = daybook("adopt", "--json", "--yes")

    assert json.loads(tried.stdout) | {"written": True, "partitions": 7} == json.loads(done.stdout)
    assert json.loads(done.stdout)["totals"][0]["amortized"] == "11.2"
    assert "read 7 of 7 days" in done.stderr
    assert versions(cloud, old.bucket) == before, "no object was written"
    pages = cloud.client("glue").get_partitions(
        DatabaseName=load_topology().database, TableName="ou_breakdown"
    )["Partitions"]
    assert len(pages) == len(DAYS)
    audited = daybook("audit", "--full", "--json", "--through", LAST)
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert json.loads(audited.stdout)["days"] == len(DAYS)


def test_days_without_net_costs_are_warned_of_where_those_are_shown(
    cloud: Cloud, old: Provisioned
) -> None:
    assert json.loads(daybook("adopt", "--json").stdout)["warning"] is None
    body = b"cost_metric: net_amortized\n"
    cloud.client("s3").put_object(Bucket=old.bucket, Key="config/daybook.yaml", Body=body)

    tried = daybook("adopt")

    assert "These days state no net_amortized cost" in tried.stdout
    assert "Set cost_metric to unblended or amortized" in tried.stdout


def test_a_wrong_object_ends_it_with_2_and_nothing_is_written(
    cloud: Cloud, old: Provisioned
) -> None:
    wrong = old_day(LAST - timedelta(days=1), five())
    cloud.client("s3").put_object(Bucket=old.bucket, Key=old_key(LAST), Body=wrong)

    done = daybook("adopt", "--yes")

    assert done.returncode == 2
    assert f"s3://{old.bucket}/{old_key(LAST)}, BillingDate: holds 2026-05-02" in done.stderr
    assert ledger(cloud, old.bucket) == 0
