"""What AWS says of its own attempts to refresh the export, where the export's ARN is configured.

The manifest in S3 says what was delivered; an execution says that something else is about to be,
or that AWS failed to. Times are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

FAILED = ("QUERY_FAILURE", "DELIVERY_FAILURE")
IN_PROGRESS = ("INITIATION_IN_PROCESS", "QUERY_QUEUED", "QUERY_IN_PROCESS", "DELIVERY_IN_PROCESS")
STUCK = timedelta(hours=6)
"""A refresh takes minutes: one in which nothing has moved for so long is not waited for."""


@dataclass(frozen=True)
class Execution:
    """One attempt of AWS to refresh the export; `reason` is empty unless AWS gives one."""

    id: str
    status: str
    reason: str
    created_at: datetime
    updated_at: datetime

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"execution of {self.created_at:%-d %b %H:%M} UTC: {self.status}{reason}"


class Executions(Protocol):
    """Tells of the export's executions."""

    async def known(self) -> Sequence[Execution]:
        """Return all that are known, in any order; none where the export is not named.

        Raises NotAnswered.
        """


class NoExecutions:
    """An export that is not named: its manifests are all that is known of it."""

    async def known(self) -> Sequence[Execution]:
        """Return none."""
        return ()


def under_way(
    executions: Sequence[Execution], delivered_at: datetime, now: datetime
) -> Execution | None:
    """Return an execution in progress that began after a delivery: it is about to be replaced."""
    moving = (
        execution
        for execution in executions
        if execution.status in IN_PROGRESS
        and execution.created_at > delivered_at
        and now - execution.updated_at <= STUCK
    )
    return max(moving, key=lambda execution: execution.created_at, default=None)


def failure(executions: Sequence[Execution]) -> Execution | None:
    """Return the newest execution that has ended, if it failed."""
    ended = [execution for execution in executions if execution.status not in IN_PROGRESS]
    newest = max(ended, key=lambda execution: execution.created_at, default=None)
    return newest if newest and newest.status in FAILED else None
