"""What the topology becomes in S3, Glue and QuickSight."""

from typing import Any

import pytest

from daybook.local.provision import Provisioned
from shared.breakdown import ARCHIVED
from shared.outlook import SCHEMA
from shared.topology import load_topology
from tests.support.cloud import Cloud

TOPOLOGY = load_topology()
ARROW = {
    "date": "date32[day]",
    "string": "string",
    "double": "double",
    "int": "int32",
    "decimal(38,12)": "decimal128(38, 12)",
}


def table_of(cloud: Cloud, name: str) -> dict[str, Any]:
    answer = cloud.client("glue").get_table(DatabaseName=TOPOLOGY.database, Name=name)
    return dict(answer["Table"])


def test_the_bucket_keeps_every_version(cloud: Cloud, provisioned: Provisioned) -> None:
    versioning = cloud.client("s3").get_bucket_versioning(Bucket=provisioned.bucket)

    assert provisioned.bucket == TOPOLOGY.archive_bucket.name
    assert versioning["Status"] == "Enabled"


def test_the_bucket_is_closed_to_the_public(cloud: Cloud, provisioned: Provisioned) -> None:
    answer = cloud.client("s3").get_public_access_block(Bucket=provisioned.bucket)

    assert answer["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }


def test_only_what_the_topology_says_expires_with_its_old_versions(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    answer = cloud.client("s3").get_bucket_lifecycle_configuration(Bucket=provisioned.bucket)
    rules = {rule["Filter"]["Prefix"]: rule for rule in answer["Rules"]}

    assert rules.keys() == TOPOLOGY.archive_bucket.expire_days.keys()
    assert "staging/" in rules
    for prefix, days in TOPOLOGY.archive_bucket.expire_days.items():
        assert rules[prefix]["Status"] == "Enabled"
        assert rules[prefix]["Expiration"]["Days"] == days
        assert rules[prefix]["NoncurrentVersionExpiration"]["NoncurrentDays"] == days


@pytest.mark.usefixtures("provisioned")
@pytest.mark.parametrize("name", sorted(TOPOLOGY.tables))
def test_a_table_has_the_topologys_columns_below_its_prefix(cloud: Cloud, name: str) -> None:
    table, wanted = table_of(cloud, name), TOPOLOGY.tables[name]
    storage = table["StorageDescriptor"]

    assert [(c["Name"], c["Type"], c["Comment"]) for c in storage["Columns"]] == [
        (column.lower(), kind, comment) for column, kind, comment in wanted.columns
    ]
    assert [(k["Name"], k["Type"]) for k in table["PartitionKeys"]] == [
        ("year", "int"),
        ("month", "int"),
        ("day", "int"),
    ]
    assert storage["Location"] == f"s3://{TOPOLOGY.archive_bucket.name}/{wanted.prefix}"
    assert table["TableType"] == "EXTERNAL_TABLE"


@pytest.mark.usefixtures("provisioned")
@pytest.mark.parametrize("name", sorted(TOPOLOGY.projected_tables))
def test_a_projected_table_says_which_partitions_there_can_be(cloud: Cloud, name: str) -> None:
    table, wanted = table_of(cloud, name), TOPOLOGY.projected_tables[name]

    assert [key["Name"] for key in table["PartitionKeys"]] == list(wanted.projected)
    assert table["Parameters"].items() >= wanted.parameters.items()
    assert table["Parameters"]["projection.month.range"] == "1,12"


@pytest.mark.parametrize(("name", "schema"), [("ou_breakdown", ARCHIVED), ("ou_outlook", SCHEMA)])
def test_the_files_that_are_written_have_the_tables_columns(name: str, schema: Any) -> None:
    written = [(field.name, str(field.type)) for field in schema]

    assert written == [(c, ARROW[kind]) for c, kind, _ in TOPOLOGY.tables[name].columns]


def test_every_table_has_a_spice_data_set_of_its_columns(
    cloud: Cloud, provisioned: Provisioned
) -> None:
    quicksight = cloud.client("quicksight")
    pairs = zip(TOPOLOGY.quicksight_datasets, TOPOLOGY.tables.items(), strict=True)
    for dataset, (name, table) in pairs:
        answer = quicksight.describe_data_set(AwsAccountId=provisioned.account, DataSetId=dataset)
        (relation,) = answer["DataSet"]["PhysicalTableMap"].values()
        columns = [column["Name"] for column in relation["CustomSql"]["Columns"]]
        more = [*TOPOLOGY.quicksight_columns[name], *TOPOLOGY.quicksight_levels]

        assert answer["DataSet"]["ImportMode"] == "SPICE"
        assert f"FROM {TOPOLOGY.database}.{name}\n" in relation["CustomSql"]["SqlQuery"]
        assert columns == [c.lower() for c, _, _ in table.columns] + ["year", "month", "day"] + more
