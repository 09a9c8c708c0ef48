"""The QuickSight data sources and SPICE data sets that the catalog worker refreshes."""

import contextlib
import re
from string import Template
from typing import Any

from services.catalog.access import COLUMNS
from shared.topology import TOPOLOGY_FILE, Topology

TYPES = {"date": "DATETIME", "double": "DECIMAL", "decimal(38,12)": "DECIMAL", "int": "INTEGER"}
ATHENA, ACCESS = "daybook-athena", "daybook-access"
SQL = TOPOLOGY_FILE.parent / "quicksight"
MANIFEST = "access/quicksight-manifest.json"
"""Key of what tells QuickSight where the rules are; Terraform writes it."""


async def create_datasets(quicksight: Any, topology: Topology, account: str) -> None:
    """Create the data sources and a data set per table and of the rules, where missing."""
    sources = {
        ATHENA: ("ATHENA", {"AthenaParameters": {"WorkGroup": "primary"}}),
        ACCESS: ("S3", {"S3Parameters": {"ManifestFileLocation": _manifest(topology)}}),
    }
    for name, (kind, parameters) in sources.items():
        with contextlib.suppress(quicksight.exceptions.ResourceExistsException):
            await quicksight.create_data_source(
                AwsAccountId=account,
                DataSourceId=name,
                Name=name,
                Type=kind,
                DataSourceParameters=parameters,
            )
    for data_set, (name, tables) in _data_sets(topology, account).items():
        with contextlib.suppress(quicksight.exceptions.ResourceExistsException):
            await quicksight.create_data_set(
                AwsAccountId=account,
                DataSetId=data_set,
                Name=name,
                ImportMode="SPICE",
                PhysicalTableMap={name.replace("_", "-"): tables},
            )


def sql(table: str, database: str) -> str:
    """Return the query of a table's data set, without the comments of its file."""
    text = (SQL / f"{table}.sql").read_text(encoding="utf-8")
    return Template(re.sub(r"--[^\n]*\n", "", text)).substitute(database=database)


def _manifest(topology: Topology) -> dict[str, str]:
    return {"Bucket": topology.archive_bucket.name, "Key": MANIFEST}


def _data_sets(topology: Topology, account: str) -> dict[str, tuple[str, dict[str, Any]]]:
    arn = f"arn:aws:quicksight:us-east-1:{account}:datasource"
    found: dict[str, tuple[str, dict[str, Any]]] = {
        data_set: (table, {"CustomSql": _query(topology, table, f"{arn}/{ATHENA}")})
        for data_set, table in zip(topology.quicksight_datasets, topology.tables, strict=True)
    }
    rules = {
        "DataSourceArn": f"{arn}/{ACCESS}",
        "UploadSettings": {
            "Format": "CSV",
            "ContainsHeader": True,
            "TextQualifier": "DOUBLE_QUOTE",
        },
        "InputColumns": [{"Name": name, "Type": "STRING"} for name in COLUMNS],
    }
    return found | {topology.quicksight_rules: ("access", {"S3Source": rules})}


def _query(topology: Topology, table: str, source: str) -> dict[str, Any]:
    columns = [(name.lower(), kind) for name, kind, _ in topology.tables[table].columns]
    columns += topology.partition_keys
    more = (*topology.quicksight_columns[table], *topology.quicksight_levels)
    return {
        "DataSourceArn": source,
        "Name": table,
        "SqlQuery": sql(table, topology.database),
        "Columns": [
            {"Name": name, "Type": TYPES.get(kind, "STRING")}
            for name, kind in [*columns, *((name, "string") for name in more)]
        ],
    }
