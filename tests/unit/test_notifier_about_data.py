"""Line types that Daybook does not know, and what an export lacks."""

from typing import Any

import pytest

from services.notifier.mail.render import render
from services.notifier.report.about_data import MOST_TYPES, about_data
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from services.notifier.sending.post import NotSent
from shared.errors import Retry
from shared.events import PeriodCataloged
from shared.memory import MemoryBell
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.notifier import Notifier, last_text
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import DAY, archived_table, row
from tests.support.units.stores import CrashingStore

NOTE = "A legacy CUR has no account names."
ALARMS = "ledger/alarms/"


async def event_of(notifier: Notifier, **said: Any) -> PeriodCataloged:
    return await cataloged(notifier.store, {DAY: [row()]}, **said)


async def both(**said: Any) -> tuple[str, str]:
    event = await event_of(Notifier(), **said)
    told = figures(DAY, {DAY: archived_table(row())}, [], "amortized", complete=True)
    rendered = render(
        Report(told, Origin("run-1", "x/y", replay=False), about=about_data(event.data))
    )
    return squeezed(rendered.text), squeezed(Page(rendered.html).text)


@in_loop
async def test_both_parts_name_types_and_notes() -> None:
    for text in await both(unknown_types={"Gift": 1, "Loan": 3}, notes=(NOTE,)):
        assert "About the data" in text
        assert "counted in with their cost: Loan (3 lines), Gift (1 line)" in text
        assert NOTE in text


@in_loop
async def test_of_many_types_the_most_frequent_are_named_and_the_rest_counted() -> None:
    many = {f"Type{number:02}": 100 - number for number in range(MOST_TYPES + 2)}

    for text in await both(unknown_types=many):
        assert "Type09 (91 lines) and 2 more" in text
        assert "Type10" not in text


@in_loop
async def test_an_export_that_lacks_nothing_has_no_such_section() -> None:
    for text in await both():
        assert "About the data" not in text


@in_loop
async def test_the_digest_says_what_the_event_says() -> None:
    notifier = Notifier()

    await notifier.hear(await event_of(notifier, unknown_types={"Loan": 3}, notes=(NOTE,)))

    assert "Loan (3 lines)" in last_text(notifier)
    assert NOTE in last_text(notifier)


@pytest.mark.parametrize("notify", [True, False])
@in_loop
async def test_unknown_types_ring_once_a_run(*, notify: bool) -> None:
    notifier = Notifier()
    event = await event_of(notifier, unknown_types={"Loan": 3}, notify=notify)

    await notifier.hear(event)
    await notifier.hear(event)

    ((subject, text),) = notifier.bell.alarms
    assert "2026-03" in subject
    assert "Loan (3 lines)" in text


@in_loop
async def test_the_next_run_rings_again() -> None:
    notifier = Notifier()

    for run in ("run-1", "run-2"):
        await notifier.hear(await event_of(notifier, unknown_types={"Loan": 3}, run=run))

    assert len(notifier.bell.alarms) == 2


@in_loop
async def test_notes_alone_ring_nobody() -> None:
    notifier = Notifier()

    await notifier.hear(await event_of(notifier, notes=(NOTE,)))

    assert notifier.bell.alarms == []


@in_loop
async def test_an_alarm_that_is_not_remembered_rings_again() -> None:
    notifier = Notifier(store=CrashingStore(prefix=ALARMS))
    event = await event_of(notifier, unknown_types={"Loan": 3})
    with pytest.raises(OSError, match="died"):
        await notifier.hear(event)

    said = await notifier.hear(event)

    assert (len(said), notifier.post.calls, len(notifier.bell.alarms)) == (1, 1, 2)


class DeafBell(MemoryBell):
    """An alarm topic that is out of reach."""

    async def ring(self, subject: str, text: str) -> None:
        raise OSError(subject, text)


@in_loop
async def test_an_alarm_topic_out_of_reach_holds_no_digest_back_and_is_tried_again() -> None:
    notifier = Notifier()
    notifier.bell = DeafBell()
    event = await event_of(notifier, unknown_types={"Loan": 3})
    with pytest.raises(OSError, match="does not know"):
        await notifier.hear(event)
    notifier.bell = MemoryBell()

    said = await notifier.hear(event)

    assert (len(said), notifier.post.calls, len(notifier.bell.alarms)) == (1, 1, 1)


@in_loop
async def test_a_digest_that_is_sent_later_rings_then() -> None:
    notifier = Notifier(NotSent("Throttling", later=True))
    event = await event_of(notifier, unknown_types={"Loan": 3})
    with pytest.raises(Retry):
        await notifier.hear(event)

    await notifier.hear(event)

    assert len(notifier.bell.alarms) == 1


@in_loop
async def test_a_type_with_any_name_makes_no_second_line_of_the_alarm() -> None:
    notifier = Notifier()

    await notifier.hear(await event_of(notifier, unknown_types={"a\r\nb\u202e": 1}))

    ((subject, text),) = notifier.bell.alarms
    assert subject.isascii()
    assert len(subject) < 100
    assert text.isprintable()
