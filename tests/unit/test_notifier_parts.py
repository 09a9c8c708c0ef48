"""What an OU's owners get: their part with its budget, nothing of others, nothing out of reach."""

from datetime import timedelta

import pytest

from services.notifier import parts as parts_of_ous
from services.notifier.mail.render import render
from services.notifier.parts import part_of
from shared.locations import part_csv_key
from tests.support.reports import composed
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.notifier import DAYS, PROD, mails, notifier, text_of
from tests.support.units.rows import DAY, row


@in_loop
async def test_owners_get_their_part_and_nothing_of_others() -> None:
    made = notifier(roster=(PROD,))

    await made.hear(await cataloged(made.store, DAYS))

    mail = mails(made)["part"]
    whole = mail.as_string() + text_of(mail)
    assert mail["To"] == "prod@example.com"
    assert "12.50 USD in Workloads/Prod" in mail["Subject"]
    for secret in ("Sandbox", "222222222222", "15.5"):
        assert secret not in whole
    (csv,) = mail.iter_attachments()
    assert csv.get_content().count("\n") == 2


@in_loop
async def test_owners_are_told_what_their_part_of_a_partial_day_lacks_and_nothing_of_others() -> (
    None
):
    made = notifier(roster=(PROD,))
    earlier = DAY - timedelta(days=7)
    mine = row(LinkedAccount="333333333333", AccountName="billing")
    days = {earlier: [*DAYS[DAY], mine], DAY: [row("12.5")]}

    await made.hear(await cataloged(made.store, days, complete_through=None))

    lacking = "No usage yet of 1 account that had some on Mon 09 Mar"
    told = {kind: text_of(mail) for kind, mail in mails(made).items()}
    assert f"{lacking}: billing (333333333333)" in told["part"]
    assert "Sandbox" not in told["part"]
    assert "1 OU that had some on Mon 09 Mar: Sandbox" in told["daily"]


@in_loop
async def test_owners_see_what_credits_pay_for_in_their_part_and_no_more() -> None:
    made = notifier(roster=(PROD,))
    ours = row("-4", ChargeType="Credit")
    theirs = row("-1", OU="Sandbox", OUPath="Root/Sandbox", ChargeType="Credit")
    before = DAY - timedelta(days=1)

    days = {before: [row("10"), ours], DAY: [*DAYS[DAY], ours, theirs]}
    await made.hear(await cataloged(made.store, days))

    text = text_of(mails(made)["part"])
    assert "Day: gross 12.50, credits −4.00, net 8.50" in text
    assert "Month to date: gross 22.50, credits −8.00, net 14.50" in text
    assert "Month to date    14.50 USD" in text
    assert "Sandbox" not in text


@in_loop
async def test_a_part_whose_csv_is_too_large_for_a_mail_links_its_own_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts_of_ous, "ATTACHED", 10)
    made = notifier(roster=(PROD,))

    await made.hear(await cataloged(made.store, DAYS))

    mail = mails(made)["part"]
    key = part_csv_key(DAY, ["Root/Workloads/Prod"])
    kept = await made.store.get(key)
    assert kept
    assert b"Workloads/Prod" in kept.body
    assert b"Sandbox" not in kept.body
    assert list(mail.iter_attachments()) == []
    assert f"s3://{made.store.bucket}/{key}" in text_of(mail)
    assert "dashboards/" not in text_of(mail)
    assert "dashboards/" in text_of(mails(made)["daily"])


def test_a_part_has_its_ous_estimate_and_budget_on_the_first_screen() -> None:
    mail = render(part_of(composed(), ["Root/Workloads/Prod"]).report)

    first = mail.text.partition("OU, with everything below it")[0]
    assert "% of Prod's budget" in first
    assert "Budget           1,500.00 (Prod, a month)" in first
    assert "Month-end estimate" in first
    assert "Root" not in first


def test_a_part_of_several_ous_has_no_budget_of_all() -> None:
    mail = render(part_of(composed(), ["Root/Workloads/Prod", "Root/Sandbox"]).report)

    first = mail.text.partition("OU, with everything below it")[0]
    assert "a month" not in first
    assert "Month-end estimate" not in first
