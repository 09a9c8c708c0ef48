"""The events that workers exchange: CloudEvents 1.0, one frozen class each, defined only here.

Times are UTC. An event carries references, checksums and totals, never rows, so it stays far
below the 64 KiB that `parse` accepts (Amazon SNS quotas allow 256 KiB).
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import NAMESPACE_URL, uuid5

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from shared.days import Period
from shared.errors import Reject
from shared.money import Amounts

MAX_BYTES = 64 * 1024
_IDS = uuid5(NAMESPACE_URL, "https://daybook.invalid/events")


def derive_id(*parts: object) -> str:
    """Return the same id for the same parts, so that a repeated step repeats its words."""
    return str(uuid5(_IDS, "/".join(str(part) for part in parts)))


class _Frozen(BaseModel):
    # Unknown fields are ignored: a worker must read the events of the next release, too.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Reference(_Frozen):
    """An object in S3 and the checksum of its bytes."""

    uri: str = Field(pattern=r"^s3://[^/]+/.+", description="Location of the object.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Checksum of its bytes.")


class PeriodScope(_Frozen):
    """What every event of a run's chain says about the billing period it concerns."""

    period: Period = Field(description="The billing period.")
    first_day: date = Field(description="First day that the run was asked for, in the period.")
    day: date = Field(description="Last day that the run was asked for: the day of the digest.")
    notify: bool = Field(description="Whether the run ends with a digest.")
    replay: bool = Field(default=False, description="Whether a backfill asked for the run.")
    source_version: str = Field(
        description="Delivery time, execution id and query time: newer data sorts later."
    )
    complete_through: date | None = Field(
        default=None, description="Last day whose usage is fully delivered; null when none is."
    )
    rows: int = Field(ge=0, description="Rows of the breakdown.")
    totals: tuple[Amounts, ...] = Field(description="Exact totals of the period per currency.")


class BackfillData(_Frozen):
    """Which days to run again, who asked, and why."""

    first_day: date = Field(description="First day to run again (UTC).")
    last_day: date = Field(description="Last day to run again, included (UTC).")
    reason: str = Field(min_length=1, max_length=500, description="Why; kept in the ledger.")
    requested_by: str = Field(min_length=1, max_length=200, description="Who asked.")
    notify: bool = Field(default=False, description="Send the digest of the last day again.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class QueriedData(PeriodScope):
    """A period's rows are staged."""

    staging: Reference = Field(description="The list of staged objects by day.")
    bytes_scanned: int = Field(ge=0, description="Bytes of the export that were read.")


class ArchivedDay(_Frozen):
    """One day's object in the archive."""

    day: date = Field(description="The billing day.")
    outcome: Literal["new", "restated", "unchanged", "superseded"] = Field(
        description="What this run did to the day's object."
    )
    sha256: str = Field(description="Checksum of the Parquet object.")
    rows: int = Field(ge=0, description="Rows in the object.")


class ArchivedData(PeriodScope):
    """A period's days are archived."""

    bucket: str = Field(description="The archive bucket.")
    days: tuple[ArchivedDay, ...] = Field(description="Every archived day of the period.")


class AssessedDay(Reference):
    """One day's object in ou_outlook."""

    day: date = Field(description="The day assessed.")
    outcome: Literal["changed", "unchanged", "superseded"] = Field(
        description="What this run did to the day's object."
    )


class AssessedData(ArchivedData):
    """A period's outlook is written."""

    outlooks: tuple[AssessedDay, ...] = Field(description="ou_outlook by day, for the run's days.")

    @property
    def changed(self) -> bool:
        """Whether the run changed anything that a dashboard shows."""
        archived = any(day.outcome in ("new", "restated") for day in self.days)
        return archived or any(day.outcome == "changed" for day in self.outlooks)


class Refresh(_Frozen):
    """One QuickSight SPICE ingestion."""

    dataset: str = Field(description="QuickSight data set id.")
    ingestion: str = Field(description="Ingestion id, derived from the run.")
    status: str = Field(description="Final IngestionStatus.")


class CatalogedData(AssessedData):
    """A period is registered in Glue and QuickSight is refreshed."""

    partitions: int = Field(ge=0, description="Partitions checked or made in Glue.")
    refreshes: tuple[Refresh, ...] = Field(description="QuickSight ingestions; empty if no change.")


class DigestData(_Frozen):
    """The digest left for its recipients."""

    period: Period = Field(description="The billing period of the day.")
    day: date = Field(description="The day that the digest reports.")
    kind: str = Field(description="`daily`, or `replay-…` when a backfill asked for it.")
    message_id: str = Field(description="Message id given by SES.")
    totals: tuple[Amounts, ...] = Field(description="Exact totals of the day, per currency.")


class _Event(_Frozen):
    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1, max_length=200, description="Unique per event; derived.")
    source: str = Field(min_length=1, max_length=200, description="Who says it.")
    time: AwareDatetime = Field(description="When it was said (UTC).")
    runid: str = Field(min_length=1, max_length=200, description="Shared by a run's events.")
    causeid: str | None = Field(default=None, description="Id of the event that caused this one.")

    @model_validator(mode="before")
    @classmethod
    def _default_run(cls, values: Any) -> Any:
        """A run begins with an event that knows no run: derive one from its id."""
        if isinstance(values, dict) and "runid" not in values and "id" in values:
            return values | {"runid": derive_id(values["id"], "run")}
        return values

    def to_json(self) -> str:
        """Write the event as it travels."""
        return self.model_dump_json(exclude_none=True)


class DayReady(_Event):
    """The daily tick: its time, and nothing else. It asks for the day before."""

    type: Literal["day-ready"] = "day-ready"


class BackfillRequested(_Event):
    """An operator or the audit asks for days to be run again."""

    type: Literal["backfill-requested"] = "backfill-requested"
    time: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    data: BackfillData


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


Event = (
    DayReady
    | BackfillRequested
    | PeriodQueried
    | PeriodArchived
    | PeriodAssessed
    | PeriodCataloged
    | DigestSent
)
EVENTS: dict[str, type[Event]] = {
    event.model_fields["type"].default: event
    for event in (
        DayReady,
        BackfillRequested,
        PeriodQueried,
        PeriodArchived,
        PeriodAssessed,
        PeriodCataloged,
        DigestSent,
    )
}
_ANY: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def parse(body: str) -> Event:
    """Read a message body; raise Reject with the reason when it is no event of ours."""
    if len(body.encode()) > MAX_BYTES:
        raise Reject(f"message is larger than {MAX_BYTES} bytes")
    try:
        return _ANY.validate_json(body)
    except ValidationError as error:
        raise Reject(f"not an event: {_first_problem(error)}") from None


def _first_problem(error: ValidationError) -> str:
    """Name the field and the rule, never the value: bodies do not belong in logs."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"]) or "body"
    return f"{place}: {problem['type']}"


def follow_up(
    cause: Event, kind: type[Event], data: BaseModel, *, source: str, about: object
) -> Event:
    """Say what came of `cause`: same run, an id derived from the cause, now as its time."""
    kind_name = kind.model_fields["type"].default
    return kind.model_validate(
        {
            "id": derive_id(cause.id, kind_name, about),
            "source": source,
            "time": datetime.now(UTC),
            "runid": cause.runid,
            "causeid": cause.id,
            "data": data,
        }
    )
