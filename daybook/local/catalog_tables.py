"""The Glue database and tables of the topology."""

import contextlib
from typing import Any

from shared.topology import Table, Topology


async def create_tables(glue: Any, topology: Topology) -> None:
    """Create the database and its tables where they are missing."""
    with contextlib.suppress(glue.exceptions.AlreadyExistsException):
        await glue.create_database(DatabaseInput={"Name": topology.database})
    for name, table in topology.tables.items():
        try:
            await glue.create_table(
                DatabaseName=topology.database, TableInput=_input(name, table, topology)
            )
        except glue.exceptions.AlreadyExistsException:
            continue


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
