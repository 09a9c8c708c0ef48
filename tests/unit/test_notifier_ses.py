"""What SES answers, told apart into certainty and doubt."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from services.notifier.mail.message import Envelope
from services.notifier.sending import ses
from services.notifier.sending.post import MaybeSent, NotSent
from services.notifier.sending.ses import SesPost
from shared.aws import clients
from tests.support.units.aio import in_loop

URL = "https://email.eu-west-1.amazonaws.com"
HOST = aiohttp.client_reqrep.ConnectionKey("email", 443, True, True, None, None, None)
ENVELOPE = Envelope("from@example.com", ("a@example.com", "b@example.com"), b"message")


class Client:
    """An SES client that gives one answer, and keeps what it was asked."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.asked: list[dict[str, Any]] = []

    async def send_raw_email(self, **asked: Any) -> dict[str, str]:
        self.asked.append(asked)
        if self.trouble:
            raise self.trouble
        return {"MessageId": "0100-abc"}


def refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendRawEmail")


@in_loop
async def test_the_message_goes_out_once_to_all_with_the_claim_as_its_tag() -> None:
    client = Client()

    message_id = await SesPost(client, "observed").send(ENVELOPE, "claim-1")

    assert message_id == "0100-abc"
    assert client.asked == [
        {
            "Source": "from@example.com",
            "Destinations": ["a@example.com", "b@example.com"],
            "RawMessage": {"Data": b"message"},
            "Tags": [{"Name": "daybook-digest", "Value": "claim-1"}],
            "ConfigurationSetName": "observed",
        }
    ]


@in_loop
async def test_without_a_configuration_set_none_is_named() -> None:
    client = Client()

    await SesPost(client).send(ENVELOPE, "claim-1")

    assert "ConfigurationSetName" not in client.asked[0]


@pytest.mark.parametrize(
    "code",
    ["Throttling", "ThrottlingException", "TooManyRequestsException", "ExpiredTokenException"],
)
@in_loop
async def test_a_refusal_that_passes_is_not_sent_and_may_be_tried_later(code: str) -> None:
    with pytest.raises(NotSent, match=code) as refused:
        await SesPost(Client(refusal(code, 400))).send(ENVELOPE, "claim-1")

    assert refused.value.later


@pytest.mark.parametrize(
    "code",
    [
        "MessageRejected",
        "MailFromDomainNotVerifiedException",
        "AccountSendingPausedException",
        "ConfigurationSetDoesNotExist",
        "AccessDenied",
        "InvalidParameterValue",
    ],
)
@in_loop
async def test_a_refusal_for_good_is_not_sent_and_not_tried_again(code: str) -> None:
    with pytest.raises(NotSent, match=code) as refused:
        await SesPost(Client(refusal(code, 400))).send(ENVELOPE, "claim-1")

    assert not refused.value.later


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@in_loop
async def test_a_server_error_leaves_doubt(status: int) -> None:
    with pytest.raises(MaybeSent, match=str(status)):
        await SesPost(Client(refusal("InternalFailure", status))).send(ENVELOPE, "claim-1")


@in_loop
async def test_an_answer_without_a_status_leaves_doubt() -> None:
    with pytest.raises(MaybeSent):
        await SesPost(Client(ClientError({}, "SendRawEmail"))).send(ENVELOPE, "claim-1")


@pytest.mark.parametrize("inner", [aiohttp.ClientOSError(104, "reset by peer"), None])
@in_loop
async def test_a_connection_that_broke_may_have_carried_the_whole_message(
    inner: Exception | None,
) -> None:
    """aiobotocore says of a reset that the endpoint could not be connected to."""
    trouble = EndpointConnectionError(endpoint_url=URL, error=inner)

    with pytest.raises(MaybeSent):
        await SesPost(Client(trouble)).send(ENVELOPE, "claim-1")


@pytest.mark.parametrize(
    "trouble",
    [
        EndpointConnectionError(
            endpoint_url=URL, error=aiohttp.ClientConnectorError(HOST, OSError(111, "refused"))
        ),
        EndpointConnectionError(endpoint_url=URL, error=socket.gaierror("no such host")),
        ConnectTimeoutError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error="certificate"),
        ProxyConnectionError(proxy_url=URL),
        NoCredentialsError(),
        CredentialRetrievalError(provider="iam-role", error_msg="timed out"),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
@in_loop
async def test_what_fails_before_the_first_byte_is_not_sent(trouble: BotoCoreError) -> None:
    with pytest.raises(NotSent) as refused:
        await SesPost(Client(trouble)).send(ENVELOPE, "claim-1")

    assert refused.value.later


@pytest.mark.parametrize(
    "trouble",
    [ReadTimeoutError(endpoint_url=URL), ConnectionClosedError(endpoint_url=URL)],
    ids=lambda trouble: type(trouble).__name__,
)
@in_loop
async def test_an_answer_that_was_lost_leaves_doubt(trouble: BotoCoreError) -> None:
    with pytest.raises(MaybeSent):
        await SesPost(Client(trouble)).send(ENVELOPE, "claim-1")


@in_loop
async def test_a_request_that_ses_does_not_read_is_in_doubt_within_the_grace_of_a_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client's own timeouts begin when everything is sent; a large mail may never be."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(ses, "LONGEST", 0.5)
    deaf = await asyncio.start_server(lambda reader, _: _stop_reading(reader), "127.0.0.1", 0)
    port = deaf.sockets[0].getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")

    async with deaf, clients("ses", region="eu-west-1") as (client,):
        with pytest.raises(MaybeSent, match="no answer within"):
            await SesPost(client).send(replace(ENVELOPE, message=b"x" * 7_000_000), "claim-1")


def _stop_reading(reader: asyncio.StreamReader) -> None:
    reader._transport.pause_reading()  # type: ignore[attr-defined]
