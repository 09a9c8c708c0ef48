"""Sends a message with SES, once per call, and says for certain or for doubt how it went.

Permission: ses:SendRawEmail from the digest's identity (and its configuration set).
SES API v1 SendRawEmail takes 10 MB. The client has SDK retries off: one call is one request.
"""

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

import aiohttp
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from services.notifier.mail.message import Envelope
from services.notifier.sending.post import MaybeSent, NotSent
from shared.ses_reports import CLAIM_TAG

BEFORE_THE_FIRST_BYTE = (
    ConnectTimeoutError,
    CredentialRetrievalError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)
LONGEST = 15.0
"""Seconds for a request, all in all: the client's own timeouts begin when all is handed over."""
CALM_DOWN = {"Throttling", "ThrottlingException", "TooManyRequestsException"}
SERVER_FAULT = 500


@dataclass(frozen=True)
class SesPost:
    """Sends through an aiobotocore SES client."""

    client: Any
    configuration_set: str | None = None

    async def send(self, envelope: Envelope, claim: str) -> str:
        """Send and return the message id; raise NotSent or MaybeSent otherwise."""
        options = {"ConfigurationSetName": self.configuration_set} if self.configuration_set else {}
        try:
            async with asyncio.timeout(LONGEST):
                answer = await self.client.send_raw_email(
                    Source=envelope.sender,
                    Destinations=list(envelope.recipients),
                    RawMessage={"Data": envelope.message},
                    Tags=[{"Name": CLAIM_TAG, "Value": claim}],
                    **options,
                )
        except TimeoutError as error:
            raise MaybeSent(f"no answer within {LONGEST:.0f} seconds") from error
        except ClientError as error:
            raise _from_answer(error) from error
        except EndpointConnectionError as error:
            raise _from_connection(error) from error
        except BEFORE_THE_FIRST_BYTE as error:
            raise NotSent(repr(error), later=True) from error
        except (HTTPClientError, ResponseParserError) as error:
            raise MaybeSent(repr(error)) from error
        return str(answer["MessageId"])


def _from_connection(error: EndpointConnectionError) -> NotSent | MaybeSent:
    """Tell a connection that was never made from one that was reset, maybe after the last byte.

    aiobotocore raises the same error for both.
    """
    if isinstance(error.kwargs.get("error"), aiohttp.ClientConnectorError | socket.gaierror):
        return NotSent(repr(error), later=True)
    return MaybeSent(repr(error))


def _from_answer(error: ClientError) -> NotSent | MaybeSent:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_FAULT)
    code = error.response.get("Error", {}).get("Code", "unknown")
    if status >= SERVER_FAULT:
        return MaybeSent(f"{status} {code}")
    return NotSent(code, later=code in CALM_DOWN or code.startswith("Expired"))
