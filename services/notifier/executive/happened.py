"""What happened, as the PDF tells it: what stood out, why cost changed, what was restated."""

from services.notifier.executive.printable import Texts
from services.notifier.report.counted import counted
from services.notifier.report.findings import (
    causes_of,
    days_of,
    findings,
    found_in,
    place,
    said,
    signed,
)
from services.notifier.report.report import Report
from services.notifier.report.restatements import CurrencyRestatements, Restatements, Span
from services.notifier.report.verdict import short


def found(report: Report, currency: str) -> Texts | None:
    """Return what stood out in a currency; None when nobody looked."""
    known = found_in(report.anomalies, currency, report.history)
    if known is None:
        return None
    rows = [
        {
            "days": days_of(each),
            "place": place(each),
            "said": said(each),
            "impact": signed(each.impact),
            "new": each.is_new,
        }
        for each in known.shown
    ]
    return {
        "rows": rows,
        "nothing": "" if rows else known.nothing,
        "more": known.more,
        "explained": known.explained,
    }


def whys(report: Report, currency: str) -> list[Texts]:
    """Return why the day's and the month's cost in a currency changed."""
    told = findings(None, report.changes, currency).whys
    return [
        {
            "against": each.against,
            "total": signed(each.total),
            "causes": ", ".join(f"{cause} {signed(amount)}" for cause, amount in each.causes),
            "rows": [
                {"place": place(row), "total": signed(row.total), "causes": causes_of(row)}
                for row in each.shown
            ],
            "more": f"and {counted(each.more, 'smaller change')}" if each.more else "",
        }
        for each in told
    ]


def restated(known: Restatements | None, currency: str) -> Texts | None:
    """Return the spans that the digest shows, and what it says of the others; None without any."""
    parts = [part for part in known.currencies if part.currency == currency] if known else []
    if known is None or not parts:
        return None
    return {
        "since": f"{known.since:%a %-d %b}",
        "spans": [_span(span) for part in parts for span in part.shown],
        "others": [_others(part) for part in parts if part.others],
    }


def _span(span: Span) -> Texts:
    return {
        "days": span.days,
        "movement": str(span.movement),
        "ous": ", ".join(f"{short(each.ou)} {each.movement}" for each in span.top)
        + (f" and {span.more} more" if span.more else ""),
    }


def _others(part: CurrencyRestatements) -> str:
    spans = counted(len(part.others), "more span")
    return f"and {spans} of days: {part.others_movement} {part.currency}"
