"""Which cost the commands show when nobody says so."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from daybook import metric
from daybook.cli import app
from daybook.metric import metric_of
from daybook.operate import history
from shared.day_record import DayRecord, DayVersion
from shared.errors import InputError
from shared.ledger import Ledger
from shared.locations import day_record_key
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop

DAY = date(2026, 3, 16)


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    file = tmp_path / "daybook.yaml"
    monkeypatch.setenv("DAYBOOK_CONFIG", str(file))
    return lambda text: file.write_text(text, encoding="utf-8")


@in_loop
async def test_it_is_the_configured_one_whatever_else_is_wrong_there(
    configure: Callable[[str], object],
) -> None:
    configure("cost_metric: unblended\ndigest: {}\n")

    assert await metric_of(None, None) == "unblended"
    assert await metric_of(None, "net_amortized") == "net_amortized"


@in_loop
async def test_a_file_that_does_not_name_one_means_what_the_workers_take(
    configure: Callable[[str], object],
) -> None:
    configure("digest: {}\n")

    assert await metric_of(None, None) == "amortized"


@in_loop
async def test_where_no_file_lies_it_is_amortized(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def nothing(_s3: Any, location: str) -> None:
        asked.append(location)

    monkeypatch.delenv("DAYBOOK_CONFIG", raising=False)
    monkeypatch.setenv("DAYBOOK_ARCHIVE_BUCKET", "ours")
    monkeypatch.setattr(metric, "config_text", nothing)

    assert await metric_of(None, None) == "amortized"
    assert asked == ["s3://ours/config/daybook.yaml"]


@in_loop
@pytest.mark.parametrize("named", ["nett", "[]", "null"])
async def test_what_is_no_cost_is_refused_and_one_that_is_asked_for_is_not(
    configure: Callable[[str], object], named: str
) -> None:
    configure(f"cost_metric: {named}\n")

    with pytest.raises(InputError, match=r"cost_metric: .* is no cost.*--metric"):
        await metric_of(None, None)
    assert await metric_of(None, "unblended") == "unblended"


def archived() -> MemoryStore:
    store = MemoryStore()
    version = DayVersion(
        sha256="1" * 64,
        run="run-1",
        source_version="20260317T060000.000000Z/a/1",
        archived_at=datetime(2026, 3, 17, 8, tzinfo=UTC),
        rows=0,
        totals=(),
        by_ou={},
    )
    body = DayRecord(day=DAY, versions=(version,))

    asyncio.run(Ledger(store).create(day_record_key(DAY), body))
    return store


@pytest.mark.parametrize(
    ("option", "shown"), [([], "unblended"), (["--metric", "amortized"], "amortized")]
)
def test_the_history_shows_the_configured_cost_unless_another_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
    configure: Callable[[str], object],
    option: list[str],
    shown: str,
) -> None:
    @asynccontextmanager
    async def reached(*_: str) -> AsyncIterator[tuple[None]]:
        yield (None,)

    configure("cost_metric: unblended\n")
    store = archived()
    monkeypatch.setattr(history, "reached", reached)
    monkeypatch.setattr(history, "archive", lambda _: store)

    done = CliRunner().invoke(app, ["history", str(DAY), "--json", *option])

    assert json.loads(done.stdout)["metric"] == shown


@pytest.mark.parametrize("command", ["status", "history", "report"])
def test_the_help_says_which_it_is(command: str) -> None:
    said = " ".join(CliRunner().invoke(app, [command, "--help"]).output.split())

    assert "Default: `cost_metric` of daybook.yaml; amortized without it." in said
