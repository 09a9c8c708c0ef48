"""What the PDF says, as texts: amounts are written by `shared.money.cents`, as in the digest."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.notifier.executive.happened import found, restated, whys
from services.notifier.executive.headline import headline, words
from services.notifier.executive.keys import key_of
from services.notifier.executive.months import Months
from services.notifier.executive.ou_rows import MOST_OUS, ou_table
from services.notifier.executive.printable import BOX, Texts, printable
from services.notifier.report.counted import counted
from services.notifier.report.expectations import FORECAST
from services.notifier.report.figures import CurrencyFigures, Share
from services.notifier.report.look import LIGHT, SHAPES
from services.notifier.report.report import Report
from services.notifier.report.verdict import short, verdict
from shared.money import cents

MOST_GIVING = 5
"""OUs whose gross, credits and net are printed."""
MOST_ACCOUNTS = 6
MOST_NOTES = 6
FEWER_OUS = 8
"""Lines of the OU table of each currency but the first."""
BOXED = (
    f"{BOX} stands for a letter that this PDF's font does not have: the digest and the dashboard "
    "have the names in full."
)


def content(report: Report, months: Mapping[str, Months]) -> Texts:
    """Return everything that the template prints, charts apart; `months` by currency."""
    figures, origin = report.figures, report.origin
    first, *further = _in_order(figures.currencies, months) or (None,)
    told = {
        "colours": LIGHT,
        "day": f"{figures.day:%A %-d %B %Y}",
        "status": figures.status,
        "metric": figures.metric_said,
        "title": verdict(figures),
        "light": figures.worst,
        "shape": SHAPES[figures.worst],
        "lights": figures.lights,
        "currencies": [_currency(first, months[first.currency], report)] if first else [],
        "further": [_further(part, months[part.currency], report) for part in further],
        "accounts": _accounts(report),
        "notes": _notes(report),
        "source": f"Export delivered {origin.delivered} · run {origin.run}",
        "run": origin.run,
    }
    printed: Texts = printable(told)
    if BOX in json.dumps(printed, ensure_ascii=False):
        printed["notes"].append(BOXED)
    return printed


def _in_order(
    parts: Sequence[CurrencyFigures], months: Mapping[str, Months]
) -> list[CurrencyFigures]:
    """Put the currency first in which most is budgeted, or failing that most OUs have cost."""

    def rank(part: CurrencyFigures) -> tuple[int, int]:
        return -sum(line.outlook.budget is not None for line in part.ous), -len(part.ous)

    return sorted((part for part in parts if part.currency in months), key=rank)


def _currency(part: CurrencyFigures, months: Months, report: Report) -> Texts:
    charts = months.charts(report.restated_days)
    return {
        **_further(part, months, report, most=MOST_OUS),
        "expectations": _expectations(part),
        "charges": _charges(part),
        "services": [_share(share, part.total) for share in part.services],
        "more_services": part.other_services,
        "words": words(part, months),
        "unstated": report.restated.unstated_days if report.restated else "",
        "keys": {kind: key_of(kind, rows) for kind, rows in charts.items()},
        "few": months.few,
    }


def _further(part: CurrencyFigures, months: Months, report: Report, most: int = FEWER_OUS) -> Texts:
    """Return what is printed of every currency; of all but the first it is all there is."""
    return {
        "currency": part.currency,
        "figures": headline(part, months),
        "charged": [f"{period}: {charges}" for period, charges in part.charged],
        "ous": ou_table(part.ous, most),
        "found": found(report, part.currency),
        "whys": whys(report, part.currency),
        "restated": restated(report.restated, part.currency),
    }


def _expectations(part: CurrencyFigures) -> list[str]:
    """Return the digest's sentences; those of a forecast are Root's."""
    said = list(part.expectations)
    if said and part.root and part.root.estimate_method == FORECAST:
        said[0] = f"Root: {said[0]}"
    return said


def _charges(part: CurrencyFigures) -> list[Texts]:
    """Return gross, credits and net, of all and of the OUs where net alone hides something."""
    whole = [("", part.charged)] if part.charged else []
    ous = [(short(line.outlook.ou), line.charged) for line in part.giving_back]
    told = [
        {"name": name, "said": [f"{period}: {charges}" for period, charges in charged]}
        for name, charged in (*whole, *ous[:MOST_GIVING])
    ]
    left = len(ous) - MOST_GIVING
    more = {
        "name": "",
        "said": [f"and {counted(left, 'more OU')} with credits or refunds on the dashboard"],
    }
    return [*told, *([more] if left > 0 else [])]


def _share(share: Share, total: Decimal) -> Texts:
    bar = max(0.0, min(1.0, float(share.cost / total))) if total else 0.0
    of_day = share.of(total)
    return {"name": short(share.name), "cost": cents(share.cost), "share": of_day, "bar": bar}


def _accounts(report: Report) -> list[str]:
    lines = []
    for group in report.news.groups if report.news else ():
        for account, where in group.accounts[:MOST_ACCOUNTS]:
            lines.append(f"{group.title}: {account.account_id} {short(account.name)} {where}")
        left = len(group.accounts) + group.more - MOST_ACCOUNTS
        if left > 0:
            lines.append(f"{group.title}: and {left} more in the digest")
    unmapped = [len(part.unmapped) for part in report.figures.currencies if part.unmapped]
    return [*lines, *(f"In no OU: {counted(count, 'account')}" for count in unmapped)]


def _notes(report: Report) -> list[str]:
    about = report.about
    notes = list(about.notes) if about else []
    if about and about.types:
        types = counted(len(about.types) + about.more, "line type")
        notes.insert(0, f"Counted in: {types} that Daybook does not know")
    if report.origin.month_before:
        notes.append(report.origin.month_before)
    left = len(notes) - MOST_NOTES
    more = [f"and {counted(left, 'more note')} in the digest"] if left > 0 else []
    return [*notes[:MOST_NOTES], *more]
