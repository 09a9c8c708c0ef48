"""Code and `infra/topology.json` agree on who hears and says what, and on the tables."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import services
from services.auditor.checks.staging import KEPT
from shared import anomalies, breakdown, drivers, locations, outlook, why
from shared.days import Period
from shared.events import EVENTS
from shared.topology import load_topology

ROOT = Path(__file__).resolve().parents[2]
TOPOLOGY = load_topology()
WORKERS = sorted(TOPOLOGY.workers)
ARROW_NAMES = {
    "date32[day]": "date",
    "string": "string",
    "double": "double",
    "int32": "int",
    "decimal128(38, 12)": "decimal(38,12)",
}


def test_every_worker_is_a_folder_and_every_folder_a_worker() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__main__.py")}

    assert folders == set(WORKERS)


@pytest.mark.parametrize("worker", WORKERS)
def test_a_handler_names_exactly_the_events_it_hears_and_says(worker: str) -> None:
    """A worker names event classes only to hear (isinstance) or to say them (follow_up)."""
    package = ROOT / "services" / worker
    source = "\n".join(path.read_text("utf-8") for path in sorted(package.rglob("*.py")))
    entry = TOPOLOGY.workers[worker]

    heard = events_in(source, r"isinstance\(event, {}\)")
    said = events_in(source, r"follow_up\(\s*event,\s*{},")

    assert heard == set(entry.hears)
    assert said == set(entry.says)


def events_in(source: str, pattern: str) -> set[str]:
    return {k for k, e in EVENTS.items() if re.search(pattern.format(e.__name__), source)}


def test_every_event_that_is_said_is_heard_or_ends_the_run() -> None:
    said = {name for worker in TOPOLOGY.workers.values() for name in worker.says}
    heard = {name for worker in TOPOLOGY.workers.values() for name in worker.hears}
    begun = {schedule.says for schedule in TOPOLOGY.schedules} | {TOPOLOGY.mail_events.says}

    assert said - heard == {"digest-sent"}
    assert heard - said == begun
    assert said | heard == set(EVENTS)


def test_the_daily_tick_is_at_seven_utc_and_on_request_says_the_same() -> None:
    daily = TOPOLOGY.schedules[0]

    assert daily.expression == "cron(0 7 * * ? *)"
    assert daily.says == TOPOLOGY.requests.says == "day-ready"


def test_audits_are_asked_for_daily_and_in_full_weekly_after_the_digests_deadline() -> None:
    light, full = (each for each in TOPOLOGY.schedules if each.says == "audit-requested")

    assert (light.expression, light.data) == ("cron(30 15 * * ? *)", {"full": False})
    assert (full.expression, full.data) == ("cron(0 18 ? * SUN *)", {"full": True})


def test_the_audit_expects_staging_to_expire_when_it_does() -> None:
    assert TOPOLOGY.archive_bucket.expire_days["staging/"] == KEPT.days


@pytest.mark.parametrize(
    ("table", "schema"), [("ou_breakdown", breakdown.ARCHIVED), ("ou_outlook", outlook.SCHEMA)]
)
def test_a_table_has_the_columns_that_its_worker_writes(table: str, schema: pa.Schema) -> None:
    declared = [(name, kind) for name, kind, _ in TOPOLOGY.tables[table].columns]

    assert declared == [(field.name, ARROW_NAMES[str(field.type)]) for field in schema]


@pytest.mark.parametrize(
    ("table", "schema", "key"),
    [
        ("ou_anomalies", anomalies.SCHEMA, locations.anomalies_key),
        ("ou_changes", why.SCHEMA, locations.changes_key),
        ("ou_drivers", drivers.SCHEMA, lambda day: locations.drivers_key(Period.of(day))),
    ],
)
def test_a_projected_table_has_its_workers_columns_and_finds_its_objects(
    table: str, schema: pa.Schema, key: Callable[[date], str]
) -> None:
    known, day = TOPOLOGY.projected_tables[table], date(2026, 6, 5)
    declared = [(name, kind) for name, kind, _ in known.columns]

    assert declared == [(field.name, ARROW_NAMES[str(field.type)]) for field in schema]
    # Where Athena looks when no template is given: key=value in the order of the keys, no zeros.
    place = "".join(f"{part}={getattr(day, part)}/" for part in known.projected)
    assert key(day).startswith(f"{known.prefix}{place}ou-")
    assert all(a <= getattr(day, part) <= b for part, (a, b) in known.projected.items())


def test_a_crash_is_recovered_from_within_five_minutes() -> None:
    assert max(worker.visibility_timeout for worker in TOPOLOGY.workers.values()) <= 300


def test_dead_letters_outlive_the_queues_they_came_from() -> None:
    assert TOPOLOGY.dead_letter_retention_days > TOPOLOGY.queue_retention_days


def test_services_and_shared_are_those_of_this_checkout() -> None:
    """Both names are common: an installed package of that name must not win."""
    import shared  # noqa: PLC0415 - where it comes from is the question

    for package in (services, shared):
        assert package.__file__
        assert Path(package.__file__).is_relative_to(ROOT)


def test_what_is_staged_outlives_a_dead_letter_that_refers_to_it() -> None:
    assert TOPOLOGY.archive_bucket.expire_days["staging/"] > TOPOLOGY.dead_letter_retention_days
