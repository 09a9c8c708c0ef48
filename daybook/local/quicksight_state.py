"""What the QuickSight stand-in remembers: an account's data sources, data sets and ingestions."""

import re
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]

QUOTA_WINDOW_SECONDS = 24 * 60 * 60
INITIALIZED_SHARE = 0.25
ACCOUNT_ID = re.compile(r"[0-9]{12}")
INGESTION_ID = re.compile(r"[a-zA-Z0-9_-]{1,128}")
INGESTION_TYPES = ("FULL_REFRESH", "INCREMENTAL_REFRESH")
INITIAL_INGESTION = "INITIAL_INGESTION"
MAX_PAGE = 100
IMPORT_MODES = ("SPICE", "DIRECT_QUERY")

# A description repeats the rest of the request; the model tells of these elsewhere, or never.
NOT_DESCRIBED = frozenset({"Credentials", "FolderArns", "Permissions", "Tags"})

STATUS_OF_ERROR = {
    "InvalidNextTokenException": 400,
    "InvalidParameterValueException": 400,
    "LimitExceededException": 409,
    "ResourceExistsException": 409,
    "ResourceNotFoundException": 404,
    "UnknownOperationException": 404,
}


class ApiError(Exception):
    """An answer that is an error; `code` is the service model's name for it."""

    def __init__(self, code: str, message: str, resource_type: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.members = {"Message": message}
        if resource_type is not None:
            self.members["ResourceType"] = resource_type


def invalid(message: str) -> ApiError:
    """Return the error for a parameter that the service would not take."""
    return ApiError("InvalidParameterValueException", message)


def require(body: JsonObject, names: Collection[str]) -> None:
    """Raise unless every named member is there: not every client is botocore."""
    missing = [name for name in names if name not in body]
    if missing:
        raise invalid(f"missing: {', '.join(missing)}")


def page(items: list[JsonObject], token: str, size: str) -> tuple[list[JsonObject], str | None]:
    """Return the items from a token on, and the token of what follows them, if anything does."""
    if not token.isdecimal():
        raise ApiError("InvalidNextTokenException", f"next-token {token!r} is not one of ours")
    if not (size.isdecimal() and 1 <= int(size) <= MAX_PAGE):
        raise invalid(f"max-results is {size!r}, not 1 to {MAX_PAGE}")
    end = int(token) + int(size)
    return items[int(token) : end], str(end) if end < len(items) else None


def _require_one_of(name: str, value: object, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise invalid(f"{name} is {value!r}, not one of {', '.join(allowed)}")


@dataclass(frozen=True)
class Settings:
    """How long an ingestion takes and how many manual ones a data set may have in a day."""

    seconds_to_complete: float = 0.4
    refresh_quota: int = 32


@dataclass
class Ingestion:
    """One refresh of a data set; its state follows from the time since it started."""

    ingestion_id: str
    arn: str
    request_type: str
    outcome: str
    started: float
    created_time: float = field(default_factory=time.time)
    cancelled: bool = False

    def status(self, now: float, seconds_to_complete: float) -> str:
        """Return the state at a time of the monotonic clock."""
        if self.cancelled:
            return "CANCELLED"
        elapsed = now - self.started
        if elapsed >= seconds_to_complete:
            return self.outcome
        early = elapsed < seconds_to_complete * INITIALIZED_SHARE
        return "INITIALIZED" if early else "RUNNING"

    def describe(self, status: str) -> JsonObject:
        """Return the model's `Ingestion` structure."""
        description = {
            "Arn": self.arn,
            "IngestionId": self.ingestion_id,
            "IngestionStatus": status,
            "CreatedTime": self.created_time,
            "RequestSource": "MANUAL",
            "RequestType": self.request_type,
        }
        if status == "FAILED":
            message = "the stand-in fails the ingestions of data sets named fail*"
            description["ErrorInfo"] = {"Type": "INTERNAL_SERVICE_ERROR", "Message": message}
        return description


@dataclass
class DataSet:
    """A data set as it is described, and its ingestions in the order they were made."""

    description: JsonObject
    ingestions: dict[str, Ingestion] = field(default_factory=dict)

    def refreshes_since(self, start: float) -> int:
        """Count the manual refreshes after a time; the one at creation is not on the quota."""
        return sum(
            ingestion.started > start and ingestion.request_type != INITIAL_INGESTION
            for ingestion in self.ingestions.values()
        )


class Account:
    """The QuickSight of one AWS account."""

    def __init__(
        self, account_id: str, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not ACCOUNT_ID.fullmatch(account_id):
            raise invalid(f"AwsAccountId {account_id!r} is not 12 digits")
        self._account_id = account_id
        self._settings = settings
        self._clock = clock
        self._data_sources: dict[str, JsonObject] = {}
        self._data_sets: dict[str, DataSet] = {}

    def create_data_source(self, region: str, body: JsonObject) -> JsonObject:
        """Keep a new data source and return its description."""
        require(body, ("DataSourceId", "Name", "Type"))
        source_id = body["DataSourceId"]
        if source_id in self._data_sources:
            raise _exists("DATA_SOURCE", source_id)
        arn = self._arn(region, f"datasource/{source_id}")
        description = _described(body, arn)
        self._data_sources[source_id] = description | {"Status": "CREATION_SUCCESSFUL"}
        return self._data_sources[source_id]

    def data_source(self, source_id: str) -> JsonObject:
        """Return the description of a data source."""
        if source_id not in self._data_sources:
            raise _not_found("DATA_SOURCE", source_id)
        return self._data_sources[source_id]

    def create_data_set(self, region: str, body: JsonObject) -> DataSet:
        """Keep a new data set; one in SPICE starts its first ingestion by itself."""
        require(body, ("DataSetId", "Name", "PhysicalTableMap", "ImportMode"))
        _require_one_of("ImportMode", body["ImportMode"], IMPORT_MODES)
        set_id = body["DataSetId"]
        if set_id in self._data_sets:
            raise _exists("DATA_SET", set_id)
        arn = self._arn(region, f"dataset/{set_id}")
        data_set = self._data_sets[set_id] = DataSet(_described(body, arn))
        if body["ImportMode"] == "SPICE":
            self._start(data_set, str(uuid.uuid4()), INITIAL_INGESTION)
        return data_set

    def data_set(self, set_id: str) -> DataSet:
        """Return a data set."""
        if set_id not in self._data_sets:
            raise _not_found("DATA_SET", set_id)
        return self._data_sets[set_id]

    def data_sets(self) -> list[DataSet]:
        """Return the data sets, oldest first."""
        return list(self._data_sets.values())

    def delete_data_set(self, set_id: str) -> DataSet:
        """Forget a data set and its ingestions."""
        data_set = self.data_set(set_id)
        del self._data_sets[set_id]
        return data_set

    def create_ingestion(self, set_id: str, ingestion_id: str, kind: str) -> Ingestion:
        """Start a manual refresh."""
        if not INGESTION_ID.fullmatch(ingestion_id):
            raise invalid(f"IngestionId {ingestion_id!r} does not match ^[a-zA-Z0-9-_]+$, 1 to 128")
        _require_one_of("IngestionType", kind, INGESTION_TYPES)
        data_set = self.data_set(set_id)
        # Before the quota: a repeat after a lost answer must learn that it had succeeded.
        if ingestion_id in data_set.ingestions:
            raise _exists("INGESTION", ingestion_id)
        self._require_quota(data_set)
        return self._start(data_set, ingestion_id, kind)

    def ingestion(self, set_id: str, ingestion_id: str) -> Ingestion:
        """Return one ingestion."""
        ingestions = self.data_set(set_id).ingestions
        if ingestion_id not in ingestions:
            raise _not_found("INGESTION", ingestion_id)
        return ingestions[ingestion_id]

    def cancel_ingestion(self, set_id: str, ingestion_id: str) -> Ingestion:
        """Cancel an ingestion; one that has ended stays as it ended."""
        ingestion = self.ingestion(set_id, ingestion_id)
        ingestion.cancelled = self._status(ingestion) not in ("COMPLETED", "FAILED")
        return ingestion

    def describe_ingestion(self, ingestion: Ingestion) -> JsonObject:
        """Return the description of an ingestion as of now."""
        return ingestion.describe(self._status(ingestion))

    def _status(self, ingestion: Ingestion) -> str:
        return ingestion.status(self._clock(), self._settings.seconds_to_complete)

    def _require_quota(self, data_set: DataSet) -> None:
        quota = self._settings.refresh_quota
        if data_set.refreshes_since(self._clock() - QUOTA_WINDOW_SECONDS) >= quota:
            message = f"{quota} refreshes of this data set within 24 hours"
            raise ApiError("LimitExceededException", message, "INGESTION")

    def _start(self, data_set: DataSet, ingestion_id: str, request_type: str) -> Ingestion:
        fails = data_set.description["DataSetId"].startswith("fail")
        ingestion = data_set.ingestions[ingestion_id] = Ingestion(
            ingestion_id=ingestion_id,
            arn=f"{data_set.description['Arn']}/ingestion/{ingestion_id}",
            request_type=request_type,
            outcome="FAILED" if fails else "COMPLETED",
            started=self._clock(),
        )
        return ingestion

    def _arn(self, region: str, resource: str) -> str:
        return f"arn:aws:quicksight:{region}:{self._account_id}:{resource}"


def _described(body: JsonObject, arn: str) -> JsonObject:
    now = time.time()
    kept = {name: value for name, value in body.items() if name not in NOT_DESCRIBED}
    return {"Arn": arn, "CreatedTime": now, "LastUpdatedTime": now} | kept


def _exists(kind: str, name: str) -> ApiError:
    return ApiError("ResourceExistsException", f"{kind} {name} exists already", kind)


def _not_found(kind: str, name: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"{kind} {name} is not found", kind)
