"""The Athena engine: one scan for a message, found again whatever happens to the worker."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from services.query import athena_engine
from services.query.engine import QueryResult
from services.query.manifest import Delivery
from services.query.organization import organization_table
from services.query.scan import Scan
from shared.errors import InputError, Retry
from shared.memory import MemoryStore
from shared.ports import Message
from tests.support.units.aio import in_loop
from tests.support.units.athena import MemoryAthena
from tests.support.units.breakdowns import MARCH, ROOT, athena_engine_of
from tests.support.units.exports import line, parquet, text
from tests.support.units.rows import usd
from tests.support.unloads import parse_unload

DELIVERED = datetime(2026, 3, 17, 6, tzinfo=UTC)
OUTAGE = Scan("query-x", "FAILED", 0, "INTERNAL_ERROR_QUERY_ENGINE", may_succeed=True)
DENIED = Scan("query-x", "FAILED", 0, "Insufficient permissions", may_succeed=False)
CUT_OFF = Scan("query-x", "CANCELLED", 2**40, "Bytes scanned limit was exceeded")


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(athena_engine, "SECONDS_BETWEEN_LOOKS", (0,))


@dataclass
class Run:
    """An export in a folder, and an Athena."""

    folder: Path
    bodies: dict[str, bytes] = field(default_factory=lambda: {"a": parquet([line("2")])})
    version: str = "1"

    def __post_init__(self) -> None:
        for name, body in self.bodies.items():
            (self.folder / name).write_bytes(body)
        uris = {f"{ROOT}/{name}": body for name, body in self.bodies.items()}
        self.athena = MemoryAthena(MemoryStore(), uris)
        self.engine = athena_engine_of(self.folder, self.athena)

    @property
    def delivery(self) -> Delivery:
        return Delivery(
            MARCH, "cur-Manifest.json", self.version, DELIVERED, tuple(sorted(self.bodies))
        )

    async def stage(self, message: str = "message-0", receives: int = 1) -> QueryResult:
        heard = Message(message, "", "", receives)
        prefix = f"run/{receives}/"
        return await self.engine.stage(self.delivery, organization_table([]), prefix, heard)

    @property
    def scans(self) -> int:
        return len(self.athena.ended)

    def will(self, *fates: Scan) -> "Run":
        self.athena.fates += [replace(f, id=f"fated-{n}") for n, f in enumerate(fates)]
        return self


@in_loop
async def test_one_scan_gives_all_with_its_bytes_and_its_cost(tmp_path: Path) -> None:
    run = Run(tmp_path, {"a": parquet([line("2")]), "b": parquet([line("3", 4)])})

    result = await run.stage()

    assert run.scans == 1
    assert result.control.totals == (usd("5"),)
    assert [day.rows for day in result.days] == [1, 1]
    assert result.bytes_scanned == sum(map(len, run.bodies.values()))
    assert result.cost == Decimal("0.000048")


@in_loop
async def test_the_table_lists_the_files_of_the_manifest_and_no_other(tmp_path: Path) -> None:
    run = Run(tmp_path, {"a": parquet([line("2")]), "b": parquet([line("3")])})
    (tmp_path / "stale").write_bytes(parquet([line("99")]))

    await run.stage()

    versions = run.athena.staging.versions
    [listing] = [stored[-1].body for key, stored in versions.items() if "symlink" in key]
    assert listing.decode().splitlines() == [f"{ROOT}/a", f"{ROOT}/b"]
    assert not run.athena.tables


@in_loop
async def test_a_message_that_comes_again_finds_the_query_that_it_started(tmp_path: Path) -> None:
    run = Run(tmp_path)

    first = await run.stage()
    again = await run.stage(receives=2)

    assert run.scans == 1
    assert first.control == again.control


@in_loop
async def test_a_worker_that_is_stopped_while_it_follows_loses_no_scan(tmp_path: Path) -> None:
    run = Run(tmp_path)
    look, looked = run.athena.look, asyncio.Event()

    async def hang(query: str) -> Scan:
        looked.set()
        await asyncio.Event().wait()
        return await look(query)

    run.athena.look = hang  # type: ignore[method-assign]
    stopped = asyncio.create_task(run.stage())
    await looked.wait()
    stopped.cancel()
    await asyncio.wait({stopped})
    run.athena.look = look  # type: ignore[method-assign]
    result = await run.stage(receives=2)

    assert run.scans == 1
    assert result.control.totals == (usd("2"),)
    assert not run.athena.tables


@in_loop
async def test_another_message_or_another_delivery_is_another_query(tmp_path: Path) -> None:
    run = Run(tmp_path)

    await run.stage()
    await run.stage("redriven")
    run.version = "2"
    await run.stage()

    assert run.scans == 3
    assert len({parse_unload(sql)[1] for sql in run.athena.asked.values()}) == 3


@in_loop
async def test_a_query_that_may_succeed_another_time_is_tried_again(tmp_path: Path) -> None:
    run = Run(tmp_path).will(OUTAGE, OUTAGE)

    result = await run.stage()

    assert run.scans == 3
    assert result.control.totals == (usd("2"),)
    assert not run.athena.tables


@pytest.mark.parametrize("receives", [1, 2, 5])
def test_every_delivery_of_a_message_has_an_attempt_of_its_own(
    receives: int, tmp_path: Path
) -> None:
    async def deliver() -> None:
        run = Run(tmp_path).will(*[OUTAGE] * (receives + 2))
        for number in range(1, receives + 1):
            with pytest.raises(Retry, match="INTERNAL_ERROR"):
                await run.stage(receives=number)
            assert run.scans == number + 2
        await run.stage(receives=receives + 1)

    asyncio.run(deliver())


@pytest.mark.parametrize(
    ("fate", "said"),
    [
        (DENIED, r"fated-0: Insufficient permissions\. Mend that, then move the message back"),
        (CUT_OFF, r"was cancelled after 1099511627776 bytes: Bytes scanned limit"),
    ],
)
@in_loop
async def test_a_query_that_only_a_person_can_help_is_not_paid_for_again(
    fate: Scan, said: str, tmp_path: Path
) -> None:
    run = Run(tmp_path).will(fate)

    for receives in (1, 2, 3):
        with pytest.raises(InputError, match=said):
            await run.stage(receives=receives)

    assert run.scans == 1
    assert not run.athena.tables


@in_loop
async def test_a_redrive_after_the_cause_is_mended_succeeds(tmp_path: Path) -> None:
    run = Run(tmp_path).will(DENIED)
    with pytest.raises(InputError):
        await run.stage()

    result = await run.stage("redriven")

    assert result.control.totals == (usd("2"),)


@in_loop
async def test_files_with_other_columns_or_types_are_other_tables(tmp_path: Path) -> None:
    bodies = {
        "a": parquet([line("1")]),
        "b": parquet([line("2")], money=pa.float64()),
        "c": parquet([line("3")], without=["product"]),
        "d": parquet([line("4")]),
    }
    run = Run(tmp_path, bodies)

    result = await run.stage()

    [sql] = run.athena.asked.values()
    assert sql.count("daybook_export_") == 3
    assert result.control.totals == (usd("10"),)


@in_loop
async def test_an_export_without_lines_stages_nothing(tmp_path: Path) -> None:
    result = await Run(tmp_path, {"a": parquet([])}).stage()

    assert (result.control.lines, result.control.totals, result.days) == (0, (), ())


def unreadable() -> Iterator[tuple[str, bytes, str]]:
    yield "csv", text([line()]), "a: is no Parquet file, which is all that Athena is given. Set the"
    yield "empty", b"", "a: is no Parquet file"
    yield "damaged", parquet([line()])[:-60] + b"PAR1", "a: is no Parquet file"
    yield "text", parquet([line(None)], money=pa.string()), "_cost as string. Set `engine: duckdb`"
    yield "single", parquet([line(None)], money=pa.float32()), "as float. Set `engine: duckdb`"
    yield "lacking", parquet([line()], without=["line_item_unblended_cost"]), "has no column line_"


@pytest.mark.parametrize(
    ("body", "problem"), [pytest.param(b, p, id=n) for n, b, p in unreadable()]
)
@in_loop
async def test_what_athena_would_not_read_alike_is_refused_before_a_scan(
    body: bytes, problem: str, tmp_path: Path
) -> None:
    run = Run(tmp_path, {"a": body})

    with pytest.raises(InputError) as caught:
        await run.stage()

    assert problem in str(caught.value)
    assert run.scans == 0


@in_loop
async def test_a_metric_that_the_export_does_not_state_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.engine = replace(run.engine, metric="net_amortized")

    with pytest.raises(InputError, match="has no net_amortized cost"):
        await run.stage()


@in_loop
async def test_metadata_longer_than_the_first_look_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.query.parquet_shape.GUESS", 16)

    result = await Run(tmp_path).stage()

    assert result.control.totals == (usd("2"),)


@in_loop
async def test_an_unloaded_object_that_is_gone_is_looked_for_again(tmp_path: Path) -> None:
    run = Run(tmp_path)
    listed = run.athena.staging.list
    await run.stage()

    async def stale(prefix: str) -> list[object]:
        found = await listed(prefix)
        for item in found:
            run.athena.staging.versions.pop(item.key)
        return list(found)

    run.athena.staging.list = stale  # type: ignore[method-assign, assignment]
    with pytest.raises(Retry, match="is gone"):
        await run.stage(receives=2)
