"""Puts what was read again, or in whole, in the place of what was seen of it before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.auditor.listed import Contents, Listed, Queue
from shared.day_record import DayVersion
from shared.ports import ObjectInfo


@dataclass(frozen=True)
class Held:
    """An object as it was read at one moment; without contents, only its metadata was."""

    info: ObjectInfo
    contents: Contents | None = None


def with_held(seen: Listed, read: Mapping[date, Held | None]) -> Listed:
    """Return the look with days' objects as they were read; one that is gone stays as seen."""
    held = {day: each for day, each in read.items() if each}
    infos = {each.info.key: each.info for each in held.values()}
    objects = tuple(infos.get(item.key, item) for item in seen.objects)
    if seen.contents is None:
        return replace(seen, objects=objects)
    contents = {day: each.contents for day, each in held.items() if each.contents}
    return replace(seen, objects=objects, contents={**seen.contents, **contents})


def with_shared(seen: Listed, read: Mapping[str, Held | None]) -> Listed:
    """Return the look knowing the bytes of objects, by key; one that is gone stays as seen."""
    held = {key: each for key, each in read.items() if each}
    objects = tuple(held[item.key].info if item.key in held else item for item in seen.objects)
    bytes_of = {key: each.contents.sha256 for key, each in held.items() if each.contents}
    return replace(seen, objects=objects, shared={**seen.shared, **bytes_of})


def with_records(seen: Listed, read: Mapping[date, DayVersion | None]) -> Listed:
    """Return the look with days' records as they are now, knowing which are others than before."""
    records = {day: record for day, record in read.items() if record}
    moved = (day for day, record in records.items() if record != seen.records.get(day))
    return replace(
        seen, records={**seen.records, **records}, restated=seen.restated | frozenset(moved)
    )


def busiest(before: Iterable[Queue], after: Iterable[Queue]) -> tuple[Queue, ...]:
    """Return the most that each queue held at either moment."""
    found = {queue.name: queue for queue in before}
    for queue in after:
        was = found.get(queue.name, queue)
        most = max(was.waiting, queue.waiting), max(was.in_hand, queue.in_hand)
        found[queue.name] = Queue(queue.name, *most)
    return tuple(found.values())
