"""The commands for an emulator that runs already: what they need, and the mails they write."""

import asyncio
from pathlib import Path

import pytest

from daybook.apply import Wanted, apply
from daybook.kept_mail import KeptMail, kept, kept_mails, write_mails
from shared.errors import InputError
from tests.support.compose import free_port
from tests.support.embedded import without_stray_settings

NOTHING_MORE = Wanted(None, (), 0)
RAW = (
    "Subject: [green] 1.00 USD\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
    "\r\n<p>1.00 USD</p>\r\n"
)


def applied() -> None:
    asyncio.run(apply(NOTHING_MORE, lambda _: None))


def test_without_an_endpoint_nothing_is_made_for_it_might_be_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_stray_settings(monkeypatch)

    with pytest.raises(InputError, match=r"AWS_ENDPOINT_URL.*is not set.*docs/deploy\.md"):
        applied()


def test_an_endpoint_that_does_not_answer_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_stray_settings(monkeypatch)
    endpoint = f"http://127.0.0.1:{free_port()}"
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(InputError, match=f"{endpoint}.*See that it runs"):
        applied()


def test_an_endpoint_that_keeps_no_mail_is_named() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(InputError, match=f"{endpoint}/_aws/ses.*gives no mails"):
        asyncio.run(kept_mails(endpoint))


def test_a_digest_is_written_as_it_is_with_its_html_and_an_alarm_as_text(tmp_path: Path) -> None:
    alarm = {"Subject": "ALARM", "Body": {"text_part": "it rings", "html_part": None}}
    mails = [kept({"RawData": RAW}), kept(alarm)]

    written = write_mails(mails, tmp_path / "mail")

    assert mails[0] == KeptMail(RAW.encode(), "[green] 1.00 USD", "")
    assert [(path.name, path.read_bytes()) for path in written] == [
        ("mail-001.eml", RAW.encode()),
        ("mail-001.html", b"<p>1.00 USD</p>\r\n"),
        ("mail-002.txt", b"ALARM\n\nit rings\n"),
    ]
