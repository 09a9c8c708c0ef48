"""An OU's own part of a report: its subtree's rows, figures and news, and nothing of others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from services.notifier.compose import Composed
from services.notifier.mail.attachment import breakdown_csv
from services.notifier.mail.message import ATTACHED
from services.notifier.report.about_data import noted
from services.notifier.report.absent import lacking
from services.notifier.report.accounts import AccountNews
from services.notifier.report.charges import inside as charged_inside
from services.notifier.report.displayed import Shown
from services.notifier.report.figures import Figures, figures
from services.notifier.report.report import Report
from services.notifier.report.restatements import DayChange, Restatements, restatements
from shared.account_changes import AccountChange
from shared.anomalies import Anomaly
from shared.config_outlook import ROOT
from shared.day_record import DayVersion
from shared.errors import MismatchError
from shared.locations import part_csv_key
from shared.money import exact_sum, plain
from shared.why import Change


@dataclass(frozen=True)
class Part:
    """A report of some OUs, each with what is below it, and its rows as CSV."""

    report: Report
    csv: bytes

    @property
    def attached(self) -> bytes | None:
        """The CSV as far as a mail can hold it."""
        return None if self.report.origin.csv_location else self.csv


def part_of(made: Composed, ous: Sequence[str], shown: Shown | None = None) -> Part:
    """Cut the part of these OU paths out of a run's report.

    Raises MismatchError when its total is not what the whole report says of these OUs.
    """
    whole, inside = made.report, _inside(ous)
    tables = {day: _rows(table, inside) for day, table in made.tables.items()}
    told = _figures(whole.figures, tables, made, ous, shown)
    csv = breakdown_csv(tables[told.day], told.metric)
    kept = None if len(csv) <= ATTACHED else f"s3://{made.bucket}/{part_csv_key(told.day, ous)}"
    restated = _restated(made, inside)
    report = Report(
        told,
        replace(whole.origin, csv_location=kept, dashboard=None),
        news=_news(whole.news, inside),
        restated=restated,
        restated_days=whole.restated_days if restated else (),
        about=noted(lacking(told, tables)),
        anomalies=_of(whole.anomalies, inside),
        history=whole.history,
        changes=_of(whole.changes, inside),
        part=tuple(ous),
    )
    return Part(report, csv)


Inside = Callable[[str], bool]
Row = TypeVar("Row", Anomaly, Change)


def _inside(ous: Sequence[str]) -> Inside:
    return lambda path: any(path == ou or path.startswith(f"{ou}/") for ou in ous)


def _rows(table: pa.Table, inside: Inside) -> pa.Table:
    paths = table["OUPath"].unique().to_pylist()
    wanted = pa.array([path for path in paths if inside(path)], pa.string())
    return table.filter(pc.is_in(table["OUPath"], wanted))


def _figures(
    whole: Figures,
    tables: Mapping[date, pa.Table],
    made: Composed,
    ous: Sequence[str],
    shown: Shown | None,
) -> Figures:
    inside = _inside(ous)
    topmost = [ou for ou in ous if not _inside([each for each in ous if each != ou])(ou)]
    told = figures(
        whole.day,
        tables,
        [row for row in made.outlooks if inside(row.ou_path)],
        whole.metric,
        complete=whole.complete,
        final=whole.final,
        month=charged_inside(made.month, inside),
        shown=shown,
        head=topmost[0] if len(topmost) == 1 else ROOT,
    )
    _require_the_same(told, whole, topmost)
    return told


def _require_the_same(told: Figures, whole: Figures, topmost: Sequence[str]) -> None:
    """Hold each currency's total against the lines of these OUs in the whole report."""
    totals = {part.currency: part.total for part in told.currencies}
    for part in whole.currencies:
        lines = [line.cost for line in part.ous if line.outlook.ou_path in topmost]
        said, known = totals.get(part.currency), exact_sum(lines)
        if said is not None and said != known:
            raise MismatchError(
                f"the part of {', '.join(topmost)}: {plain(said)} {part.currency}, and the "
                f"digest says {plain(known)}"
            )


def _restated(made: Composed, inside: Inside) -> Restatements | None:
    changes = [
        DayChange(each.day, each.was and _version(each.was, inside), _version(each.now, inside))
        for each in made.changes
    ]
    differing = [each for each in changes if not each.was or each.was.by_ou != each.now.by_ou]
    return restatements(made.since, differing, made.report.figures.metric)


def _version(version: DayVersion, inside: Inside) -> DayVersion:
    by_ou = {ou: amounts for ou, amounts in version.by_ou.items() if inside(ou)}
    return version.model_copy(update={"by_ou": by_ou})


def _news(news: AccountNews | None, inside: Inside) -> AccountNews | None:
    """Keep accounts that are in the part, or have left it."""
    if news is None:
        return None

    def mine(accounts: tuple[AccountChange, ...]) -> tuple[AccountChange, ...]:
        return tuple(
            each
            for each in accounts
            if inside(_path(each.ou)) or inside(_path(each.moved_from or each.ou))
        )

    found = news.changes
    mine_only = {"new": mine(found.new), "moved": mine(found.moved), "closed": mine(found.closed)}
    return AccountNews(found.model_copy(update=mine_only), "")


def _path(ou: str) -> str:
    return ou if ou == ROOT else f"{ROOT}/{ou}"


def _of(rows: Sequence[Row] | None, inside: Inside) -> list[Row] | None:
    return None if rows is None else [row for row in rows if inside(row.ou_path)]
