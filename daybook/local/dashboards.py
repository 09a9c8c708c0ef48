"""The QuickSight data source and SPICE data sets that the catalog worker refreshes."""

import contextlib
from typing import Any

from shared.topology import Table, Topology

TYPES = {"date": "DATETIME", "double": "DECIMAL", "decimal(38,12)": "DECIMAL", "int": "INTEGER"}
SOURCE_ID = "daybook-athena"


async def create_datasets(quicksight: Any, topology: Topology, account: str) -> None:
    """Create the data source and a data set per table where they are missing."""
    with contextlib.suppress(quicksight.exceptions.ResourceExistsException):
        await quicksight.create_data_source(
            AwsAccountId=account,
            DataSourceId=SOURCE_ID,
            Name="Daybook",
            Type="ATHENA",
            DataSourceParameters={"AthenaParameters": {"WorkGroup": "primary"}},
        )
    source = f"arn:aws:quicksight:us-east-1:{account}:datasource/{SOURCE_ID}"
    for dataset, (name, table) in zip(
        topology.quicksight_datasets, topology.tables.items(), strict=True
    ):
        try:
            await quicksight.create_data_set(
                AwsAccountId=account,
                DataSetId=dataset,
                Name=name,
                ImportMode="SPICE",
                PhysicalTableMap={name.replace("_", "-"): _relation(source, name, table, topology)},
            )
        except quicksight.exceptions.ResourceExistsException:
            continue


def _relation(source: str, name: str, table: Table, topology: Topology) -> dict[str, Any]:
    columns = [(column, kind) for column, kind, _ in table.columns]
    return {
        "RelationalTable": {
            "DataSourceArn": source,
            "Schema": topology.database,
            "Name": name,
            "InputColumns": [
                {"Name": column.lower(), "Type": TYPES.get(kind, "STRING")}
                for column, kind in [*columns, *topology.partition_keys]
            ],
        }
    }
