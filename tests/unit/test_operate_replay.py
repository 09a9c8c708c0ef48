"""What `daybook replay` makes of the days that a person writes."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from daybook.cli import app
from daybook.operate.replay import Span, parse_span, wish
from shared.errors import InputError

TODAY = date(2026, 6, 18)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-06-05", date(2026, 6, 5), date(2026, 6, 5)),
        ("2026-05", date(2026, 5, 1), date(2026, 5, 31)),
        ("2025-11..2026-02", date(2025, 11, 1), date(2026, 2, 28)),
        ("2026-01-20..2026-03", date(2026, 1, 20), date(2026, 3, 31)),
        ("2026-06", date(2026, 6, 1), date(2026, 6, 17)),
        ("2026-06-17..2026-12-31", date(2026, 6, 17), date(2026, 6, 17)),
        ("2026-06..9999-12", date(2026, 6, 1), date(2026, 6, 17)),
        ("2016-07..2026-06", date(2016, 7, 1), date(2026, 6, 17)),
    ],
)
def test_a_day_a_month_or_a_range_of_either_up_to_yesterday(
    text: str, first: date, last: date
) -> None:
    assert parse_span(text, TODAY) == Span(first, last)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no day and no month"),
        ("2026", "no day and no month"),
        ("2026-6", "no day and no month"),
        ("2026-02-30", "no day and no month"),
        ("2026-W25-3", "no day and no month"),
        ("2026-06-01..2026-W25-3", "no day and no month"),
        ("2026-01..", "no day and no month"),
        ("2026-01...2026-02", "no day and no month"),
        ("2026-02..2026-01", "end before they begin"),
        ("2026-06-18", "not over yet"),
        ("9999-12", "not over yet"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        parse_span(text, TODAY)

    assert "2026-01..2026-06" in str(refused.value)


def test_more_months_than_the_query_worker_takes_are_refused_with_how_many_it_takes() -> None:
    with pytest.raises(InputError, match=r"lie in 121 months\. Ask for 120 at a time"):
        parse_span("2016-06..2026-06", TODAY)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["replay", "2010-01..2026-06"], "Ask for 120 at a time"),
        (["replay", "9999-12"], "are not over yet"),
        (["publish", "day-ready", "--day", "9999-12-31"], "has no day after it"),
        (
            ["publish", "backfill-requested", "--first-day", "2010-01-01", "--last-day",
             "2026-06-30", "--reason", "why", "--requested-by", "ops"],
            "Ask for 120 at a time",
        ),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)  # fmt: skip
def test_the_commands_refuse_it_before_anything_is_published(
    arguments: list[str], problem: str
) -> None:
    done = CliRunner().invoke(app, arguments)

    assert isinstance(done.exception, InputError), done.output
    assert problem in str(done.exception)


def test_the_wish_has_who_and_why_and_no_digest_unless_asked_for() -> None:
    event = wish(parse_span("2026-05", TODAY), reason="why", requested_by="ops", notify=False)

    assert (event.data.reason, event.data.requested_by, event.data.notify) == ("why", "ops", False)
    assert (event.data.first_day, event.data.last_day) == (date(2026, 5, 1), date(2026, 5, 31))
    assert event.lane == "backfill"


@pytest.mark.parametrize(
    ("option", "given"), [("--reason", "x" * 501), ("--reason", ""), ("--requested-by", "")]
)
def test_what_the_event_cannot_hold_is_refused_by_its_option(option: str, given: str) -> None:
    said = {"reason": "why", "requested_by": "ops"}
    said[option.removeprefix("--").replace("-", "_")] = given

    with pytest.raises(InputError, match=f"replay {option}"):
        wish(
            parse_span("2026-05", TODAY),
            reason=said["reason"],
            requested_by=said["requested_by"],
            notify=False,
        )


CLAIM = "2026-05-31-part-0123456789ab"


def test_one_mail_alone_is_sent_again_to_its_own_list() -> None:
    done = CliRunner().invoke(app, ["replay", CLAIM[:10], "--only", CLAIM, "--dry-run"])

    data = json.loads(done.stdout)["data"]
    assert (data["notify"], data["only"]) == (True, CLAIM)


@pytest.mark.parametrize(
    ("days", "only", "problem"),
    [
        ("2026-05-30", CLAIM, "is no mail of 2026-05-30, the last day"),
        ("2026-05", "daily", "is no mail of 2026-05-31"),
        ("2026-05", "2026-05-31-delayed-0123456789ab", "is not sent again"),
        ("2026-05", f"2026-05-31-{'x' * 200}", "at most 200"),
    ],
)
def test_a_mail_that_cannot_be_sent_again_is_refused(days: str, only: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"replay --only.*{problem}"):
        wish(parse_span(days, TODAY), reason="why", requested_by="ops", notify=False, only=only)
