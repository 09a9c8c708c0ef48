"""AWS Data Exports: the executions of one export.

Permission: bcm-data-exports:ListExecutions on the export, in the account that owns it.

Source: AWS Billing and Cost Management API Reference, "DataExports ListExecutions". The reference
states no order and no limit of the list, so all its pages are read. The service answers only in
the region that the export's ARN names.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.query.executions import Execution
from shared.answers import answering
from shared.errors import InputError, NotAnswered

REFUSALS = {
    "AccessDeniedException": "does not let this role in",
    "ResourceNotFoundException": "has no such export",
    "ValidationException": "does not take this as an export's ARN",
}
REMEDY = (
    "Set source.export_arn to the export's ARN (`aws bcm-data-exports list-exports`) and give the "
    "query worker bcm-data-exports:ListExecutions on it, or leave it out"
)


def region_of(arn: str) -> str:
    """Return the region that an ARN names."""
    return arn.split(":")[3]


class DataExports:
    """Reads through an aiobotocore client."""

    def __init__(self, client: Any, arn: str) -> None:
        """Keep the client and the export's ARN."""
        self._client = client
        self._arn = arn

    async def known(self) -> Sequence[Execution]:
        """Return the export's executions.

        Raises InputError when AWS refuses to tell, NotAnswered for any other silence.
        """
        pages = self._client.get_paginator("list_executions").paginate(ExportArn=self._arn)
        try:
            with answering():
                return [
                    _execution(item) async for page in pages for item in page.get("Executions", ())
                ]
        except NotAnswered as silence:
            if problem := REFUSALS.get(str(silence)):
                raise InputError(f"Data Exports, {self._arn}", problem, REMEDY) from silence
            raise


def _execution(item: dict[str, Any]) -> Execution:
    status = item["ExecutionStatus"]
    created: datetime = status["CreatedAt"]
    updated: datetime = status.get("LastUpdatedAt", created)
    return Execution(
        id=item["ExecutionId"],
        status=status.get("StatusCode", ""),
        reason=status.get("StatusReason", ""),
        created_at=created.astimezone(UTC),
        updated_at=updated.astimezone(UTC),
    )
