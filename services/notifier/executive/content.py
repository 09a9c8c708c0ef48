"""What the PDF says, as texts: amounts are written by `shared.money.cents`, as in the digest."""

from collections.abc import Mapping
from decimal import Decimal

from services.notifier.executive.happened import found, restated, whys
from services.notifier.executive.headline import headline, words
from services.notifier.executive.months import Months
from services.notifier.executive.ou_rows import ou_table
from services.notifier.executive.printable import Texts, printable
from services.notifier.figures import CurrencyFigures, Share
from services.notifier.look import LIGHT, SHAPES
from services.notifier.report import Report
from services.notifier.verdict import short, verdict
from shared.money import cents

MOST_GIVING = 5
"""OUs whose gross, credits and net are printed."""
MOST_ACCOUNTS = 6
MOST_NOTES = 6


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
    return {
        "currency": part.currency,
        "figures": headline(part, months),
        "expectations": list(part.expectations),
        "charges": _charges(part),
        "ous": ou_table(part.ous),
        "services": [_share(share, part.total) for share in part.services],
        "more_services": part.other_services,
        "found": found(report, part.currency),
        "whys": whys(report, part.currency),
        "restated": restated(report.restated, part.currency),
        "words": words(part, months),
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
