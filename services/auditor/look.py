"""Looks at everything once; what it saw is what the checks decide by."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.auditor.around import Around
from services.auditor.checks.outlook import newest_days
from services.auditor.contents import assessment_of, contents_of
from services.auditor.counting import Uncounted
from services.auditor.listed import PREFIXES, Assessment, Listed
from services.auditor.reread import Held, busiest, with_held, with_records, with_shared
from services.auditor.staged import Staged
from shared.config_parts import Gap
from shared.currency import Display
from shared.day_record import DayRecord, DayVersion, PeriodRecord
from shared.days import ONE_DAY, Period
from shared.digest_claim import Claim
from shared.locations import (
    BREAKDOWNS,
    DAY_RECORDS,
    DIGEST_CLAIMS,
    OUTLOOKS,
    PERIOD_RECORDS,
    STAGING,
    day_of_partition,
    day_record_key,
    is_data,
    outlook_key,
)
from shared.ports import ObjectInfo, ObjectReader
from shared.together import together

AT_ONCE = 16
LEEWAY = 2
"""Days that a day has to arrive: its tick comes after one, and may have waited."""
Key = TypeVar("Key")
Found = TypeVar("Found")
Doc = TypeVar("Doc", bound=BaseModel)
Taken = TypeVar("Taken")
Tell = Callable[[str], None]


def _untold(_: str) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class Look:
    """Reads one archive and what is around it; it changes nothing."""

    store: ObjectReader
    around: Around
    datasets: Sequence[str]
    queues: Sequence[str]
    display: Display | None = None
    deadline: time | None = None
    gaps: tuple[Gap, ...] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tell: Tell = _untold
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def listed(self, *, full: bool, through: date | None = None) -> Listed:
        """Look; `through` is the last day that must be there, the day before yesterday if None.

        A full look reads every object and has the query engine count the table's rows.
        """
        now = self.now()
        seen = Listed(
            now=now,
            bucket=self.store.bucket,
            through=through or now.date() - LEEWAY * ONE_DAY,
            display=self.display,
            deadline=self.deadline,
            gaps=self.gaps,
        )
        seen = await self._with_ledger(seen)
        seen = await self._with_objects(seen)
        seen = await self._with_surroundings(seen)
        return await self._with_contents(seen) if full else seen

    async def again(self, seen: Listed, days: Sequence[date]) -> Listed:
        """Read records and objects of some days again, and whether a run is under way.

        A run that ends while it is looked at has some days written before they were read, and some
        after: what is of both is no finding.
        """
        self.tell(f"looking again at {len(days)} days")
        records = await self._each(days, self._record)
        seen = await self._with_shared(with_records(seen, records), days)
        own = seen.own

        async def read(day: date) -> Held | None:
            if seen.contents is not None:
                return await self._held(own[day].key, seen.records.get(day))
            found = await self.store.head(own[day].key)
            return Held(found) if found else None

        held = await self._each([day for day in days if day in own], read)
        queues = await self.around.queues.look(self.queues)
        return with_held(replace(seen, queues=busiest(seen.queues, queues)), held)

    async def _record(self, day: date) -> DayVersion | None:
        found = await self.store.get(day_record_key(day))
        try:
            return DayRecord.model_validate_json(found.body).newest if found else None
        except ValidationError:
            return None  # said of the key

    async def _with_ledger(self, seen: Listed) -> Listed:
        self.tell("reading the ledger")
        records, unreadable = await self._documents(DAY_RECORDS, DayRecord, _in_force)
        periods, more = await self._documents(PERIOD_RECORDS, PeriodRecord, _itself)
        claims, also = await self._documents(DIGEST_CLAIMS, Claim, _itself)
        return replace(
            seen,
            records=dict(records.values()),
            periods={_period(key): record for key, record in periods.items()},
            claims=claims,
            unreadable=(*unreadable, *more, *also),
        )

    async def _with_objects(self, seen: Listed) -> Listed:
        self.tell("listing the archive")
        objects = await self._table(BREAKDOWNS)
        outlooks = await self._table(OUTLOOKS)
        staging = await self._list(STAGING)
        staged = await Staged(self.store, seen.now).of(seen.periods, staging)
        seen = replace(seen, objects=tuple(objects), outlooks=tuple(outlooks))
        seen = await self._with_metadata(seen)
        return replace(
            seen,
            staging=tuple(staging),
            staged=staged.ours,
            newest_staged=staged.newer,
            assessed=await self._assessed(outlooks),
        )

    async def _list(self, prefix: str) -> list[ObjectInfo]:
        """List what is there, without the markers that the S3 console makes folders of."""
        return [item for item in await self.store.list(prefix) if not item.key.endswith("/")]

    async def _table(self, prefix: str) -> list[ObjectInfo]:
        """List a table's objects, as those see it who query it."""
        return [item for item in await self.store.list(prefix) if is_data(item.key)]

    async def _with_metadata(self, seen: Listed) -> Listed:
        """Look at each day's object; listing tells no metadata."""
        alone = [items[0].key for items in seen.by_day.values() if len(items) == 1]
        heads = await self._each(sorted(alone), self.store.head)
        objects = tuple(heads.get(item.key) or item for item in seen.objects)
        return await self._with_shared(replace(seen, objects=objects), list(seen.by_day))

    async def _with_shared(self, seen: Listed, days: Iterable[date]) -> Listed:
        """Read what is not alone in a day's place: only its bytes say which is the day's own."""
        places = [seen.by_day.get(day, ()) for day in days]
        keys = sorted(item.key for items in places if len(items) > 1 for item in items)
        read = await self._each(keys, lambda key: self._held(key, None))
        return with_shared(seen, read)

    async def _assessed(self, outlooks: Iterable[ObjectInfo]) -> dict[date, Assessment]:
        days = (day for item in outlooks if (day := day_of_partition(item.key)))
        found = await self._each(newest_days(days), self._outlook)
        return {day: held for day, held in found.items() if held}

    async def _outlook(self, day: date) -> Assessment | None:
        found = await self.store.get(outlook_key(day))
        return assessment_of(found.body) if found else None

    async def _with_surroundings(self, seen: Listed) -> Listed:
        self.tell("asking Glue, SQS and QuickSight")
        around = self.around
        return replace(
            seen,
            partitions={table: await around.catalog.partitions(table) for table in PREFIXES},
            queues=tuple(await around.queues.look(self.queues)),
            ingestions={name: await around.data_sets.newest(name) for name in self.datasets},
            delivered=await around.exported.delivered(),
        )

    async def _with_contents(self, seen: Listed) -> Listed:
        own = seen.own
        self.tell(f"reading {len(own)} days")

        async def read(day: date) -> Held | None:
            return await self._held(own[day].key, seen.records.get(day))

        held = await self._each(sorted(own), read)
        return await self._with_count(with_held(replace(seen, contents={}), held))

    async def _held(self, key: str, said: DayVersion | None) -> Held | None:
        """Read an object: its checksum in the metadata is that of these bytes, or of none."""
        found = await self.store.get(key)
        if found is None:
            return None
        info = ObjectInfo(key, len(found.body), found.etag, found.modified, found.metadata)
        return Held(info, await asyncio.to_thread(contents_of, found.body, said))

    async def _with_count(self, seen: Listed) -> Listed:
        self.tell("counting the table's rows")
        try:
            rows = await self.around.counter.rows_by_day(seen.partitions["ou_breakdown"])
        except Uncounted as error:
            return replace(seen, uncounted=str(error))
        return replace(seen, counted=rows)

    async def _documents(
        self, prefix: str, kind: type[Doc], take: Callable[[Doc], Taken]
    ) -> tuple[dict[str, Taken], tuple[str, ...]]:
        """Take something of every document below a prefix, by key; and tell which are none."""
        unreadable = []

        async def read(key: str) -> Taken | None:
            found = await self.store.get(key)
            try:
                return take(kind.model_validate_json(found.body)) if found else None
            except ValidationError:
                unreadable.append(key)
                return None

        taken = await self._each([item.key for item in await self._list(prefix)], read)
        held = {key: each for key, each in taken.items() if each is not None}
        return held, tuple(sorted(unreadable))

    async def _each(
        self, keys: Sequence[Key], read: Callable[[Key], Awaitable[Found]]
    ) -> Mapping[Key, Found]:
        """Read many at a time."""

        async def one(key: Key) -> Found:
            async with self.gate:
                return await read(key)

        return dict(zip(keys, await together(map(one, keys)), strict=True))


def _itself(doc: Doc) -> Doc:
    return doc


def _in_force(record: DayRecord) -> tuple[date, DayVersion]:
    return record.day, record.newest


def _period(key: str) -> Period:
    return Period.parse(key.removeprefix(PERIOD_RECORDS).removesuffix(".json"))
