"""Asks for days to be run again, and follows them month by month."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError

from daybook.operate.documents import needed
from daybook.operate.reach import archive, reached
from daybook.publish import operators_event, require_few
from shared.days import Period, periods_between
from shared.digest_claim import is_about_late_data
from shared.errors import InputError
from shared.events import BackfillData, BackfillRequested
from shared.locations import run_record_key
from shared.run_record import RunRecord

LOOK = 1.0
"""Seconds between two looks at how far a replay is."""
SHAPE = "Write 2026-06-17, 2026-06, or two of them as 2026-01..2026-06"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The one way to write a day; `date.fromisoformat` takes weeks, too."""


@dataclass(frozen=True)
class Span:
    """Days, the first and the last included (UTC)."""

    first: date
    last: date

    @property
    def periods(self) -> list[Period]:
        """The billing periods that hold them."""
        return list(periods_between(self.first, self.last))


def parse_span(text: str, today: date) -> Span:
    """Read a day, a month, or a range of either; a day that is not over yet is left out.

    Raises InputError for anything else, when no day is left, and for too many months.
    """
    begin, dots, end = text.partition("..")
    first, last = _part(begin, text)[0], _part(end if dots else begin, text)[1]
    if last < first:
        raise InputError(f"the days {text}", "end before they begin", SHAPE)
    yesterday = today - timedelta(days=1)
    if first > yesterday:
        raise InputError(f"the days {text}", f"are not over yet on {today} (UTC)", SHAPE)
    span = Span(first, min(last, yesterday))
    require_few(f"the days {text}", span.first, span.last)
    return span


def _part(text: str, whole: str) -> tuple[date, date]:
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return day, day
        period = Period.parse(text)
    except ValueError:
        raise InputError(f"the days {whole}", f"{text!r} is no day and no month", SHAPE) from None
    return period.first, period.last


def wish(
    span: Span, *, reason: str, requested_by: str, notify: bool, only: str = ""
) -> BackfillRequested:
    """Return the event that asks for a span; `only` is the claim of the one mail that is wanted.

    Raises InputError when the reason, or who asks, is empty or too long, and when that mail is not
    the last day's, or is none that is sent again.
    """
    if only:
        _require_sendable(only, span.last)
    try:
        data = BackfillData(
            first_day=span.first,
            last_day=span.last,
            reason=reason,
            requested_by=requested_by,
            notify=notify or bool(only),
            only=only,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + "-".join(map(str, first["loc"])).replace("_", "-")
        raise InputError(f"replay {option}", first["msg"], "See daybook replay --help") from None
    return operators_event(BackfillRequested, data=data)


def _require_sendable(only: str, day: date) -> None:
    if not only.startswith(f"{day}-"):
        problem = f"is no mail of {day}, the last day"
        raise InputError(f"replay --only {only}", problem, "Ask for the day that it begins with")
    if is_about_late_data(only):
        problem = "is a mail about late data, which is not sent again"
        raise InputError(f"replay --only {only}", problem, "The digest itself follows it")


async def follow(run: str, span: Span, tell: Callable[[RunRecord], None], *, limit: float) -> bool:
    """Tell of each billing period when it is done; False when some are not after `limit` s."""
    missing = set(span.periods)
    clock = asyncio.get_running_loop().time
    deadline = clock() + limit
    async with reached("s3") as (s3,):
        store = archive(s3)
        while missing and clock() < deadline:
            for period in sorted(missing):
                if entry := await needed(store, run_record_key(run, period), RunRecord):
                    missing.remove(period)
                    tell(entry.doc)
            if missing:
                await asyncio.sleep(LOOK)
    return not missing
