"""A channel's webhook, over real HTTP: what it answers decides whether a post is sent."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from services.notifier.channels.chat import chat_envelope
from services.notifier.channels.webhook import Webhooks
from services.notifier.mail.message import Envelope
from services.notifier.sending.post import MaybeSent, NotSent
from shared.config_people import Chat
from shared.errors import InputError
from shared.money import cents
from tests.support.reports import composed
from tests.support.units.aio import in_loop
from tests.support.units.rows import DAY, archived_table, row

SLACK = Chat(name="finops", format="slack", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
TEAMS = Chat(name="board", format="teams", webhook="env:DAYBOOK_WEBHOOK_BOARD")
POST = Envelope("slack", ("finops",), b'{"text":"x"}')


@asynccontextmanager
async def channel(status: int) -> AsyncIterator[tuple[Webhooks, list[bytes]]]:
    """Serve a webhook that answers so; 0 closes the connection without an answer."""
    posted: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        posted.append(await request.read())
        if status == 0 and request.transport:
            request.transport.abort()
        return web.Response(status=status or 200, headers={"Location": "http://127.0.0.1:9/"})

    app = web.Application()
    app.router.add_post("/hook/secret", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        yield Webhooks({"finops": f"http://127.0.0.1:{port}/hook/secret"}), posted
    finally:
        await runner.cleanup()


@in_loop
async def test_what_is_posted_arrives_once_and_as_it_is() -> None:
    async with channel(200) as (webhooks, posted):
        await webhooks.send(POST, "claim-1")

    assert posted == [POST.message]


@pytest.mark.parametrize(
    ("status", "later"), [(400, False), (403, False), (404, False), (302, False), (429, True)]
)
@in_loop
async def test_what_is_refused_is_certainly_not_sent(status: int, later: bool) -> None:
    async with channel(status) as (webhooks, posted):
        with pytest.raises(NotSent) as refused:
            await webhooks.send(POST, "claim-1")

    assert refused.value.later is later
    assert len(posted) == 1


@pytest.mark.parametrize("status", [500, 502, 0])
@in_loop
async def test_what_fails_or_gets_no_answer_may_be_sent(status: int) -> None:
    async with channel(status) as (webhooks, posted):
        with pytest.raises(MaybeSent):
            await webhooks.send(POST, "claim-1")

    assert len(posted) == 1


@in_loop
async def test_nobody_listening_is_not_sent_and_tried_later() -> None:
    async with channel(200) as (webhooks, _):
        pass

    with pytest.raises(NotSent) as refused:
        await webhooks.send(POST, "claim-1")

    assert refused.value.later


@in_loop
async def test_no_error_tells_the_secret() -> None:
    async with channel(200) as (webhooks, _):
        pass
    with pytest.raises(NotSent) as gone:
        await webhooks.send(POST, "claim-1")
    async with channel(500) as (webhooks, _):
        with pytest.raises(MaybeSent) as doubt:
            await webhooks.send(POST, "claim-1")

    for error in (gone.value, doubt.value):
        assert "secret" not in f"{error!r}"
        assert error.__cause__ is None


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({}, "DAYBOOK_WEBHOOK_FINOPS is not set"),
        ({"DAYBOOK_WEBHOOK_FINOPS": ""}, "is not set"),
        ({"DAYBOOK_WEBHOOK_FINOPS": "http://hooks.example.com/secret"}, "is no https URL"),
    ],
)
def test_a_secret_that_is_missing_or_open_is_named_and_not_shown(
    environment: dict[str, str], problem: str
) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        Webhooks.of((SLACK,), environment)

    assert "example.com" not in str(refused.value)


def test_both_formats_say_the_digests_amounts() -> None:
    report = composed().report
    (part,) = report.figures.currencies

    for chat in (SLACK, TEAMS):
        said = chat_envelope(report, chat).message.decode()
        assert cents(part.total) in said
        assert cents(part.month_to_date) in said
        assert part.root
        assert part.root.month_end_estimate
        assert cents(part.root.month_end_estimate) in said


def test_slack_gets_blocks_within_its_limits_and_teams_an_adaptive_card() -> None:
    rows = [
        row("1", OUPath=f"Root/<!channel> {n} {'x' * 300}", OU=f"<!channel> {n} {'x' * 300}")
        for n in range(40)
    ]
    report = composed({DAY: archived_table(*rows)}).report

    slack = json.loads(chat_envelope(report, SLACK).message)
    teams = json.loads(chat_envelope(report, TEAMS).message)

    assert all(len(json.dumps(block)) <= 4000 for block in slack["blocks"])
    assert len(slack["blocks"][0]["text"]["text"]) <= 150
    assert "<!" not in json.dumps(slack)
    (card,) = teams["attachments"]
    assert card["content"]["type"] == "AdaptiveCard"
    assert len(chat_envelope(report, TEAMS).message) <= 28 * 1024


def test_names_cannot_call_people_or_format() -> None:
    name = "<!here> *b* [x](http://y)"
    tables = {DAY: archived_table(row("2000", OU=name, OUPath="Root/Workloads/Prod"))}

    slack = chat_envelope(composed(tables).report, SLACK).message.decode()

    assert "<!here>" not in slack
