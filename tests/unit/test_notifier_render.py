"""The rendered digest: nothing from outside becomes markup, and both parts say the same."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.mail.render import Rendered, render
from services.notifier.report.figures import Figures, figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from shared.money import cents
from shared.outlook import Light
from tests.support.units.mail import outlook
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import DAY, archived_table, row

ORIGIN = Origin("run-1", "20260317T060000.000000Z/execution", replay=False)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table>",
    "R&D <b>",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- ",
    "&lt;b&gt;",
    "]]><style>",
]


def told(name: str = "shop", *lights: Light, complete: bool = True) -> Figures:
    outlooks = [outlook(f"Root/{name}", "red"), *(outlook(f"Root/{n}", n) for n in lights)]
    rows = [row(Service=name), row(OUPath="Unmapped", LinkedAccount=name)]
    return figures(DAY, {DAY: archived_table(*rows)}, outlooks, "amortized", complete=complete)


def with_lights(*lights: Light) -> Rendered:
    outlooks = [outlook(f"Root/{n}", light) for n, light in enumerate(lights)]
    return render(
        Report(
            figures(DAY, {DAY: archived_table(row())}, outlooks, "amortized", complete=True), ORIGIN
        )
    )


def harmless(name: str) -> str:
    """Return a name as deep in the organization as `name`, of letters alone."""
    return "/".join("x" for _ in name.split("/"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_does_not_become_markup(name: str) -> None:
    benign, page = (Page(render(Report(told(n), ORIGIN)).html) for n in (harmless(name), name))

    assert page.tags == benign.tags
    assert page.attributes == benign.attributes
    assert squeezed(name) in squeezed(page.text)


@settings(max_examples=20)
@given(st.text(st.sampled_from("<>&\"'/=!-x \u202e{}%"), min_size=1, max_size=30))
def test_no_combination_of_special_characters_becomes_markup(name: str) -> None:
    benign, page = (Page(render(Report(told(n), ORIGIN)).html) for n in (harmless(name), name))

    assert page.tags == benign.tags


@pytest.mark.parametrize("name", ["a\r\nBcc: x@example.com", "a\x00b", "tab\there", "\u202egnp"])
def test_the_subject_has_no_control_characters(name: str) -> None:
    subject = render(Report(told(name), ORIGIN)).subject

    assert subject.isprintable()


def test_the_subject_tells_light_ou_total_and_day() -> None:
    subject = render(Report(told("shop", "yellow"), ORIGIN)).subject

    assert subject == "[red: shop and 1 more] 2.00 USD on Mon 16 Mar 2026"


def test_the_subject_of_a_partial_day_says_so() -> None:
    assert render(Report(told(complete=False), ORIGIN)).subject.endswith("(partial)")


def test_every_currency_is_in_the_subject() -> None:
    table = archived_table(row("1"), row("2", Currency="EUR"))

    rendered = render(Report(figures(DAY, {DAY: table}, [], "amortized", complete=True), ORIGIN))

    assert "2.00 EUR + 1.00 USD" in rendered.subject


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=12))
@settings(max_examples=20)
def test_text_and_html_carry_the_same_total(amount: Decimal) -> None:
    table = archived_table(row(str(amount)))

    rendered = render(Report(figures(DAY, {DAY: table}, [], "amortized", complete=True), ORIGIN))

    assert f"Cost of the day  {cents(amount)} USD" in rendered.text
    assert f"Cost of the day {cents(amount)} USD" in squeezed(Page(rendered.html).text)


def test_both_parts_name_the_exact_total_and_where_it_comes_from() -> None:
    table = archived_table(row("0.123456789012"))

    rendered = render(Report(figures(DAY, {DAY: table}, [], "amortized", complete=True), ORIGIN))

    for text in (rendered.text, Page(rendered.html).text):
        assert "exactly 0.123456789012 USD" in squeezed(text)
        assert "Export delivered 17 Mar 2026 06:00 UTC" in text
        assert "run-1" in text


@pytest.mark.parametrize(
    ("cost", "requests", "said"),
    [
        (None, 0, "its query cost nothing: the engine is Daybook's own"),
        (Decimal("0.000050"), 0, "its query cost 0.00005 USD"),
        (None, 1, "Daybook's own; 1 request to Cost Explorer cost 0.01 USD"),
        (Decimal("0.1"), 12, "cost 0.1 USD; 12 requests to Cost Explorer cost 0.12 USD"),
    ],
)
def test_the_last_line_of_both_parts_says_what_the_run_cost(
    cost: Decimal | None, requests: int, said: str
) -> None:
    rendered = render(Report(told(), replace(ORIGIN, query_cost=cost, requests=requests)))

    for part in (rendered.text, Page(rendered.html).text):
        assert squeezed(part).strip().endswith(said)


def test_both_parts_say_why_an_ou_is_in_trouble() -> None:
    rendered = render(Report(told(), ORIGIN))

    for text in (rendered.text, Page(rendered.html).text):
        assert "estimate 20.00 is 80.0 % under 100.00 (run-rate)" in squeezed(text)


def test_both_parts_list_what_is_in_no_ou() -> None:
    rendered = render(Report(told("999999999999"), ORIGIN))

    for text in (rendered.text, Page(rendered.html).text):
        assert "account 999999999999 with 1.00 USD" in squeezed(text)


def test_a_light_is_a_word_as_well_as_a_colour() -> None:
    text = squeezed(Page(render(Report(told("shop", "green", "grey"), ORIGIN)).html).text)

    assert "■ red" in text
    assert "● green" in text
    assert "○ grey" in text


def test_an_ou_without_a_budget_does_not_make_the_digest_deny_the_budgets_of_others() -> None:
    rendered = with_lights("green", "grey")

    for text in (rendered.text, Page(rendered.html).text):
        assert "no OU has a budget" not in text
        assert "No light: no budget" not in text


def test_both_parts_say_why_a_budget_no_longer_holds_and_not_that_there_never_was_one() -> None:
    ended = replace(outlook("Root/A", "grey"), reason="the budget ended on 2026-02-28")
    rows = {DAY: archived_table(row())}
    known = figures(DAY, rows, [ended, outlook("Root/B", "grey")], "amortized", complete=True)
    rendered = render(Report(known, ORIGIN))

    for text in (rendered.text, Page(rendered.html).text):
        assert "the budget ended on 2026-02-28" in squeezed(text)
    assert squeezed(Page(rendered.html).text).count("no budget") == 2  # each estimate's, on a phone


def test_when_every_ou_is_green_both_parts_say_so() -> None:
    rendered = with_lights("green", "green")

    for text in (rendered.text, Page(rendered.html).text):
        assert "Every OU with a budget is within it" in text


def test_a_digest_sent_again_says_so() -> None:
    rendered = render(Report(told(), replace(ORIGIN, replay=True)))

    for text in (rendered.text, Page(rendered.html).text):
        assert "sent again on request" in text


def test_a_csv_that_is_not_attached_is_named_and_linked() -> None:
    rendered = render(Report(told(), replace(ORIGIN, csv_location="s3://archive/csv/a day.csv")))

    for text in (rendered.text, Page(rendered.html).text):
        assert "s3://archive/csv/a day.csv" in text
        assert "attached as CSV" not in text
    link = "https://console.aws.amazon.com/s3/object/archive?prefix=csv%2Fa%20day.csv"
    assert f'href="{link}"' in rendered.html
    assert link in rendered.text


def test_who_gets_a_part_is_not_led_to_everybodys_rows() -> None:
    rendered = render(Report(told(), replace(ORIGIN, csv_location="the archive bucket: ask")))

    assert "<a " not in rendered.html
    assert "https://" not in rendered.text


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = Page(render(Report(told(), ORIGIN)).html)

    assert not {"src", "href", "background"} & page.attributes
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
