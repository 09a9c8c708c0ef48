"""Reports of a few rows, as a run composes them, for every form that they take."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from services.notifier.compose import Composed
from services.notifier.dashboard.model import Dashboard
from services.notifier.mail.attachment import breakdown_csv
from services.notifier.report.about_data import AboutData
from services.notifier.report.charges import by_type
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from shared.anomalies import Anomaly
from shared.config_outlook import Budget
from shared.days import Period
from shared.outlook import Outlook
from shared.why import Change
from tests.support.boards import (
    BUDGETS,
    DAY,
    METRIC,
    TOLD,
    board_of,
    month_of_rows,
    outlooks_of,
)

ORIGIN = Origin("run-1", TOLD.source_version, replay=False)


def composed(
    tables: Mapping[date, pa.Table] | None = None,
    *,
    budgets: tuple[Budget, ...] = BUDGETS,
    **more: Any,
) -> Composed:
    """Return what a run of the last of these days composes; `more` is the report's."""
    days = dict(tables or month_of_rows())
    day = max(days)
    outlooks = [each for each in outlooks_of(days, budgets) if each.as_of == day]
    week = {each: days[each] for each in sorted(days) if day - each <= timedelta(days=7)}
    month = [by_type(days[each], METRIC) for each in days if Period.of(each) == Period.of(day)]
    told = figures(day, week, outlooks, METRIC, complete=True, month=month)
    report = Report(told, ORIGIN, about=AboutData((), 0, ("A note.",)), **more)
    csv = breakdown_csv(days[day], METRIC)
    return Composed(report, week, tuple(outlooks), csv, {}, None, (), tuple(month))


def with_board(tables: Mapping[date, pa.Table] | None = None) -> tuple[Composed, Dashboard]:
    """Return a run's report and the page that goes with it."""
    days = dict(tables or month_of_rows())
    return composed(days), board_of(days)


def anomaly(**fields: Any) -> Anomaly:
    """Return an anomaly of the day that cost 30.00 more than expected."""
    base = Anomaly(
        "a-1", DAY, "Workloads/Prod", "Root/Workloads/Prod", "AmazonS3", "111111111111", "shop",
        "USD", "up", "open", DAY - timedelta(days=2), DAY, DAY, Decimal(42), Decimal(12),
        "Requests-Tier1", "eu-west-1", Decimal(25),
    )  # fmt: skip
    return replace(base, **fields)


def change(**fields: Any) -> Change:
    """Return a change against the day before: 5.00 more, of which 4.00 by use."""
    base = Change(
        DAY, "day", "Workloads/Prod", "Root/Workloads/Prod", "AmazonS3", "111111111111", "shop",
        "USD", Decimal(10), Decimal(15), usage=Decimal(4), price=Decimal(1),
    )  # fmt: skip
    return replace(base, **fields)


def outlook_of(made: Composed, ou_path: str) -> Outlook:
    """Return an OU's outlook of the run's day."""
    return next(each for each in made.outlooks if each.ou_path == ou_path)
