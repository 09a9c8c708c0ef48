"""The Data Exports client against a server that speaks the service's documented protocol.

No emulator has the service. The server answers as its model says (JSON 1.1, one path, the
operation in a header), through the SDK's own client; what AWS itself does was not seen.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.query.data_exports import DataExports, region_of
from services.query.executions import Execution
from shared.aws import clients
from shared.errors import InputError, NotAnswered
from tests.support.looped import Loop

ARN = "arn:aws:bcm-data-exports:us-east-1:123456789012:export/daily-1f3a"
TARGET = "AWSBillingAndCostManagementDataExports.ListExecutions"
CREATED = datetime(2026, 3, 17, 6, tzinfo=UTC)


def item(name: str, status: str, **more: object) -> dict[str, Any]:
    """Return an execution as the service lists it: times in seconds since 1970."""
    told = {"StatusCode": status, "CreatedAt": CREATED.timestamp()} | more
    return {"ExecutionId": name, "ExecutionStatus": told}


@dataclass
class Service:
    """Answers with its pages in turn, or with its error."""

    pages: list[list[dict[str, Any]]] = field(default_factory=lambda: [[]])
    error: tuple[int, str] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("POST", "/")
        self.headers.append(dict(request.headers))
        self.asked.append(json.loads(await request.read()))
        if self.error:
            status, name = self.error
            return self.reply({"__type": name, "Message": "because"}, status)
        page = int(self.asked[-1].get("NextToken", 0))
        more = {"NextToken": str(page + 1)} if page + 1 < len(self.pages) else {}
        return self.reply({"Executions": self.pages[page]} | more)

    @staticmethod
    def reply(body: dict[str, Any], status: int = 200) -> web.Response:
        kind = "application/x-amz-json-1.1"
        return web.Response(text=json.dumps(body), status=status, content_type=kind)


@asynccontextmanager
async def asking(service: Service) -> AsyncIterator[DataExports]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", service.answer)
    async with TestServer(application) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL_BCM_DATA_EXPORTS", str(server.make_url("")))
            patch.setenv("AWS_ACCESS_KEY_ID", "test")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
            patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
            patch.setenv("NO_PROXY", "127.0.0.1")
            async with clients("bcm-data-exports", region=region_of(ARN)) as (client,):
                yield DataExports(client, ARN)


async def known(service: Service) -> list[Execution]:
    async with asking(service) as exports:
        return list(await exports.known())


def test_executions_are_read_with_their_reasons_and_in_utc(loop: Loop) -> None:
    moved = datetime(2026, 3, 17, 6, 5, tzinfo=UTC)
    service = Service(
        [
            [
                item("e1", "DELIVERY_FAILURE", StatusReason="INTERNAL_FAILURE"),
                item("e2", "QUERY_IN_PROCESS", LastUpdatedAt=moved.timestamp()),
            ]
        ]
    )

    assert loop(known(service)) == [
        Execution("e1", "DELIVERY_FAILURE", "INTERNAL_FAILURE", CREATED, CREATED),
        Execution("e2", "QUERY_IN_PROCESS", "", CREATED, moved),
    ]


def test_the_export_is_named_and_its_own_region_is_asked(loop: Loop) -> None:
    service = Service()

    assert loop(known(service)) == []

    assert service.asked == [{"ExportArn": ARN}]
    assert service.headers[0]["X-Amz-Target"] == TARGET
    assert "/us-east-1/bcm-data-exports/aws4_request" in service.headers[0]["Authorization"]


def test_all_pages_are_read_the_empty_ones_too(loop: Loop) -> None:
    service = Service([[item("e1", "DELIVERY_SUCCESS")], [], [item("e2", "QUERY_QUEUED")]])

    assert [execution.id for execution in loop(known(service))] == ["e1", "e2"]
    assert [asked.get("NextToken") for asked in service.asked] == [None, "1", "2"]


@pytest.mark.parametrize(
    ("status", "name", "problem"),
    [
        (400, "AccessDeniedException", "does not let this role in"),
        (400, "ResourceNotFoundException", "has no such export"),
        (400, "ValidationException", "does not take this as an export's ARN"),
    ],
)
def test_what_a_person_must_mend_names_the_export_and_the_remedy(
    status: int, name: str, problem: str, loop: Loop
) -> None:
    with pytest.raises(InputError, match=f"{ARN}: {problem}. Set source.export_arn"):
        loop(known(Service(error=(status, name))))


def test_a_failure_of_the_service_is_tried_again_and_then_is_a_silence(loop: Loop) -> None:
    service = Service(error=(500, "InternalServerException"))

    with pytest.raises(NotAnswered, match="InternalServerException"):
        loop(known(service))

    assert len(service.asked) == 3
