"""Simulated Glue: tables and their partitions."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.faults.wire import Refused, Reply, Request, json_reply

Values = tuple[str, ...]
_EXPRESSION = re.compile(r"year = (\d+) AND month = (\d+)")


@dataclass
class SimGlue:
    """One database; `tables` maps a table to its storage, `partitions` to theirs."""

    database: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    partitions: dict[str, dict[Values, dict[str, Any]]] = field(default_factory=dict)
    refusals: int = 0
    """How many of the next entries are refused inside an answer of 200."""

    def get_table(self, request: Request) -> Reply:
        asked = request.json
        name = self._table(asked["DatabaseName"], asked["Name"])
        return json_reply({"Table": {"Name": name, "StorageDescriptor": self.tables[name]}})

    def create_table(self, request: Request) -> Reply:
        asked = request.json
        if asked["DatabaseName"] != self.database:
            raise Refused("EntityNotFoundException")
        made = asked["TableInput"]
        if made["Name"] in self.tables:
            raise Refused("AlreadyExistsException")
        self.tables[made["Name"]] = made["StorageDescriptor"]
        self.partitions[made["Name"]] = {}
        return json_reply({})

    def delete_table(self, request: Request) -> Reply:
        asked = request.json
        name = self._table(asked["DatabaseName"], asked["Name"])
        del self.tables[name], self.partitions[name]
        return json_reply({})

    def get_partitions(self, request: Request) -> Reply:
        asked = request.json
        name = self._table(asked["DatabaseName"], asked["TableName"])
        chosen = _prefix(asked.get("Expression"))
        there = self.partitions[name].items()
        found = [p for values, p in there if values[: len(chosen)] == chosen]
        return json_reply({"Partitions": found})

    def batch_create_partition(self, request: Request) -> Reply:
        asked = request.json
        there = self.partitions[self._table(asked["DatabaseName"], asked["TableName"])]
        errors = []
        for wanted in asked["PartitionInputList"]:
            if self.refusals:
                self.refusals -= 1
                errors.append(_created(wanted, "InternalServiceException"))
            elif tuple(wanted["Values"]) in there:
                errors.append(_created(wanted, "AlreadyExistsException"))
            else:
                there[tuple(wanted["Values"])] = wanted
        return json_reply({"Errors": errors} if errors else {})

    def batch_update_partition(self, request: Request) -> Reply:
        asked = request.json
        there = self.partitions[self._table(asked["DatabaseName"], asked["TableName"])]
        errors = []
        for entry in asked["Entries"]:
            if tuple(entry["PartitionValueList"]) in there:
                there[tuple(entry["PartitionValueList"])] = entry["PartitionInput"]
            else:
                values = {"PartitionValueList": entry["PartitionValueList"]}
                errors.append(values | _detail("EntityNotFoundException"))
        return json_reply({"Errors": errors} if errors else {})

    def _table(self, database: str, table: str) -> str:
        if database != self.database or table not in self.tables:
            raise Refused("EntityNotFoundException")
        return table


def _prefix(expression: str | None) -> Values:
    """Return the first values of the partitions that an expression of ours chooses."""
    if expression is None:
        return ()
    month = _EXPRESSION.fullmatch(expression)
    if month is None:
        raise Refused("InvalidInputException")
    return month.groups()


def _created(wanted: dict[str, Any], code: str) -> dict[str, Any]:
    return {"PartitionValues": wanted["Values"]} | _detail(code)


def _detail(code: str) -> dict[str, Any]:
    return {"ErrorDetail": {"ErrorCode": code, "ErrorMessage": code}}
