"""Who hears of a run: each list once, each with its own, and none held back by another."""

from datetime import date

import pytest

from services.notifier.audiences import is_due
from services.notifier.mail.message import Envelope
from services.notifier.sending.claim import claim_name
from services.notifier.sending.post import MaybeSent, NotSent
from shared.config_people import Chat, Executives, Owner, parts
from shared.errors import Reject, Retry
from shared.events import Batch, PeriodCataloged
from shared.ids import derive_id
from shared.locations import dashboard_key, snapshot_key
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.mail import ScriptedPost
from tests.support.units.notifier import DAYS, PROD, Notifier, mails, notifier, text_of
from tests.support.units.rows import DAY

BOARD = Executives(recipients=("board@example.com",))


@in_loop
async def test_executives_get_the_archived_pdf_in_a_mail_of_their_own() -> None:
    made = notifier(executives=BOARD)

    await made.hear(await cataloged(made.store, DAYS))

    mail = mails(made)["executive"]
    (pdf,) = mail.iter_attachments()
    archived = await made.store.get(snapshot_key(DAY))
    assert archived
    assert mail["To"] == "board@example.com"
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_content() == archived.body
    assert "15.50 USD" in text_of(mail)


@in_loop
async def test_the_pdf_is_archived_where_nobody_gets_it() -> None:
    made = notifier()

    await made.hear(await cataloged(made.store, DAYS))

    assert list(mails(made)) == ["daily"]
    assert await made.store.get(snapshot_key(DAY))


@in_loop
async def test_a_repeat_sends_nothing_again() -> None:
    made = notifier(executives=BOARD, roster=(PROD,))
    event = await cataloged(made.store, DAYS)

    await made.hear(event)
    await made.hear(event)

    assert sorted(mails(made)) == ["daily", "executive", "part"]
    assert made.post.calls == 3


@pytest.mark.parametrize("kind", ["daily", "part", "executive", "chat"])
@in_loop
async def test_what_is_asked_for_again_goes_to_its_own_list_alone(kind: str) -> None:
    channel = Chat(name="finops", format="slack", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
    made = notifier(executives=BOARD, roster=(PROD,), chat=(channel,))
    event = await cataloged(made.store, DAYS)
    await made.hear(event)
    first = {claim[11:].rpartition("-")[0]: (to, claim) for to, claim in made.post.sent}
    assert sorted(first) == ["chat", "daily", "executive", "part"]
    to, claim = first[kind]

    for times in (1, 2):  # what is asked for again may be in doubt itself
        said = await made.hear(asked_again(event, claim, f"run-{times}"))

        (sent, claim), *none = made.post.sent[3 + times :]
        assert not none
        assert sent.recipients == to.recipients
        assert len(said) == (kind == "daily")


def asked_again(event: PeriodCataloged, claim: str, run: str) -> PeriodCataloged:
    batch = Batch(part=1, of=1, reason="in doubt", requested_by="ops", only=claim)
    again = event.data.model_copy(update={"replay": True, "batch": batch})
    run = derive_id(run)
    return event.model_copy(update={"data": again, "runid": run})


@in_loop
async def test_a_list_that_has_changed_meanwhile_is_no_list_to_tell_again() -> None:
    made = notifier(roster=(PROD,))
    event = await cataloged(made.store, DAYS)
    await made.hear(event)
    gone = claim_name(event.data.day, "part", ["somebody@example.com"])

    with pytest.raises(Reject, match=f"nobody is told again: no list has the claim {gone}"):
        await made.hear(asked_again(event, gone, "run-1"))

    assert len(made.post.sent) == 2


@in_loop
async def test_a_list_in_any_trouble_holds_nobody_back() -> None:
    lab = Owner(ou="Sandbox", recipients=("lab@example.com",))
    made = notifier(roster=(PROD, lab))
    event = await cataloged(made.store, DAYS)

    sent = await _fails_once(made, event, ValueError("too large"), ValueError)

    assert sent == ["daily", "part"]


@in_loop
async def test_owners_who_cannot_be_reached_hold_nobody_back() -> None:
    lab = Owner(ou="Sandbox", recipients=("lab@example.com",))
    made = notifier(roster=(PROD, lab))
    event = await cataloged(made.store, DAYS)
    sent_digest = await _fails_once(made, event, NotSent("refused", later=False), Reject)

    assert sent_digest == ["daily", "part"]
    assert [mail.recipients for mail, _ in made.post.sent][1] == ("lab@example.com",)

    await made.hear(event)
    assert made.post.sent[2][0].recipients == ("prod@example.com",)


@in_loop
async def test_a_dead_channel_holds_back_neither_page_nor_pdf_nor_the_news_of_the_digest() -> None:
    channel = Chat(name="finops", format="slack", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
    made = notifier(executives=BOARD, chat=(channel,))
    event = await cataloged(made.store, DAYS)

    sent = await _fails_once(made, event, NotSent("404", later=False), Reject)

    assert sent == ["daily", "executive"]
    assert [said.type for said in made.said] == ["digest-sent"]
    for key in (snapshot_key(DAY), dashboard_key(DAY)):
        assert await made.store.get(key)


@in_loop
async def test_a_digest_that_ses_refuses_holds_back_nobody_else() -> None:
    refused = NotSent("MessageRejected", later=False)
    made = notifier(refused, executives=BOARD, roster=(PROD,))
    event = await cataloged(made.store, DAYS)

    with pytest.raises(Reject, match="MessageRejected"):
        await made.hear(event)

    assert list(mails(made)) == ["part", "executive"]
    assert made.said == []
    for key in (snapshot_key(DAY), dashboard_key(DAY)):
        assert await made.store.get(key)


async def _fails_once(
    made: Notifier, event: object, trouble: Exception, raises: type[Exception]
) -> list[str]:
    """Have the second mail of a run fail; returns the kinds that went out."""
    send, calls = made.post.send, iter([None, trouble, None])

    async def scripted(envelope: Envelope, claim: str) -> str:
        if (error := next(calls, None)) is not None:
            raise error
        return await send(envelope, claim)

    made.post.send = scripted  # type: ignore[method-assign]
    with pytest.raises(raises):
        await made.hear(event)  # type: ignore[arg-type]
    return list(mails(made))


@in_loop
async def test_a_digest_in_doubt_holds_no_part_back() -> None:
    made = notifier(MaybeSent("lost"), roster=(PROD,))
    event = await cataloged(made.store, DAYS)

    await made.hear(event)
    await made.hear(event)

    assert list(mails(made)) == ["part"]
    assert len(made.bell.alarms) == 1


@in_loop
async def test_a_channel_is_told_once_of_what_the_digest_says() -> None:
    chat = Chat(name="finops", format="slack", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
    channels = ScriptedPost()
    made = notifier(chat=(chat,), channels=channels)
    event = await cataloged(made.store, DAYS)

    await made.hear(event)
    await made.hear(event)

    ((envelope, claim),) = channels.sent
    assert claim.startswith(f"{DAY}-chat-")
    assert envelope.recipients == ("finops",)
    assert b"15.50 USD" in envelope.message


@in_loop
async def test_a_channel_that_is_busy_is_told_later_and_the_page_is_written_then() -> None:
    chat = Chat(name="finops", format="teams", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
    channels = ScriptedPost([NotSent("429", later=True)])
    made = notifier(chat=(chat,), channels=channels)
    event = await cataloged(made.store, DAYS)

    with pytest.raises(Retry):
        await made.hear(event)
    await made.hear(event)

    assert len(channels.sent) == 1
    assert list(mails(made)) == ["daily"]


@pytest.mark.parametrize(
    ("every", "day", "due"),
    [
        ("day", date(2026, 6, 17), True),
        ("week", date(2026, 6, 14), True),
        ("week", date(2026, 6, 15), False),
        ("month", date(2026, 6, 30), True),
        ("month", date(2026, 6, 29), False),
    ],
)
def test_executives_choose_how_often(every: str, day: date, due: bool) -> None:
    to = Executives.model_validate({"recipients": ["a@example.com"], "every": every})

    assert is_due(to, day) is due


def test_one_list_of_people_is_one_mail_whatever_its_order_and_case() -> None:
    roster = [
        Owner(ou="A", recipients=("x@example.com", "Y@example.com")),
        Owner(ou="B", recipients=("y@example.com", "X@example.com")),
        Owner(ou="C", quicksight=("somebody",)),
    ]

    assert parts(roster) == {("x@example.com", "y@example.com"): ("Root/A", "Root/B")}
