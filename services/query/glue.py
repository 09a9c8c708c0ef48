"""Tables in the Glue Data Catalog that last as long as a query.

Permissions: glue:CreateTable and glue:DeleteTable on tables `daybook_export_*` of the database.
"""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

_HIVE = "org.apache.hadoop.hive.ql.io"


class GlueTables:
    """Makes and forgets tables of one database."""

    def __init__(self, client: Any, database: str) -> None:
        """`client` is an aiobotocore Glue client."""
        self._client = client
        self._database = database

    async def create(self, name: str, columns: Sequence[tuple[str, str]], location: str) -> None:
        """Make a table over symlinks, as AWS documents it for S3 Inventory's Parquet files."""
        storage = {
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns],
            "Location": location,
            "InputFormat": f"{_HIVE}.SymlinkTextInputFormat",
            "OutputFormat": f"{_HIVE}.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
                "Parameters": {"serialization.format": "1"},
            },
        }
        table = {
            "Name": name,
            "Description": "An export's delivery, while Daybook's query worker scans it.",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE"},
            "StorageDescriptor": storage,
        }
        try:
            await self._client.create_table(DatabaseName=self._database, TableInput=table)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AlreadyExistsException":
                raise

    async def drop(self, name: str) -> None:
        """Delete a table, which may be gone already."""
        try:
            await self._client.delete_table(DatabaseName=self._database, Name=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "EntityNotFoundException":
                raise
