"""The Athena engine over HTTP: what it asks of S3, Glue and Athena, and that it gives the figures
of the embedded engine. No emulator runs an UNLOAD: DuckDB does what the captured text says, on what
the tables of the emulator's catalog list."""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from daybook.local.provision import Provisioned
from services.query import athena_engine
from services.query.athena import AthenaQueries
from services.query.athena_engine import AthenaEngine
from services.query.embedded_engine import EmbeddedEngine
from services.query.engine import QueryEngine, QueryResult
from services.query.export import Export
from services.query.glue import GlueTables
from services.query.organization import Placement, organization_table
from services.query.s3 import S3ExportStore
from services.query.scan import Scan
from services.query.sources import CUR2
from shared.aws import clients
from shared.breakdown import ARCHIVED, archive_table
from shared.days import Period
from shared.errors import Retry
from shared.parquet import from_parquet
from shared.ports import Message
from shared.s3 import S3Store
from tests.support.cloud import Cloud
from tests.support.exports import example
from tests.support.looped import Loop
from tests.support.unloads import TableFiles, parse_unload, result_of, table_names

JUNE = Period(2026, 6)
LOCATION = "s3://billing/cur2"
DATABASE, WORKGROUP = "finops_db", "daybook"
PLACES = organization_table(
    [Placement(2, "111111111111", "Shop", "", "Root/Prod", JUNE.first, JUNE.next.first)]
)


@dataclass
class Asked:
    """Every request to Athena and Glue, as it was sent."""

    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def listen(self, *opened: Any) -> None:
        for client in opened:
            client.meta.events.register("before-send.*.*", self._keep)

    def of(self, operation: str) -> list[dict[str, Any]]:
        return [body for name, body in self.requests if name == operation]

    def _keep(self, request: Any, event_name: str, **_: Any) -> None:
        self.requests.append((event_name.rpartition(".")[2], json.loads(request.body)))


@dataclass
class Unloading:
    """Sends a query to the emulator, which fails it, and does what it says."""

    queries: AthenaQueries
    cloud: Cloud

    async def start(self, sql: str, token: str, results: str) -> str:
        query = await self.queries.start(sql, token, results)
        inner, place = parse_unload(sql)
        body = result_of(inner, {name: self._table(name) for name in table_names(inner)})
        bucket, _, key = place.removeprefix("s3://").partition("/")
        assert body
        self.cloud.client("s3").put_object(Bucket=bucket, Key=f"{key}part", Body=body)
        return query

    async def look(self, query: str) -> Scan:
        scan = await self.queries.look(query)
        return Scan(scan.id, "SUCCEEDED", 123_456_789)

    def _table(self, name: str) -> TableFiles:
        glue, s3 = self.cloud.client("glue"), self.cloud.client("s3")
        storage = glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]["StorageDescriptor"]
        bucket, _, prefix = storage["Location"].removeprefix("s3://").partition("/")
        [listing] = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
        files = self._read(f"{bucket}/{listing['Key']}").decode().splitlines()
        columns = [(column["Name"], column["Type"]) for column in storage["Columns"]]
        return TableFiles(columns, [self._read(file.removeprefix("s3://")) for file in files])

    def _read(self, place: str) -> bytes:
        bucket, _, key = place.partition("/")
        body: bytes = self.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body


@dataclass
class Account:
    """An export in S3, an archive bucket, and the engines."""

    cloud: Cloud
    loop: Loop
    store: S3Store
    export: Export
    athena: Any
    glue: Any
    asked: Asked = field(default_factory=Asked)

    def engine(self) -> AthenaEngine:
        queries = AthenaQueries(self.athena, WORKGROUP, DATABASE)
        tables = GlueTables(self.glue, DATABASE)
        return AthenaEngine(
            self.export, CUR2, self.store, "amortized", queries, tables, LOCATION, Decimal(5)
        )

    def stage(self, engine: QueryEngine, prefix: str) -> QueryResult:
        delivery = self.loop(self.export.delivery(JUNE))
        assert delivery
        message = Message("message-0", "", "", 1)
        return self.loop(engine.stage(delivery, PLACES, prefix, message))

    def archived(self, result: QueryResult) -> dict[str, pa.Table]:
        """Return each staged day's rows as they would be archived."""
        return {str(day.day): self._archived(day.keys) for day in result.days}

    def _archived(self, keys: tuple[str, ...]) -> pa.Table:
        found = [self.loop(self.store.get(key)) for key in keys]
        rows = pa.concat_tables([from_parquet(each.body) for each in found if each])
        return archive_table(rows, "amortized")


@pytest.fixture
def account(
    cloud: Cloud,
    loop: Loop,
    provisioned: Provisioned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Account:
    monkeypatch.setattr(athena_engine, "SECONDS_BETWEEN_LOOKS", (0.05,))
    source = example(tmp_path).source
    plain = cloud.client("s3")
    plain.create_bucket(Bucket="billing")
    for file in (file for file in source.rglob("*") if file.is_file()):
        key = f"cur2/{file.relative_to(source).as_posix()}"
        plain.put_object(Bucket="billing", Key=key, Body=file.read_bytes())
    s3, athena, glue = loop.enter(clients("s3", "athena", "glue"))
    made = Account(
        cloud,
        loop,
        S3Store(s3, provisioned.bucket),
        Export(S3ExportStore(s3, LOCATION)),
        athena,
        glue,
    )
    made.asked.listen(athena, glue)
    return made


def test_both_engines_archive_the_same_rows_of_the_same_export(account: Account) -> None:
    embedded = EmbeddedEngine(account.export, CUR2, account.store, "amortized")
    unloading = Unloading(AthenaQueries(account.athena, WORKGROUP, DATABASE), account.cloud)
    athena = replace(account.engine(), queries=unloading)

    ours, theirs = account.stage(athena, "athena/"), account.stage(embedded, "embedded/")

    assert ours.control == theirs.control
    assert ours.control.lines > 1000
    assert account.archived(ours) == account.archived(theirs)
    assert all(rows.schema == ARCHIVED for rows in account.archived(ours).values())
    assert (ours.bytes_scanned, ours.cost) == (123_456_789, Decimal("0.000563"))


def test_a_query_is_asked_for_with_its_token_and_without_the_answers_of_others(
    account: Account,
) -> None:
    # The emulator fails an UNLOAD, and does not say whether another may succeed.
    with pytest.raises(Retry):
        account.stage(account.engine(), "run/")

    started = account.asked.of("StartQueryExecution")
    assert len({request["ClientRequestToken"] for request in started}) == len(started) == 3
    for request in started:
        token, sql = request["ClientRequestToken"], request["QueryString"]
        home = f"s3://{account.store.bucket}/staging/athena/{token}/"
        assert request == {
            "QueryString": sql,
            "ClientRequestToken": token,
            "QueryExecutionContext": {"Database": DATABASE},
            "ResultConfiguration": {"OutputLocation": f"{home}results/"},
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "WorkGroup": WORKGROUP,
        }
        assert parse_unload(sql)[1] == f"{home}rows/"


def test_a_table_over_symlinks_lists_the_manifests_files_and_is_gone_afterwards(
    account: Account,
) -> None:
    with pytest.raises(Retry):
        account.stage(account.engine(), "run/")

    made = [request["TableInput"] for request in account.asked.of("CreateTable")]
    for table in made:
        storage = table["StorageDescriptor"]
        key = storage["Location"].removeprefix(f"s3://{account.store.bucket}/") + "symlink.txt"
        listing = account.loop(account.store.get(key))
        delivery = account.loop(account.export.delivery(JUNE))
        assert listing
        assert delivery
        assert listing.body.decode().splitlines() == [f"{LOCATION}/{f}" for f in delivery.files]
        assert storage["InputFormat"].endswith(".SymlinkTextInputFormat")
        types = {column["Name"]: column["Type"] for column in storage["Columns"]}
        assert types["line_item_unblended_cost"] == "double"
        assert types["product"] == "map<string,string>"
    names = {table["Name"] for table in made}
    assert names == {request["Name"] for request in account.asked.of("DeleteTable")}
    tables = account.cloud.client("glue").get_tables(DatabaseName=DATABASE)["TableList"]
    assert names.isdisjoint(table["Name"] for table in tables)
