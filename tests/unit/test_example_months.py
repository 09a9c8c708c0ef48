"""What the README's pictures show is what a run over the example tells."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from shared.money import exact_sum
from tests.support.example_months import METRIC, told_example

LAST_DAY = date(2026, 6, 17)
LATE = date(2026, 6, 13)


def test_a_run_over_the_example_tells_anomalies_reasons_and_what_came_late(tmp_path: Path) -> None:
    made, board = told_example(tmp_path, LAST_DAY, 48)

    report = made.report
    assert report.restated
    assert report.restated.since == date(2026, 6, 16)
    (part,) = report.restated.currencies
    (span,) = part.spans
    assert (span.first, span.last) == (LATE, LATE)
    (change,) = made.changes
    assert change.was
    was, now = (
        exact_sum(each.metric(METRIC) for each in version.totals)
        for version in (change.was, change.now)
    )
    assert span.movement.up == now - was > 0
    assert span.movement.down == 0
    assert {each.service for each in report.anomalies or ()} >= {"AmazonCloudWatch"}
    assert {each.span for each in report.changes or ()} == {"day", "month"}
    assert board.told.restated_days == (LATE,)
    assert board.days[0] == date(2026, 5, 1)
    (figures,) = report.figures.currencies
    assert figures.total > Decimal(0)
    assert figures.root
    assert figures.root.estimate_method == "forecast"
