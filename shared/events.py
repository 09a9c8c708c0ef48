"""The events that workers exchange: CloudEvents 1.0, one frozen class each, defined only here.

Times are UTC. An event carries references, checksums and totals, never rows, so it stays far
below the 64 KiB that `parse` accepts (Amazon SNS quotas allow 256 KiB).
"""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal, Self, get_args

from pydantic import AwareDatetime, BaseModel, Field, ValidationError, model_validator
from pydantic.json_schema import models_json_schema

from shared.days import day_before
from shared.errors import Reject
from shared.event_data import (
    MOST_PERIODS,
    ArchivedData,
    ArchivedDay,
    AssessedData,
    AssessedDay,
    AuditData,
    BackfillData,
    Batch,
    CatalogedData,
    ControlSums,
    DelayedData,
    DigestData,
    MailData,
    PeriodScope,
    QueriedData,
    Reference,
    Refresh,
)
from shared.frozen import Frozen
from shared.ids import derive_id, run_from
from shared.ses_reports import read_ses_report

__all__ = [  # the data classes, too: one door to everything about events
    "EVENTS",
    "MOST_PERIODS",
    "ArchivedData",
    "ArchivedDay",
    "AssessedData",
    "AssessedDay",
    "AuditData",
    "AuditRequested",
    "BackfillData",
    "BackfillRequested",
    "Batch",
    "CatalogedData",
    "ControlSums",
    "DataDelayed",
    "DayReady",
    "DelayedData",
    "DigestData",
    "DigestSent",
    "Event",
    "MailData",
    "MailReported",
    "PeriodArchived",
    "PeriodAssessed",
    "PeriodCataloged",
    "PeriodQueried",
    "PeriodScope",
    "QueriedData",
    "Reference",
    "Refresh",
    "follow_up",
    "parse",
]
MAX_BYTES = 64 * 1024


class _Event(Frozen):
    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1, max_length=200, description="Unique per event; derived.")
    source: str = Field(min_length=1, max_length=200, description="Who says it.")
    time: AwareDatetime = Field(description="When it was said (UTC).")
    runid: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Shared by a run's events; in keys and tags."
    )
    causeid: str | None = Field(default=None, description="Id of the event that caused this one.")
    lane: Literal["backfill"] | None = Field(
        default=None, description="The queue of low priority, for what a backfill asked for."
    )

    @model_validator(mode="before")
    @classmethod
    def _default_run(cls, values: Any) -> Any:
        """A run begins with an event that knows no run: derive one from its id."""
        if isinstance(values, dict) and "runid" not in values and "id" in values:
            return values | {"runid": run_from(values["id"])}
        return values

    @property
    def day(self) -> date | None:
        """The day that the event is about, for logs; None when it names none."""
        return getattr(getattr(self, "data", None), "day", None)

    def to_json(self) -> str:
        """Write the event as it travels; raise Reject for one that nobody would read."""
        body = self.model_dump_json(exclude_none=True)
        if len(body.encode()) > MAX_BYTES:
            raise Reject(f"an event of this kind would be larger than {MAX_BYTES} bytes")
        return body


class DayReady(_Event):
    """The daily tick: its time, and nothing else. It asks for the day before."""

    type: Literal["day-ready"] = "day-ready"

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        day_before(self.time)
        return self

    @property
    def day(self) -> date:
        """The day that the tick asks for (UTC)."""
        return day_before(self.time)


class BackfillRequested(_Event):
    """An operator or the audit asks for days to be run again."""

    type: Literal["backfill-requested"] = "backfill-requested"
    lane: Literal["backfill"] = "backfill"
    time: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    data: BackfillData

    @property
    def day(self) -> date:
        """The last day asked for."""
        return self.data.last_day


class AuditRequested(_Event):
    """The clock asks for an audit of the whole archive."""

    type: Literal["audit-requested"] = "audit-requested"
    data: AuditData = AuditData()


class DataDelayed(_Event):
    """A day's data is late; its digest follows when it is there."""

    type: Literal["data-delayed"] = "data-delayed"
    data: DelayedData


class PeriodQueried(_Event):
    """The query worker staged a billing period."""

    type: Literal["period-queried"] = "period-queried"
    data: QueriedData


class PeriodArchived(_Event):
    """The archiver wrote the days that are new or changed."""

    type: Literal["period-archived"] = "period-archived"
    data: ArchivedData


class PeriodAssessed(_Event):
    """The forecaster wrote the outlook."""

    type: Literal["period-assessed"] = "period-assessed"
    data: AssessedData


class PeriodCataloged(_Event):
    """The catalog worker registered partitions and refreshed the dashboards."""

    type: Literal["period-cataloged"] = "period-cataloged"
    data: CatalogedData


class DigestSent(_Event):
    """The notifier handed the digest to SES."""

    type: Literal["digest-sent"] = "digest-sent"
    data: DigestData


class MailReported(_Event):
    """SES tells what became of a digest (its own JSON, taken as an event of ours)."""

    type: Literal["mail-reported"] = "mail-reported"
    data: MailData

    @property
    def day(self) -> date:
        """The day of the digest."""
        return self.data.day


Event = (
    DayReady
    | BackfillRequested
    | AuditRequested
    | DataDelayed
    | PeriodQueried
    | PeriodArchived
    | PeriodAssessed
    | PeriodCataloged
    | DigestSent
    | MailReported
)
EVENTS: dict[str, type[Event]] = {
    event.model_fields["type"].default: event for event in get_args(Event)
}


class _Kind(Frozen):
    """What of a body says which event it is."""

    # Not a union of all events: every worker would make readers of ten kinds, to read two or three.
    type: str


def parse(body: str) -> Event:
    """Read a message body; raise Reject with the reason when it is no event of ours.

    Raises Ignore for what SES says that is about no digest.
    """
    # SQS refuses lone surrogates; should one come all the same, it is no event like any other.
    if len(body.encode(errors="surrogatepass")) > MAX_BYTES:
        raise Reject(f"message is larger than {MAX_BYTES} bytes")
    try:
        return _from_ses(body) or _kind_of(body).model_validate_json(body)
    except ValidationError as error:
        raise Reject(f"not an event: {_first_problem(error)}") from None


def _kind_of(body: str) -> type[Event]:
    kind = EVENTS.get(_Kind.model_validate_json(body).type)
    if kind is None:
        raise Reject("not an event: type: unknown")
    return kind


def _from_ses(body: str) -> Event | None:
    """Take what SES says about a digest as an event of ours; None for anything else."""
    report = read_ses_report(body)
    if report is None:
        return None
    return MailReported.model_validate(
        {
            "id": derive_id(report.mail.message_id, report.kind, report.moment),
            "source": "aws.ses",
            "time": report.mail.timestamp,
            "data": {
                "kind": report.kind,
                "detail": report.detail,
                "message_id": report.mail.message_id,
                "claim": report.claim,
            },
        }
    )


def _first_problem(error: ValidationError) -> str:
    """Name the field and the rule, never the value: bodies do not belong in logs.

    A key that no model declares is the body's own, as a value is.
    """
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    named = (str(part) if part in _declared() else "…" for part in problem["loc"])
    return f"{'.'.join(named) or 'body'}: {problem['type']}"


@cache
def _declared() -> frozenset[int | str]:
    """Return the names of all events' types and fields, and the places in the longest list."""
    _, schemas = models_json_schema([(kind, "validation") for kind in EVENTS.values()])
    models = schemas["$defs"].values()
    fields = (name for model in models for name in model.get("properties", ()))
    return frozenset([*EVENTS, *fields, *range(MAX_BYTES)])


def follow_up(
    cause: Event, kind: type[Event], data: BaseModel, *, source: str, about: object
) -> Event:
    """Say what came of `cause`: same run, same lane, an id derived from the cause, time now."""
    kind_name = kind.model_fields["type"].default
    return kind.model_validate(
        {
            "id": derive_id(cause.id, kind_name, about),
            "source": source,
            "time": datetime.now(UTC),
            "runid": cause.runid,
            "causeid": cause.id,
            "data": data,
            **({"lane": cause.lane} if cause.lane else {}),
        }
    )
