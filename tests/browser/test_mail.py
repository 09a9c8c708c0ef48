"""The mails as a browser shows them, wide and on a phone, light and dark: no client was at hand."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from services.notifier.mail.render import Rendered, render, render_delayed, render_executive
from services.notifier.mails import digest_envelope
from services.notifier.parts import part_of
from shared.config_people import Digest
from shared.events import DelayedData
from shared.money import cents
from tests.support.boards import DAY, month_of_rows
from tests.support.reports import anomaly, change, composed
from tests.support.units.events import NOON
from tests.support.units.rows import archived_table, row

LONG = "an-organizational-unit-whose-name-has-no-place-to-break-" * 3
WIDTHS = [720, 390]
IN_A_CLIENT = {"rules": {rule: {"enabled": False} for rule in ("region", "landmark-one-main")}}
"""A mail is shown inside its client's page, which has the landmarks."""
DIGEST = Digest(sender="daybook@example.com", recipients=("finops@example.com",))


def long_names() -> Rendered:
    tables = month_of_rows()
    tables[DAY] = archived_table(
        row("123456789.01", OU=LONG, OUPath=f"Root/{LONG}", Service=LONG),
        row("2", OU=f"{LONG}/x", OUPath=f"Root/{LONG}/x", LinkedAccount="222222222222"),
    )
    return render(composed(tables).report)


def mails() -> dict[str, Rendered]:
    full = composed(anomalies=[anomaly()], changes=[change(), change(span="month")])
    delayed = DelayedData(
        day=DAY,
        reason="usage is still being delivered",
        deadline=datetime(2026, 3, 17, 14, tzinfo=UTC),
        complete_through=DAY - timedelta(days=1),
        delivered_at=datetime(2026, 3, 16, 6, tzinfo=UTC),
    )
    return {
        "digest": render(full.report),
        "long-names": long_names(),
        "part": render(part_of(full, ["Root/Workloads/Prod"]).report),
        "executive": render_executive(full.report.figures),
        "delayed": render_delayed(delayed),
    }


MAILS = mails()


@pytest.mark.parametrize("name", MAILS)
def test_it_fits_asks_for_nothing_and_axe_finds_nothing(
    window: Page, tmp_path: Path, name: str
) -> None:
    file = tmp_path / f"{name}.html"
    file.write_text(MAILS[name].html, encoding="utf-8")
    requests: list[str] = []
    window.on("request", lambda request: requests.append(request.url))

    for scheme in ("light", "dark"):
        window.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in WIDTHS:
            window.set_viewport_size({"width": width, "height": 844})
            window.goto(file.as_uri())

            assert window.evaluate("() => document.documentElement.scrollWidth") == width
            found = Axe().run(window, options=IN_A_CLIENT)
            assert found.response["violations"] == [], found.generate_report()
    assert set(requests) == {file.as_uri()}


def test_a_phone_shows_each_ous_estimate_and_budget(window: Page, tmp_path: Path) -> None:
    file = tmp_path / "digest.html"
    file.write_text(MAILS["digest"].html, encoding="utf-8")
    (part,) = composed().report.figures.currencies
    for width in WIDTHS:
        window.set_viewport_size({"width": width, "height": 844})
        window.goto(file.as_uri())
        seen = window.locator(".figures").first.inner_text()

        for line in part.ous:
            for amount in (line.outlook.month_end_estimate, line.outlook.budget):
                assert amount is None or cents(amount) in seen, line.name
    assert window.locator(".wide").first.is_hidden()


def test_dark_is_dark_and_a_light_is_never_a_colour_only(window: Page, tmp_path: Path) -> None:
    file = tmp_path / "digest.html"
    file.write_text(MAILS["digest"].html, encoding="utf-8")
    ground = "() => getComputedStyle(document.querySelector('.page')).backgroundColor"
    grounds = []
    for scheme in ("light", "dark"):
        window.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        window.goto(file.as_uri())
        grounds.append(window.evaluate(ground))

    assert grounds == ["rgb(255, 255, 255)", "rgb(23, 28, 34)"]
    lights = window.locator(".light").all_inner_texts()
    assert lights
    assert {text.split()[0] for text in lights} <= set("■▲●○")
    assert all(text.split()[1].lower() in ("red", "yellow", "green", "grey") for text in lights)


def test_a_digest_is_small_enough_to_be_shown_whole() -> None:
    message = message_from_bytes(
        digest_envelope(composed(month_of_rows()), DIGEST, NOON).message, policy=default
    )
    assert isinstance(message, EmailMessage)
    html = message.get_body(("html",))
    assert html

    # Gmail cuts a message off at 102 KB of HTML.
    assert len(html.get_payload(decode=True)) < 102 * 1024
    assert "http" not in str(html.get_content()).partition("</head>")[2]
