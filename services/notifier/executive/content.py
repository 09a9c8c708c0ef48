"""What the PDF says, as texts: amounts are written by `shared.money.cents`, as in the digest."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from services.notifier.bars import bar_of
from services.notifier.executive.months import Months
from services.notifier.executive.printable import printable
from services.notifier.expectations import FORECAST
from services.notifier.figures import CurrencyFigures, Share
from services.notifier.findings import (
    causes_of,
    days_of,
    findings,
    found_in,
    place,
    said,
    signed,
)
from services.notifier.look import LIGHT, NONE, SHAPES
from services.notifier.ou_lines import OuLine
from services.notifier.percent import change
from services.notifier.report import Report
from services.notifier.restatements import CurrencyRestatements, Restatements
from services.notifier.verdict import short, verdict
from shared.config_outlook import ROOT, UNMAPPED
from shared.money import cents
from shared.outlook import Outlook

MOST_OUS = 16
"""Lines of the OU table: more would push the charts off the first page."""
MOST_GIVING = 5
"""OUs whose gross, credits and net are printed."""
MOST_SPANS = 5
MOST_ACCOUNTS = 6
MOST_NOTES = 6
Texts = dict[str, Any]


def content(report: Report, months: Mapping[str, Months]) -> Texts:
    """Return everything that the template prints, charts apart; `months` by currency."""
    figures, origin = report.figures, report.origin
    told = {
        "colours": LIGHT,
        "day": f"{figures.day:%A %-d %B %Y}",
        "status": figures.status,
        "metric": figures.metric.replace("_", " "),
        "title": verdict(figures),
        "light": figures.worst,
        "shape": SHAPES[figures.worst],
        "lights": figures.lights,
        "currencies": [
            _currency(part, months[part.currency], report)
            for part in figures.currencies
            if part.currency in months
        ],
        "accounts": _accounts(report),
        "notes": _notes(report),
        "source": f"Export delivered {origin.source_version.partition('/')[0]} · run {origin.run}",
        "run": origin.run,
    }
    printed: Texts = printable(told)
    return printed


def _currency(part: CurrencyFigures, months: Months, report: Report) -> Texts:
    shown = _worth_printing(part.ous)
    return {
        "currency": part.currency,
        "figures": _figures(part, months),
        "expectations": list(part.expectations),
        "charges": _charges(part),
        "ous": [_ou(line) for line in shown],
        "more_ous": len(part.ous) - len(shown),
        "services": [_share(share, part.total) for share in part.services],
        "more_services": part.other_services,
        "found": _found(report, part.currency),
        "whys": _whys(report, part.currency),
        "restated": _restated(report.restated, part.currency),
        "words": _words(part, months),
    }


def _charges(part: CurrencyFigures) -> list[Texts]:
    """Return gross, credits and net, of all and of the OUs where net alone hides something."""
    whole = [("", part.charged)] if part.charged else []
    ous = [(short(line.outlook.ou), line.charged) for line in part.giving_back]
    told = [
        {"name": name, "said": [f"{period}: {charges}" for period, charges in charged]}
        for name, charged in (*whole, *ous[:MOST_GIVING])
    ]
    left = len(ous) - MOST_GIVING
    more = {"name": "", "said": [f"and {left} more OUs with credits or refunds on the dashboard"]}
    return [*told, *([more] if left > 0 else [])]


def _figures(part: CurrencyFigures, months: Months) -> list[Texts]:
    root = part.root
    day = [f"{change(part.total, each.amount)} against {each.label}" for each in part.comparisons]
    estimate, budget = (root.month_end_estimate, root.budget) if root else (None, None)
    before = months.same_days_before
    month = (
        []
        if before is None
        else [f"{change(part.month_to_date, before)} against the same days of the month before"]
    )
    return [
        _figure(f"{months.day:%B %Y} to date", part.month_to_date, month),
        _figure("Month-end estimate", estimate, _estimate_notes(root)),
        _figure("Budget of the month", budget, _budget_notes(part)),
        _figure(f"Cost of {months.day:%A}", part.total, day),
    ]


def _figure(label: str, amount: Decimal | None, notes: Sequence[str]) -> Texts:
    whole, _, fraction = (NONE, "", "") if amount is None else cents(amount).partition(".")
    return {"label": label, "whole": whole, "fraction": fraction, "notes": list(notes)}


def _estimate_notes(root: Outlook | None) -> list[str]:
    if root is None or root.month_end_estimate is None:
        return ["not known"]
    low, high = root.month_end_low_80, root.month_end_high_80
    if root.estimate_method != FORECAST or low is None or high is None:
        return [f"by {root.estimate_method}"]
    return [f"80 % lie in {cents(low)} to {cents(high)}"]


def _budget_notes(part: CurrencyFigures) -> list[str]:
    if part.root is None or part.root.budget is None:
        return ["none is set for Root"]
    estimate = f"estimate {part.against_budget}" if part.against_budget else ""
    return [each for each in (part.used, estimate) if each]


def _worth_printing(lines: tuple[OuLine, ...]) -> list[OuLine]:
    """Return the lines in their order, of too many only those in trouble and the largest."""

    def rank(line: OuLine) -> tuple[bool, bool, Decimal]:
        troubled = line.outlook.light in ("red", "yellow")
        whole = line.outlook.ou_path in (ROOT, UNMAPPED)
        return troubled, whole, abs(line.outlook.month_to_date)

    kept = {id(line) for line in sorted(lines, key=rank, reverse=True)[:MOST_OUS]}
    return [line for line in lines if id(line) in kept]


def _ou(line: OuLine) -> Texts:
    outlook = line.outlook
    budget, estimate = outlook.budget, outlook.month_end_estimate
    known = budget is not None and estimate is not None
    return {
        "name": short(line.name),
        "depth": line.depth,
        "light": outlook.light,
        "reason": outlook.reason if outlook.light in ("red", "yellow") else "",
        "day": cents(line.cost),
        "month": cents(outlook.month_to_date),
        "estimate": NONE if estimate is None else cents(estimate),
        "budget": NONE if budget is None else cents(budget),
        "against": change(estimate, budget) if known and estimate and budget else NONE,
        "bar": asdict(bar) if (bar := bar_of(outlook)) else None,
    }


def _share(share: Share, total: Decimal) -> Texts:
    bar = max(0.0, min(1.0, float(share.cost / total))) if total else 0.0
    of_day = share.of(total)
    return {"name": short(share.name), "cost": cents(share.cost), "share": of_day, "bar": bar}


def _found(report: Report, currency: str) -> Texts | None:
    found = found_in(report.anomalies, currency)
    if found is None:
        return None
    rows = [
        {
            "days": days_of(each),
            "place": place(each),
            "said": said(each),
            "impact": signed(each.impact),
            "new": each.is_new,
        }
        for each in found.shown
    ]
    return {"rows": rows, "more": found.more, "explained": found.explained}


def _whys(report: Report, currency: str) -> list[Texts]:
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
            "more": each.more,
        }
        for each in told
    ]


def _restated(restated: Restatements | None, currency: str) -> Texts | None:
    if restated is None:
        return None
    parts = [part for part in restated.currencies if part.currency == currency]
    spans = [_span(part) for part in parts]
    return {
        "since": f"{restated.since:%a %-d %b}",
        "spans": [line for lines in spans for line in lines],
        "unstated": restated.unstated_days if restated.unstated else "",
    }


def _span(part: CurrencyRestatements) -> list[Texts]:
    return [
        {
            "days": span.days,
            "movement": str(span.movement),
            "ous": ", ".join(f"{short(each.ou)} {each.movement}" for each in span.top)
            + (f" and {span.more} more" if span.more else ""),
        }
        for span in part.spans[:MOST_SPANS]
    ]


def _accounts(report: Report) -> list[str]:
    lines = []
    for group in report.news.groups if report.news else ():
        for account, where in group.accounts[:MOST_ACCOUNTS]:
            lines.append(f"{group.title}: {account.account_id} {short(account.name)} {where}")
        left = len(group.accounts) + group.more - MOST_ACCOUNTS
        if left > 0:
            lines.append(f"{group.title}: and {left} more in the digest")
    for part in report.figures.currencies:
        if part.unmapped:
            count = len(part.unmapped)
            lines.append(f"In no OU: {count} account{'s' if count > 1 else ''}")
    return lines


def _notes(report: Report) -> list[str]:
    about = report.about
    notes = list(about.notes) if about else []
    if about and about.types:
        count = len(about.types) + about.more
        notes.insert(0, f"{count} line types that Daybook does not know are counted in")
    if report.origin.month_before:
        notes.append(report.origin.month_before)
    left = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], *([f"and {left} more notes in the digest"] if left > 0 else [])]


def _words(part: CurrencyFigures, months: Months) -> Texts:
    """Say in words what each drawing shows, for who cannot see it."""
    root = part.root
    estimate = root.month_end_estimate if root else None
    budget = root.budget if root else None
    ahead = f", estimate {cents(estimate)}" if estimate is not None else ""
    limit = f", budget {cents(budget)}" if budget is not None else ""
    month, spent = f"{months.day:%B %Y}", cents(part.month_to_date)
    return {
        "months": f"Cost by month in {part.currency}. {month}: {spent} to date{ahead}{limit}.",
        "burnup": f"{month} to date by day: {spent} on day {months.day.day}{ahead}{limit}.",
        "daily": f"Cost by day in {part.currency}. {months.day}: {cents(part.total)}.",
    }
