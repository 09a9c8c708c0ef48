"""The runbook has every alarm that there is by its name, and names no command that is not there."""

import re
from pathlib import Path

import pytest
import typer.main

from daybook.cli import app
from shared.topology import load_topology
from tests.support import runbook

ROOT = Path(__file__).resolve().parents[2]
NOT_FOR_PEOPLE = ("-work-waits", "-nothing-to-do")
NAMES = {
    "${local.queue}": "daybook-query",
    "${local.backfills}": "daybook-query-backfill",
    "${var.undelivered}": "daybook-schedule-dlq",
}
DEAD = ("daybook-query-dlq-not-empty", "daybook-query-undelivered-dlq-not-empty")
MAIL = ("daybook-mail-bounce", "daybook-mail-complaint", "daybook-mail-reject")
SPELLED_OUT = {"${each.key}-not-empty": DEAD, "daybook-mail-${lower(each.key)}": MAIL}


def alarms_of_terraform() -> set[str]:
    """Return the names of the alarms for people, of the query worker where there is one each."""
    found = set[str]()
    for file in (ROOT / "infra").rglob("*.tf"):
        for name in re.findall(r'alarm_name\s+= "(.+)"', file.read_text(encoding="utf-8")):
            found |= set(SPELLED_OUT.get(name, (name,)))
    return {_filled(name) for name in found if not name.endswith(NOT_FOR_PEOPLE)}


def _filled(name: str) -> str:
    for variable, value in NAMES.items():
        name = name.replace(variable, value)
    return name


def subjects_of_workers() -> set[str]:
    """Return what the workers' own alarms begin with: their words up to the first that varies."""
    source = "\n".join(p.read_text("utf-8") for p in (ROOT / "services").rglob("*.py"))
    return set(re.findall(r'f?"(Daybook: [^"]+)"', source))


@pytest.mark.parametrize("alarm", sorted(alarms_of_terraform()))
def test_every_alarm_of_terraform_is_in_the_runbook(alarm: str) -> None:
    assert alarm in runbook.text()
    assert "${" not in alarm


def test_there_are_alarms_of_both_kinds() -> None:
    assert len(alarms_of_terraform()) >= 10
    assert len(subjects_of_workers()) >= 7


@pytest.mark.parametrize("subject", sorted(subjects_of_workers()))
def test_every_alarm_of_a_worker_has_its_heading(subject: str) -> None:
    words = [part.strip() for part in re.split(r"\{[^}]*\}", subject) if part.strip()]

    assert any(all(word in heading for word in words) for heading in runbook.headings()), words


def test_each_workers_dead_letter_alarm_is_named() -> None:
    for worker in load_topology().workers:
        assert f"daybook-{worker}-dlq-not-empty" in runbook.text()


@pytest.mark.parametrize(
    ("file", "alarm", "types"),
    [
        ("modules/worker/alarms.tf", "(module.dead_letters.name)", ("show", "redrive", "drop")),
        ("modules/observability/main.tf", "${var.undelivered}:", ("show",)),
    ],
)
def test_an_alarm_about_dead_letters_says_how_to_look_at_them(
    file: str, alarm: str, types: tuple[str, ...]
) -> None:
    text = (ROOT / "infra" / file).read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if alarm in line]

    assert all(f"daybook dlq {name} " in line for name in types)


def test_no_letter_is_left_to_expire_where_it_keeps_an_alarm_from_ringing() -> None:
    assert "leave it" not in runbook.text()
    assert "to expire" not in runbook.text()


def test_every_command_is_one_of_ours() -> None:
    known = typer.main.get_command(app)
    assert len(runbook.commands()) >= 15
    for program, name, *rest in runbook.commands():
        group = known.commands[name]  # type: ignore[attr-defined]
        assert program == "daybook"
        if hasattr(group, "commands"):
            assert rest[0] in group.commands


def test_headings_that_an_alarms_text_refers_to_are_there() -> None:
    source = "\n".join(p.read_text("utf-8") for p in (ROOT / "services").rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    said = re.findall(r"docs/runbook\.md: ([^\".]+)\.", joined)

    assert len(said) >= 5
    for words in said:
        about = set(re.findall(r"\w+", words.lower())) - {"a", "of", "the"}
        assert any(
            about <= set(re.findall(r"\w+", h.lower())) | {"day", "month", "data", "set"}
            for h in runbook.headings()
        ), words
