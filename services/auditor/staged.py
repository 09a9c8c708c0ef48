"""What runs staged: the commits of what is archived, and newer ones that are not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from services.auditor.checks.staging import GRACE
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.locations import split_uri
from shared.parquet import sha256
from shared.ports import ObjectInfo, ObjectReader
from shared.staging import StagedPeriod

_COMMIT = re.compile(r"^staging/run=[^/]+/period=(\d{4}-\d{2})/manifest\.json$")


@dataclass(frozen=True)
class StagedPeriods:
    """`ours` are what the ledger's deliveries were staged as, `newer` what nobody archived."""

    ours: Mapping[Period, StagedPeriod]
    newer: Mapping[Period, StagedPeriod]


@dataclass(frozen=True)
class Staged:
    """Reads commits; `now` says how long ago one was made."""

    store: ObjectReader
    now: datetime

    async def of(
        self, periods: Mapping[Period, PeriodRecord], staging: Iterable[ObjectInfo]
    ) -> StagedPeriods:
        """Read the commits of the ledger's deliveries, and of what may be newer than they are."""
        ours: dict[Period, StagedPeriod] = {}
        for period, record in periods.items():
            if found := await self._own(record):
                ours[period] = found
        newer: dict[Period, StagedPeriod] = {}
        for period, item in _newest(staging, self.now).items():
            found = await self._read(item.key)
            if found and _is_newer(found, periods.get(period)):
                newer[period] = found
        return StagedPeriods(ours, newer)

    async def _own(self, record: PeriodRecord) -> StagedPeriod | None:
        if record.staging is None:
            return None
        found = await self.store.get(split_uri(record.staging.uri)[1])
        if found is None or sha256(found.body) != record.staging.sha256:
            return None
        return StagedPeriod.model_validate_json(found.body)

    async def _read(self, key: str) -> StagedPeriod | None:
        found = await self.store.get(key)
        try:
            return StagedPeriod.model_validate_json(found.body) if found else None
        except ValidationError:
            return None


def _newest(staging: Iterable[ObjectInfo], now: datetime) -> dict[Period, ObjectInfo]:
    """Return each period's newest commit that the archiver has had time for."""
    newest: dict[Period, ObjectInfo] = {}
    for item in staging:
        found = _COMMIT.match(item.key)
        if found is None or now - item.modified < GRACE:
            continue
        period = Period.parse(found[1])
        if period not in newest or item.modified > newest[period].modified:
            newest[period] = item
    return newest


def _is_newer(staged: StagedPeriod, record: PeriodRecord | None) -> bool:
    return record is None or staged.source_version > record.source_version
