"""Packs a dashboard's data: texts as JSON, amounts as whole cents in byte planes, both deflated.

The same small numbers stand next to each other in byte planes, which deflate packs to a third of
what it makes of decimal text.
"""

import json
import zlib
from array import array
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.notifier.dashboard.lines import Line
from services.notifier.dashboard.model import Anomaly, CurrencyView, Dashboard
from services.notifier.dashboard.outlooks import FIELDS, outlook_rows
from services.notifier.dashboard.places import ALL
from services.notifier.dashboard.series import Series
from services.notifier.report.findings import nothing_said

PLANES = 6
"""Bytes of an integer: 2^47 cents, and exact in a browser's numbers."""
LEVEL = 9


def packed(board: Dashboard) -> tuple[str, str]:
    """Return a dashboard's texts and its amounts, each deflated and in base64."""
    texts = json.dumps(_texts(board), ensure_ascii=False, separators=(",", ":"))
    amounts = b"".join(
        planes(column) for view in board.currencies for column in _columns(view, board.days)
    )
    return _deflated(texts.encode("utf-8", "replace")), _deflated(amounts)


def planes(values: Iterable[int]) -> bytes:
    """Write integers zigzag-coded, all lowest bytes first; raise OverflowError beyond 2^47."""
    coded = array("Q", (value << 1 if value >= 0 else (-value << 1) - 1 for value in values))
    if coded and max(coded) >> 8 * PLANES:
        raise OverflowError("an amount has more cents than a dashboard holds")
    if coded.itemsize != 8:  # noqa: PLR2004 - bytes of a 64-bit integer
        raise OverflowError("this machine has no 64-bit integers")
    raw = coded.tobytes()
    return b"".join(raw[plane::8] for plane in range(PLANES))


def _deflated(raw: bytes) -> str:
    return b64encode(zlib.compress(raw, LEVEL)).decode("ascii")


def _texts(board: Dashboard) -> dict[str, Any]:
    told = board.told
    return {
        "day": str(told.day),
        "metric": told.metric,
        "run": told.run,
        "source": told.source_version,
        "notes": list(told.notes),
        "days": [str(day) for day in board.days],
        "archived": [int(day in board.archived) for day in board.days],
        "statuses": [board.status(day) for day in board.days],
        "restated": _restated(board),
        "anomalies": None if told.anomalies is None else [*map(_anomaly, told.anomalies)],
        "nothingFound": nothing_said(told.history),
        "currencies": [_currency(view, board) for view in board.currencies],
    }


def _restated(board: Dashboard) -> dict[str, Any]:
    restated = board.told.restated
    known = restated.currencies if restated else ()
    return {
        "since": str(restated.since) if restated else None,
        "days": [str(day) for day in board.told.restated_days],
        "unstated": restated.unstated_days if restated else "",
        "spans": [
            {
                "currency": part.currency,
                "days": span.days,
                "movement": str(span.movement),
                "ous": [[each.ou, str(each.movement)] for each in span.top],
                "more": span.more,
            }
            for part in known
            for span in part.spans
        ],
    }


def _anomaly(each: Anomaly) -> dict[str, Any]:
    return {
        "day": str(each.day),
        "ou": each.ou_path,
        "service": each.service,
        "account": each.account,
        "accountName": each.account_name,
        "currency": each.currency,
        "impact": each.impact,
        "reason": each.reason,
        "until": str(each.until or each.day),
        "days": each.days,
        "state": each.state,
        "new": each.is_new,
    }


def _currency(view: CurrencyView, board: Dashboard) -> dict[str, Any]:
    lines, (ous, services, accounts) = view.lines, _indexes(view)
    return {
        "currency": view.currency,
        "ous": list(ous),
        "services": list(services),
        "accounts": [[account, board.names.get(account, "")] for account in accounts],
        "lines": len(lines.lines),
        "series": sum(line.series is not None for line in lines.lines),
        "accountLines": lines.accounts,
        "leftOut": lines.left_out,
        "leftOutCost": lines.left_out_cost,
        "givenBack": [
            [ous[each.ou], *(kind is not None for kind in each.kinds)] for each in lines.given_back
        ],
        "outlookFields": list(FIELDS),
        "outlooks": outlook_rows(view.outlooks, board.days, ous),
    }


Index = dict[str, int]


def _indexes(view: CurrencyView) -> tuple[Index, Index, Index]:
    """Number OUs, services and accounts; `ALL` comes first everywhere."""
    places = [line.place for line in view.lines.lines]
    assessed = {row.ou_path for row in view.outlooks}
    named = (
        {place.ou for place in places} | assessed,
        {place.service for place in places},
        {place.account for place in places},
    )
    ous, services, accounts = (
        {name: number for number, name in enumerate(sorted(names | {ALL}, key=_in_order))}
        for names in named
    )
    return ous, services, accounts


def _in_order(path: str) -> list[str]:
    """Sort a path behind what it lies in, and before what sorts between them as text."""
    return path.split("/")


def _columns(view: CurrencyView, days: Sequence[date]) -> Iterable[Iterable[int]]:
    lines: Sequence[Line] = view.lines.lines
    indexes = _indexes(view)
    for place, index in enumerate(indexes):
        yield [index[line.place[place]] for line in lines]
    yield [int(line.series is not None) for line in lines]
    yield [line.day for line in lines]
    yield [line.month for line in lines]
    yield [line.before for line in lines]
    with_days = [line.series for line in lines if line.series is not None]
    given = [kind for each in view.lines.given_back for kind in each.kinds if kind]
    for several in (with_days, [kind.series for kind in given]):
        yield [value for series in several for value in series.daily]
        yield [value for series in several for value in _corrections(series, days)]
    yield [int(stated) for kind in given for stated in kind.stated]


def _corrections(series: Series, days: Sequence[date]) -> Iterable[int]:
    """Yield what the month to date is more than its rounded days together: small numbers."""
    so_far = 0
    for day, cost, to_date in zip(days, series.daily, series.to_date, strict=True):
        so_far = cost if day.day == 1 else so_far + cost
        yield to_date - so_far
