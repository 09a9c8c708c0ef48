"""What Cost Explorer and the invoices say, in the digest."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.cost_check import CostCheck, Gap
from shared.days import Period
from shared.events import CatalogedData, PeriodCataloged
from shared.ledger import Ledger
from shared.locations import cost_check_key
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.notifier import Notifier, last_text
from tests.support.units.pages import squeezed
from tests.support.units.rows import DAY, row

ASKED = datetime(2026, 3, 17, 8, 5, tzinfo=UTC)


def gap(archive: str, elsewhere: str, *causes: str, what: str = "amortized") -> Gap:
    ours, theirs = Decimal(archive), Decimal(elsewhere)
    return Gap(
        what=what, currency="USD", archive=ours, elsewhere=theirs, gap=ours - theirs, causes=causes
    )


def check(*gaps: Gap, **more: object) -> CostCheck:
    return CostCheck.model_validate({"through": DAY, "asked_at": ASKED, "gaps": gaps} | more)


async def told(found: CostCheck | None, before: CostCheck | None = None) -> str:
    """Return the text of a digest whose run has compared so."""
    notifier = Notifier()
    event = await cataloged(notifier.store, {DAY: [row("5")]})
    if before:
        await Ledger(notifier.store).create(cost_check_key(Period(2026, 2), "older"), before)
    data = CatalogedData.model_validate({**event.data.model_dump(), "compared": found})
    said = event.model_copy(update={"data": data})
    assert isinstance(said, PeriodCataloged)
    await notifier.hear(said)
    return squeezed(last_text(notifier))


@in_loop
async def test_without_a_comparison_nothing_is_said_of_one() -> None:
    assert "Compared with AWS" not in await told(None, check(gap("1", "1")))


@in_loop
async def test_equal_figures_are_said_to_be_equal() -> None:
    text = await told(check(gap("1234.5", "1234.5"), estimated=True))

    assert "1-16 March 2026 (asked 17 Mar 08:05 UTC, which it marks as estimated)" in text
    assert "amortized cost 1,234.50 USD, the same in Cost Explorer" in text


@pytest.mark.parametrize(
    ("requests", "said"),
    [(1, "UTC; 1 request for 0.01 USD)"), (12, "UTC; 12 requests for 0.12 USD)")],
)
@in_loop
async def test_what_asking_cost_is_said(requests: int, said: str) -> None:
    assert f"(asked 17 Mar 08:05 {said}" in await told(check(gap("1", "1"), requests=requests))


@in_loop
async def test_a_gap_is_told_to_its_last_digit_with_its_causes() -> None:
    found = check(
        gap("10", "9.999999999", "tax: +0.5", "Cost Explorer marks its figures as estimated"),
        gap("1", "3", "credits: -2", what="unblended"),
    )

    text = await told(found)

    assert (
        "amortized cost 10.00 USD, in Cost Explorer 10.00: gap +0.000000001, likely tax: +0.5; "
        "Cost Explorer marks its figures as estimated"
    ) in text
    assert "unblended cost 1.00 USD, in Cost Explorer 3.00: gap −2, likely credits: −2" in text


@in_loop
async def test_parts_that_make_up_for_each_other_are_told_all_the_same() -> None:
    text = await told(check(gap("10", "10", "credits: -3", "tax: +3")))

    assert "the same in Cost Explorer, in parts that differ: credits: -3; tax: +3" in text


@in_loop
async def test_invoices_and_what_was_not_compared_are_told() -> None:
    invoices = [gap("1", "1", what=f"EUINV-{number}") for number in range(12)]

    text = await told(check(invoices=invoices, problems=["invoice 9 was not compared: no"]))

    assert "invoice EUINV-9 1.00 USD, the same in the invoice" in text
    assert "EUINV-10" not in text
    assert "and 2 more invoices in the ledger" in text
    assert "invoice 9 was not compared: no" in text


@in_loop
async def test_the_month_before_is_told_with_it() -> None:
    before = CostCheck.model_validate(
        {"through": "2026-02-28", "asked_at": ASKED, "gaps": [gap("7", "7")]}
    )

    text = await told(check(gap("1", "1")), before)

    assert "1-28 February 2026 (asked 17 Mar 08:05 UTC) amortized cost 7.00 USD" in text
