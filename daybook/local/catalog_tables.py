"""The Glue database and tables of the topology."""

import contextlib
from typing import Any

from shared.topology import ProjectedTable, Table, Topology


async def create_tables(glue: Any, topology: Topology) -> None:
    """Create the database and its tables where they are missing."""
    with contextlib.suppress(glue.exceptions.AlreadyExistsException):
        await glue.create_database(DatabaseInput={"Name": topology.database})
    registered = [_input(name, each, topology) for name, each in topology.tables.items()]
    projected = [
        _projected(name, each, topology) for name, each in topology.projected_tables.items()
    ]
    for made in (*registered, *projected):
        with contextlib.suppress(glue.exceptions.AlreadyExistsException):
            await glue.create_table(DatabaseName=topology.database, TableInput=made)


def _projected(name: str, table: ProjectedTable, topology: Topology) -> dict[str, Any]:
    made = _input(name, table, topology)
    keys = [{"Name": key, "Type": "int"} for key in table.projected]
    return made | {"PartitionKeys": keys, "Parameters": made["Parameters"] | table.parameters}


def _input(name: str, table: Table, topology: Topology) -> dict[str, Any]:
    serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    return {
        "Name": name,
        "Description": table.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet"},
        "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in topology.partition_keys],
        "StorageDescriptor": {
            "Location": f"s3://{topology.archive_bucket.name}/{table.prefix}",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": serde},
            "Columns": [
                {"Name": column.lower(), "Type": kind, "Comment": comment}
                for column, kind, comment in table.columns
            ],
        },
    }
