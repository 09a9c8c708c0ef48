"""An Athena in memory: runs what it is asked to by `tests/support/unloads.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.query.scan import Scan
from shared.memory import MemoryStore
from tests.support.unloads import TableFiles, parse_unload, result_of, table_names

Columns = Sequence[tuple[str, str]]


@dataclass
class MemoryAthena:
    """Queries and tables over a staging bucket and an export, whose files are by their URI.

    `fates` are how the next queries end instead of succeeding.
    """

    staging: MemoryStore
    export: Mapping[str, bytes]
    fates: list[Scan] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    ended: dict[str, Scan] = field(default_factory=dict)
    looks: int = 0
    tables: dict[str, tuple[Columns, str]] = field(default_factory=dict)

    async def start(self, sql: str, token: str, results: str) -> str:
        assert results.startswith(f"s3://{self.staging.bucket}/staging/")
        assert self.asked.setdefault(token, sql) == sql
        if token not in self.ended:
            query = f"query-{len(self.asked)}"
            self.ended[token] = self.fates.pop(0) if self.fates else await self._run(query, sql)
        return self.ended[token].id

    async def look(self, query: str) -> Scan:
        self.looks += 1
        if self.looks % 2:
            return Scan(query, "RUNNING")
        return next(scan for scan in self.ended.values() if scan.id == query)

    async def create(self, name: str, columns: Columns, location: str) -> None:
        assert self.tables.setdefault(name, (columns, location)) == (columns, location)

    async def drop(self, name: str) -> None:
        self.tables.pop(name, None)

    async def _run(self, query: str, sql: str) -> Scan:
        inner, place = parse_unload(sql)
        tables = {name: await self._table(name) for name in table_names(inner)}
        body = result_of(inner, tables)
        if body is not None:
            await self.staging.put(f"{self._key(place)}20261103_070000_00001", body)
        scanned = sum(len(file) for table in tables.values() for file in table.files)
        return Scan(query, "SUCCEEDED", scanned)

    async def _table(self, name: str) -> TableFiles:
        columns, location = self.tables[name]
        [listing] = await self.staging.list(self._key(location))
        found = await self.staging.get(listing.key)
        assert found
        return TableFiles(columns, [self.export[uri] for uri in found.body.decode().splitlines()])

    def _key(self, uri: str) -> str:
        return uri.removeprefix(f"s3://{self.staging.bucket}/")
