"""An audit says of which days it is: as many as it counts."""

import asyncio
import json
from datetime import date

import pytest
from typer.testing import CliRunner

from daybook import audit_commands
from daybook.audit import Asked, Audited
from daybook.cli import app
from services.auditor.look import Tell
from services.auditor.report import AuditReport
from tests.support.audited import FIRST, LAST, audited, clean_world, look_at


def told(monkeypatch: pytest.MonkeyPatch, report: AuditReport, *options: str) -> str:
    async def done(asked: Asked, tell: Tell) -> Audited:
        del asked, tell
        return Audited(report, (), ())

    monkeypatch.setattr(audit_commands, "audit", done)
    result = CliRunner().invoke(app, ["audit", *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_days_after_the_last_that_must_be_there_are_counted_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = look_at(clean_world())
    report = asyncio.run(audited(look, full=False, through=date(2026, 6, 1)))

    record = json.loads(told(monkeypatch, report, "--json"))

    assert f"11 days ({FIRST} to {LAST}): nothing found." in told(monkeypatch, report)
    assert (record["first"], record["last"], record["days"]) == (str(FIRST), str(LAST), 11)
    assert record["through"] == "2026-06-01"
