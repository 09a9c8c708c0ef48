"""Names in the digest: whatever they hold, the page keeps its tags and shows the names whole."""

from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.notifier.mail.render import Rendered, in_html, one_line, render
from services.notifier.report.about_data import AboutData
from services.notifier.report.accounts import AccountNews
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from services.notifier.report.restatements import restatements
from shared.account_changes import AccountChange, AccountChanges
from tests.support.units.mail import outlook
from tests.support.units.pages import Page
from tests.support.units.rows import DAY, archived_table, row
from tests.support.units.versions import back, changed, version

ORIGIN = Origin("run-1", "20260317T060000.000000Z/execution", replay=False)
ANY_NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1)
MARKUP = st.text("<>&\"'/=!-{}%# ;:xscript\u202e\u200f\x00\r\n\t", min_size=1, max_size=40).map(
    lambda text: text.replace("/", "\\") or "x"
)
NAMES = st.one_of(ANY_NAME, MARKUP)


def digest(name: str) -> Rendered:
    """Put a name wherever one can stand."""
    change = AccountChange(account_id=name, name=name, ou=name, moved_from=name, state="ACTIVE")
    changes = AccountChanges(
        day=DAY,
        source="s3://x/y",
        sha256="0" * 64,
        new=(change,),
        moved=(change,),
        closed=(change,),
    )
    rows = [
        row(Service=name, OUPath=f"Root/{name}"),
        row(OUPath="Unmapped", LinkedAccount=name, AccountName=name),
        row(Currency=name),
    ]
    outlooks = [outlook(f"Root/{name}", "red"), outlook(f"Root/A/{name}", "yellow")]
    told = figures(DAY, {DAY: archived_table(*rows)}, outlooks, "amortized", complete=True)
    spent = {f"Root/{name}": "2", f"Root/A/{name}": "-1"}
    now = version({(ou, name): Decimal(cost) for ou, cost in spent.items()})
    return render(
        Report(
            told,
            ORIGIN,
            AccountNews(changes, "s3://ledger/x.json"),
            restated=restatements(back(1), [changed(2, version({}), now)], "amortized"),
            about=AboutData(((name, 1), (name, 2)), more=1, notes=(name,)),
        )
    )


@given(NAMES)
@example("<script>alert(1)</script>".replace("/", "\\"))
@example('"><img src=x onerror=alert(1)>')
@example("{{ 7 * 7 }}{% raw %}")
@example("]]><style>*{display:none}")
@example("&lt;b&gt;&amp;&#x27;")
@example("\u202eeurt\u200f\u2066")
@example("\x00\x1b[31m\x7f\x85\ufffe")
@example("<b>" * 3413)
@settings(max_examples=60)
def test_the_page_keeps_its_tags_and_shows_the_name(name: str) -> None:
    benign, page = Page(digest("benign").html), Page(digest(name).html)

    assert page.tags == benign.tags
    assert page.attributes == benign.attributes
    # The heading names two OUs in one short line; every other place shows the whole name.
    assert page.text.count(in_html(name)) >= benign.text.count("benign") - 2


@given(NAMES)
@example("a\n\nEvery OU with a budget is within it.\n")
@example("a\r\nb\x0bc\x0cd\x1ce\x85f\u2028g\u2029h")
@settings(max_examples=60)
def test_no_name_begins_a_line_of_the_text(name: str) -> None:
    benign, text = digest("benign").text, digest(name).text

    assert len(text.splitlines()) == len(benign.splitlines())
    assert text.count(one_line(name)) >= benign.count("benign")
    assert all(character.isprintable() or character == "\n" for character in text)


@given(NAMES)
def test_only_what_html_cannot_hold_is_replaced(name: str) -> None:
    kept = in_html(name)

    assert len(kept) == len(name)
    assert all(
        new == old or (new == "\ufffd" and not old.isprintable())
        for old, new in zip(name, kept, strict=True)
    )
