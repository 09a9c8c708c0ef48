"""The notifier's post over SES: what it was given arrives, and a refusal is certain."""

import asyncio
import socket
import struct
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from services.notifier.mail.message import Attachment, Envelope, build_message
from services.notifier.mail.render import Rendered
from services.notifier.report.origin import Origin
from services.notifier.sending.post import MaybeSent, NotSent
from services.notifier.sending.ses import SesPost
from shared.aws import clients
from shared.config_people import Digest
from tests.support.cloud import Cloud
from tests.support.looped import Loop

SENDER, RECIPIENTS = "daybook@example.com", ("a@example.com", "b@example.com")
CSV = 'OU,DailyCost\r\n機械,0.1\r\n"a ""b""",-1\r\n' + ".\r\n..\r\n" + "x" * 3000 + "\r\n"
HTML = "<p>Größe \N{BLACK SQUARE} & more</p>\n.\n..leading dots\n" + "y" * 3000


def digest(run: str, *, sender: str = SENDER) -> Envelope:
    return build_message(
        Digest(sender=sender, recipients=RECIPIENTS),
        Rendered(subject="Größe: 機械 ■", html=HTML, text="text\n.\n"),
        (Attachment("ou-breakdown-2026-06-17.csv", "text/csv", CSV.encode()),),
        day=date(2026, 6, 17),
        origin=Origin(run, "version", replay=False),
        now=datetime(2026, 6, 18, 7, tzinfo=UTC),
    )


@pytest.fixture
def post(cloud: Cloud, loop: Loop) -> SesPost:
    cloud.client("ses").verify_email_identity(EmailAddress=SENDER)
    (client,) = loop.enter(clients("ses"))
    return SesPost(client)


def test_the_message_arrives_byte_for_byte(cloud: Cloud, loop: Loop, post: SesPost) -> None:
    envelope = digest("run-1")
    message_id = loop(post.send(envelope, "claim-1"))
    arrived = cloud.mail(b"X-Daybook-Run: run-1")

    added, ours, rest = arrived.partition(envelope.message.rstrip(b"\r\n"))

    assert message_id
    assert ours
    assert [line.partition(b":")[0] for line in added.splitlines()] == [b"Message-ID"]
    assert rest.strip() == b""


def test_html_and_csv_read_back_as_they_were(cloud: Cloud, loop: Loop, post: SesPost) -> None:
    loop(post.send(digest("run-2"), "claim-2"))
    arrived = message_from_bytes(cloud.mail(b"run-2"), _class=EmailMessage, policy=SMTP)
    html = arrived.get_body(("html",))
    (attached,) = arrived.iter_attachments()

    assert html
    assert html.get_content().splitlines() == HTML.splitlines()
    assert attached.get_content() == CSV
    assert attached.get_filename() == "ou-breakdown-2026-06-17.csv"
    assert arrived["Subject"] == "Größe: 機械 ■"


def test_every_recipient_is_in_one_message(cloud: Cloud, loop: Loop, post: SesPost) -> None:
    loop(post.send(digest("run-3"), "claim-3"))
    arrived = cloud.mail(b"run-3")

    assert cloud.sent == 1
    assert b"To: a@example.com, b@example.com" in arrived


def test_each_call_sends_once_and_has_an_id_of_its_own(
    cloud: Cloud, loop: Loop, post: SesPost
) -> None:
    ids = {loop(post.send(digest(run), "claim")) for run in ("run-4", "run-5")}
    cloud.mail(b"run-4")
    cloud.mail(b"run-5")

    assert len(ids) == cloud.sent == 2


def test_an_unverified_sender_is_refused_for_good(cloud: Cloud, loop: Loop, post: SesPost) -> None:
    with pytest.raises(NotSent, match="MessageRejected") as refusal:
        loop(post.send(digest("run-6", sender="stranger@example.org"), "claim"))

    assert not refusal.value.later
    assert cloud.sent == 0


def test_ses_out_of_reach_has_sent_nothing_and_may_later(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud, loop: Loop
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # never listens: connections are refused
        monkeypatch.setenv("AWS_ENDPOINT_URL_SES", f"http://127.0.0.1:{closed.getsockname()[1]}")
        (client,) = loop.enter(clients("ses"))
        with pytest.raises(NotSent) as refusal:
            loop(SesPost(client).send(digest("run-7"), "claim"))

    assert refusal.value.later
    assert cloud.sent == 0


@pytest.mark.usefixtures("cloud")
def test_without_credentials_nothing_was_sent_and_it_may_be_later(
    monkeypatch: pytest.MonkeyPatch, loop: Loop
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)  # as when the container's credentials cannot be fetched
    (client,) = loop.enter(clients("ses"))

    with pytest.raises(NotSent) as refusal:
        loop(SesPost(client).send(digest("run-8"), "claim"))
    assert refusal.value.later


RESET = b"RST"
ANSWERS = {
    "hangs up": b"",
    "resets": RESET,
    "server error": b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<Send",
    "nonsense": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<<<<",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.usefixtures("cloud")
def test_a_lost_or_broken_answer_is_in_doubt_and_never_asked_again(
    monkeypatch: pytest.MonkeyPatch, loop: Loop, answer: bytes
) -> None:
    asked = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        asked.append(await reader.readexactly(length))
        if answer == RESET:
            linger = struct.pack("ii", 1, 0)  # close with RST, not with FIN
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        else:
            writer.write(answer)
        writer.close()

    async def send() -> str:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL_SES", f"http://127.0.0.1:{port}")
        async with server, clients("ses") as (client,):
            return await SesPost(client).send(digest("run-9"), "claim")

    with pytest.raises(MaybeSent):
        loop(send())
    assert len(asked) == 1
