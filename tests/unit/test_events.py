"""The events on the wire."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.days import Period
from shared.errors import Reject
from shared.events import (
    EVENTS,
    MAX_BYTES,
    BackfillRequested,
    DataDelayed,
    DayReady,
    DelayedData,
    DigestSent,
    Event,
    PeriodQueried,
    follow_up,
    parse,
)
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, assess, backfill, cataloged, queried, tick
from tests.support.units.mail_events import SES
from tests.support.units.rows import DAY, row

POOR = (
    '{"specversion":"1.0","id":"x","source":"daybook.schedule",'
    '"type":"day-ready","time":"2026-03-16T07:00:00Z"}'
)
WISH: dict[str, Any] = {
    "specversion": "1.0",
    "id": "wish-1",
    "source": "ops",
    "type": "backfill-requested",
    "data": {
        "first_day": "2026-03-01",
        "last_day": "2026-03-16",
        "reason": "late credits",
        "requested_by": "ops@example.com",
    },
}
CANARY = "canary-b3a1"


def digest_sent() -> Event:
    data = {"period": "2026-03", "day": DAY, "kind": "daily", "message_id": "m", "totals": ()}
    return DigestSent.model_validate(
        {"id": "1", "source": "s", "time": datetime(2026, 3, 17, tzinfo=UTC), "data": data}
    )


def delayed() -> Event:
    deadline = datetime(2026, 3, 17, 14, tzinfo=UTC)
    data = DelayedData(day=DAY, reason="late", deadline=deadline)
    return follow_up(tick(), DataDelayed, data, source="s", about=DAY)


def changed(**data: Any) -> str:
    return json.dumps(WISH | {"data": WISH["data"] | data})


AUDIT = json.dumps({**json.loads(POOR), "type": "audit-requested", "data": {"full": True}})


@in_loop
async def test_every_event_is_read_back_as_it_was_written() -> None:
    store = MemoryStore()
    staged = await queried(store, {DAY: [row("0.000000000001")]})
    archived = await archive(store, staged)
    assessed = await assess(store, archived)
    mailed = await cataloged(MemoryStore(), {DAY: [row()]})
    events = [
        tick(),
        backfill(DAY, DAY),
        staged,
        archived,
        assessed,
        mailed,
        digest_sent(),
        delayed(),
        parse(AUDIT),
        parse(SES),
    ]

    assert {type(event) for event in events} == set(EVENTS.values())
    for event in events:
        assert parse(event.to_json()) == event


def test_the_poor_tick_gets_a_run_of_its_own_the_same_each_time() -> None:
    first, again = parse(POOR), parse(POOR)

    assert isinstance(first, DayReady)
    assert first.runid == again.runid != parse(POOR.replace('"x"', '"y"')).runid
    assert first.time == datetime(2026, 3, 16, 7, tzinfo=UTC)


def test_a_run_id_that_is_given_is_kept() -> None:
    assert parse(POOR.replace("{", '{"runid":"mine",', 1)).runid == "mine"


def test_the_smallest_backfill_needs_no_time_and_sends_no_digest() -> None:
    event = parse(json.dumps(WISH))

    assert isinstance(event, BackfillRequested)
    assert event.data.first_day == date(2026, 3, 1)
    assert not event.data.notify
    assert event.time.tzinfo is UTC


def test_fields_of_a_later_release_are_passed_over() -> None:
    body = json.dumps(WISH | {"v": 9, "data": WISH["data"] | {"colour": "red"}})

    assert parse(body).runid == parse(json.dumps(WISH)).runid


def said(cause: Event, kind: type[Event], about: object) -> str:
    event = digest_sent()
    assert isinstance(event, DigestSent)
    return follow_up(cause, DigestSent, event.data, source=kind.__name__, about=about).id


def test_a_follow_up_has_the_same_id_for_the_same_cause() -> None:
    assert said(tick(), DigestSent, DAY) == said(tick(), DigestSent, DAY)


def test_a_follow_up_has_another_id_for_another_cause_or_period() -> None:
    ids = {
        said(tick(), DigestSent, Period(2026, 3)),
        said(tick(event_id="tick-2"), DigestSent, Period(2026, 3)),
        said(tick(), DigestSent, Period(2026, 4)),
    }

    assert len(ids) == 3


@in_loop
async def test_a_follow_up_has_another_id_for_another_type() -> None:
    staged = await queried(MemoryStore(), {DAY: []})
    event = follow_up(tick(), PeriodQueried, staged.data, source="s", about="2026-03")

    assert event.id != said(tick(), DigestSent, "2026-03")
    assert (event.causeid, event.runid) == (tick().id, tick().runid)


@pytest.mark.parametrize(
    "body",
    [
        "",
        CANARY,
        f'{{"{CANARY}": ',
        f'"{CANARY}"',
        f'["{CANARY}"]',
        json.dumps(WISH | {"type": CANARY}),
        json.dumps(WISH | {"type": None, "id": CANARY}),
        json.dumps({"type": "day-ready", "id": CANARY}),
        json.dumps(WISH | {"specversion": CANARY}),
        json.dumps(WISH | {"id": ""}),
        json.dumps(WISH | {"id": CANARY * 100}),
        json.dumps(WISH | {"data": CANARY}),
        json.dumps(WISH | {"runid": [CANARY]}),
        POOR.replace("2026-03-16T07:00:00Z", CANARY),
        POOR.replace("07:00:00Z", "07:00:00"),
        changed(first_day=CANARY),
        changed(first_day="2026-02-30"),
        changed(first_day="2026-03-17"),
        changed(reason=""),
        changed(reason=CANARY * 100),
        changed(requested_by=None),
        changed(notify=CANARY),
    ],
)
def test_what_is_no_event_is_rejected_without_repeating_it(body: str) -> None:
    with pytest.raises(Reject) as rejected:
        parse(body)

    assert CANARY not in str(rejected.value)
    assert str(rejected.value).startswith("not an event: ")


@pytest.mark.parametrize("period", [5, None, [2026, 3], {"year": 2026}, "2026-3", CANARY, True])
@in_loop
async def test_a_period_of_another_kind_is_rejected_without_repeating_it(period: object) -> None:
    body = json.loads((await queried(MemoryStore(), {DAY: [row()]})).to_json())
    body["data"]["period"] = period

    with pytest.raises(Reject, match="not an event") as rejected:
        parse(json.dumps(body))

    assert CANARY not in str(rejected.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uri", "https://example.com/x"),
        ("uri", "s3://bucket"),
        ("sha256", "ABC"),
    ],
)
@in_loop
async def test_a_reference_must_lie_in_s3_and_have_a_checksum(field: str, value: str) -> None:
    body = json.loads((await queried(MemoryStore(), {DAY: [row()]})).to_json())
    body["data"]["staging"][field] = value

    with pytest.raises(Reject, match=rf"staging\.{field}"):
        parse(json.dumps(body))


def padded(size: int) -> str:
    body = json.dumps(WISH | {"padding": ""})
    return json.dumps(WISH | {"padding": "x" * (size - len(body))})


@in_loop
async def test_a_key_of_the_body_is_as_little_repeated_as_a_value() -> None:
    event = json.loads((await cataloged(MemoryStore(), {DAY: [row()]})).to_json())
    event["data"]["unknown_types"] = {"alice@example.com owes 4711": "x"}

    with pytest.raises(Reject) as rejected:
        parse(json.dumps(event))

    assert str(rejected.value) == "not an event: data.unknown_types.…: int_parsing"


def test_a_message_may_have_64_kib_and_no_byte_more() -> None:
    assert parse(padded(MAX_BYTES)).type == "backfill-requested"
    with pytest.raises(Reject, match="larger than 65536 bytes"):
        parse(padded(MAX_BYTES + 1))


def test_size_is_counted_in_bytes() -> None:
    with pytest.raises(Reject, match="larger than"):
        parse("é" * (MAX_BYTES // 2 + 1))


@given(st.text())
def test_any_text_is_an_event_or_rejected(body: str) -> None:
    with pytest.raises(Reject):
        parse(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(EVENTS)), JSON, JSON)
def test_any_json_of_a_known_type_is_an_event_or_rejected(
    kind: str, data: object, field: object
) -> None:
    body = {"type": kind, "id": "x", "source": "s", "time": field, "runid": "r", "data": data}
    if isinstance(data, dict):
        body["data"] = data | {"period": field, "totals": field}

    try:
        parse(json.dumps(body))
    except Reject as rejected:
        assert "not an event" in str(rejected)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("body", ["\ud800", '{"type": "day-ready", "id": "\ud800"}'])
def test_text_that_is_no_text_is_rejected(body: str) -> None:
    with pytest.raises(Reject):
        parse(body)


@pytest.mark.parametrize("time", ["0001-01-01T23:00:00Z", "0001-01-01T00:00:00+05:00"])
def test_a_tick_where_the_calendar_ends_is_rejected(time: str) -> None:
    with pytest.raises(Reject):
        parse(POOR.replace("2026-03-16T07:00:00Z", time))


@pytest.mark.parametrize(
    ("body", "day"),
    [(POOR, date(2026, 3, 15)), (json.dumps(WISH), date(2026, 3, 16)), (SES, date(2026, 3, 16))],
)
def test_an_event_names_its_day(body: str, day: date) -> None:
    assert parse(body).day == day


def test_deep_nesting_is_rejected() -> None:
    with pytest.raises(Reject):
        parse("[" * 60_000)
