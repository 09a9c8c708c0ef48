"""Words, signs and links of a digest: counts read well, what is left out can be found."""

from dataclasses import replace
from typing import Any

import pytest

from services.notifier.mail.render import Rendered, render
from services.notifier.report.counted import counted
from services.notifier.report.findings import MOST_FOUND
from services.notifier.report.origin import Origin
from tests.support.boards import month_of_rows
from tests.support.reports import anomaly, change, composed
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import row

UNMAPPED = {"OU": "Unmapped", "OUPath": "Unmapped", "LinkedAccount": "999999999999"}
PLACE = "s3://archive/dashboards/a day.html"
LINK = "https://console.aws.amazon.com/s3/object/archive?prefix=dashboards%2Fa%20day.html"


def digest(dashboard: str | None = PLACE, **more: Any) -> Rendered:
    report = composed(**more).report
    return render(replace(report, origin=replace(report.origin, dashboard=dashboard)))


def both(mail: Rendered) -> tuple[str, str]:
    return squeezed(mail.text), squeezed(Page(mail.html).text)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12345, "12,345 rows")]
)
def test_a_count_has_its_noun_and_its_thousands_apart(count: int, said: str) -> None:
    assert counted(count, "row") == said


def test_what_is_left_out_is_counted_and_where_it_is_is_linked() -> None:
    mail = digest(anomalies=[anomaly(id=str(n)) for n in range(MOST_FOUND + 1)])

    for text in both(mail):
        assert "and 1 more on the dashboard" in text
    assert mail.html.count(f'href="{LINK}"') == 2
    assert LINK in mail.text


def test_where_there_is_no_dashboard_to_open_none_is_named() -> None:
    mail = digest(None, anomalies=[anomaly(id=str(n)) for n in range(MOST_FOUND + 1)])

    for text in both(mail):
        assert "and 1 more" in text
        assert "dashboard" not in text.lower()


def test_one_smaller_change_is_one() -> None:
    for text in both(digest(changes=[change(account=f"{n:012}") for n in range(7)])):
        assert "and 1 smaller change" in text
        assert "smaller changes" not in text


def test_amounts_and_changes_below_zero_have_one_sign() -> None:
    tables = month_of_rows(more=(row("-400", ChargeType="Credit", **UNMAPPED),))

    for text in both(digest(tables=tables)):
        assert "−294.16" in text
        assert "-294" not in text
        assert "exactly −294.156666666668 USD" in text


def test_the_months_to_come_are_said_to_be_roots_beside_what_is_in_no_ou() -> None:
    tables = month_of_rows(more=(row("400", **UNMAPPED),))

    for text in both(digest(tables=tables)):
        assert "Root: This month 3,237.94 [" in text
    for text in both(digest()):
        assert "This month 3,237.94 [" in text
        assert "Root: This month" not in text


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("20261128T082254.000000Z/execution", "28 Nov 2026 08:22 UTC"),
        ("2026-03-17T06:00:00Z", "17 Mar 2026 06:00 UTC"),
        ("none yet", "none yet"),
    ],
)
def test_when_the_export_was_delivered_is_said_in_words(version: str, said: str) -> None:
    assert Origin("run-1", version, replay=False).delivered == said
