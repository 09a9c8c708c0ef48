"""A step that loses, doubles or moves a cost stops the run, names it, and publishes nothing."""

import asyncio
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.forecaster import handler as forecaster
from services.forecaster.assess import assess as assess_month
from services.notifier.mail import attachment
from services.query.embedded_engine import EmbeddedEngine
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.organization import organization_table
from services.query.sources import CUR2
from shared.errors import MismatchError
from shared.events import CatalogedData, ControlSums, PeriodCataloged, PeriodQueried
from shared.locations import BREAKDOWNS, OUTLOOKS, outlook_key
from shared.memory import MemoryInbox, MemoryStore
from shared.outlook import Outlook, outlook_rows, outlook_table
from shared.parquet import from_parquet, sha256, to_parquet
from tests.support.units.aio import in_loop
from tests.support.units.breakdowns import MARCH, place
from tests.support.units.events import archive, assess, cataloged, queried
from tests.support.units.exports import line, parquet, write_export
from tests.support.units.leases import message_in_hand
from tests.support.units.notifier import Notifier, last_text
from tests.support.units.pages import squeezed
from tests.support.units.rows import DAY, Row, archived_table, row, staged_table

ONE, TWO = "1" * 12, "2" * 12
BEFORE = DAY.replace(day=15)


def written(store: MemoryStore, prefix: str) -> list[str]:
    return [key for key in store.versions if key.startswith(prefix)]


def test_an_account_that_is_in_two_ous_at_once_is_not_counted_twice(tmp_path: Path) -> None:
    write_export(
        tmp_path, a_parquet=parquet([line("1"), line("2", line_item_usage_account_id=TWO)])
    )
    export, store = Export(FolderExportStore(tmp_path)), MemoryStore()
    message = message_in_hand(MemoryInbox())
    twice = organization_table([place("Root/A"), place("Root/B")])
    delivery = asyncio.run(export.delivery(MARCH))
    assert delivery

    with pytest.raises(MismatchError) as caught:
        asyncio.run(
            EmbeddedEngine(export, CUR2, store, "amortized").stage(delivery, twice, "s/", message)
        )

    assert str(caught.value) == (
        "the breakdown of 2026-03-16: account 111111111111, Amazon Elastic Compute Cloud, Usage, "
        "USD: Rows is 2, and 1 in the export; and 2 more differences"
    )


def moved(rows: list[Row]) -> list[Row]:
    """Have the first account pay for the second: every total is as it was."""
    return [{**each, "LinkedAccount": ONE} for each in rows]


def swapped(rows: list[Row]) -> list[Row]:
    """Have two services change their costs: every total, and every account's, is as it was."""
    names = [each["Service"] for each in rows]
    return [{**each, "Service": name} for each, name in zip(rows, reversed(names), strict=True)]


def in_another_currency(rows: list[Row]) -> list[Row]:
    return [{**each, "Currency": {"USD": "NOK", "NOK": "USD"}[each["Currency"]]} for each in rows]


def as_credit(rows: list[Row]) -> list[Row]:
    return [{**each, "ChargeType": "Credit"} for each in rows]


@pytest.mark.parametrize("wrong", [moved, swapped, in_another_currency, as_credit])
@in_loop
async def test_the_archiver_writes_no_day_when_one_is_wrong_though_its_totals_hold(
    wrong: Callable[[list[Row]], list[Row]],
) -> None:
    store = MemoryStore()
    rows = [
        row("5", LinkedAccount=ONE, Service="A"),
        row("5", LinkedAccount=TWO, Service="B", Currency="USD"),
        row("5", LinkedAccount=TWO, Service="C", Currency="NOK"),
        row("5", LinkedAccount=ONE, Service="D", Currency="NOK"),
    ]
    event = await queried(store, {BEFORE: [row()], DAY: rows})
    await restage(store, event, wrong(rows))

    with pytest.raises(MismatchError, match="the archive of 2026-03-16: account "):
        await archive(store, event)

    assert written(store, BREAKDOWNS) == written(store, "ledger/days/") == []


async def restage(store: MemoryStore, event: PeriodQueried, rows: list[Row]) -> None:
    """Put other rows where the staged list says that the day's are."""
    key = next(key for key in store.versions if f"day={DAY}/part-" in key)
    assert event.runid in key
    await store.put(key, to_parquet(staged_table(*rows)))


@in_loop
async def test_the_archiver_writes_nothing_when_the_days_are_not_the_month() -> None:
    store = MemoryStore()
    event = await queried(store, {DAY: [row("5")]})
    _, key = event.data.staging.uri.split("memory/")
    short = store.versions[key][-1].body.replace(b'"unblended":"5"', b'"unblended":"6"', 1)
    await store.put(key, short)
    staging = event.data.staging.model_copy(update={"sha256": sha256(short)})
    event = event.model_copy(update={"data": event.data.model_copy(update={"staging": staging})})

    with pytest.raises(MismatchError, match="2026-03"):
        await archive(store, event)

    assert written(store, BREAKDOWNS) == []


@in_loop
async def test_the_forecaster_refuses_a_day_that_is_not_what_the_export_holds() -> None:
    store = MemoryStore()
    said = await archive(store, await queried(store, {DAY: [row("5")]}))
    (day,) = said.data.days
    wrong = day.model_copy(update={"sums": ControlSums(key="gone", digest="0" * 64)})
    said = said.model_copy(update={"data": said.data.model_copy(update={"days": (wrong,)})})

    with pytest.raises(MismatchError, match="2026-03-16 as it was assessed"):
        await assess(store, said)

    assert written(store, OUTLOOKS) == []


@in_loop
async def test_an_outlook_that_forgets_an_ou_is_not_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    rows = [row("5"), row("2.5", OUPath="Root/Other", LinkedAccount=TWO)]
    said = await archive(store, await queried(store, {DAY: rows}))
    whole = assess_month

    def forgetful(*given: Any, **more: Any) -> list[Outlook]:
        return [each for each in whole(*given, **more) if each.ou_path != "Root/Other"]

    monkeypatch.setattr(forecaster, "assess", forgetful)

    with pytest.raises(MismatchError, match=r"month to date is 5 USD, and 7\.5 in the archive"):
        await assess(store, said)

    assert written(store, OUTLOOKS) == []


async def with_other_outlook(
    store: MemoryStore, event: PeriodCataloged, field: str = "own_month_to_date"
) -> str:
    """Put an outlook of one more unit in place; returns its checksum."""
    key = outlook_key(DAY)
    rows = outlook_rows(from_parquet(store.versions[key][-1].body))
    other = [Outlook(**{**vars(each), field: getattr(each, field) + Decimal(1)}) for each in rows]
    body = to_parquet(outlook_table(other))
    metadata = {**store.versions[key][-1].metadata, "sha256": sha256(body)}
    await store.put(key, body, metadata=metadata)
    assert event.data.outlooks
    return sha256(body)


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("own_month_to_date", r"the OUs' month to date: .* USD, and 3 in the archive"),
        ("month_to_date", r"the month to date of Root: 4 USD, and 3 in the archive"),
    ],
)
@in_loop
async def test_a_digest_whose_month_is_not_the_archives_is_not_sent(
    field: str, problem: str
) -> None:
    notifier = Notifier()
    event = await cataloged(notifier.store, {BEFORE: [row("1")], DAY: [row("2")]})
    checksum = await with_other_outlook(notifier.store, event, field)
    (outlook,) = event.data.outlooks
    stated = (outlook.model_copy(update={"sha256": checksum}),)
    data = CatalogedData.model_validate({**event.data.model_dump(), "outlooks": stated})

    with pytest.raises(MismatchError, match=problem):
        await notifier.hear(event.model_copy(update={"data": data}))

    assert notifier.post.calls == 0


@in_loop
async def test_a_digest_between_two_deliveries_goes_out_and_says_so() -> None:
    notifier = Notifier()
    event = await cataloged(notifier.store, {BEFORE: [row("1")], DAY: [row("2")]})
    await with_other_outlook(notifier.store, event)

    await notifier.hear(event)

    text = squeezed(last_text(notifier))
    assert "Month to date 3.00 USD" in text
    assert "AWS has delivered the month anew meanwhile: costs are as delivered now" in text


def one_cent_more(cell: Any) -> Any:
    def write(value: object) -> Any:
        return cell(value + Decimal("0.01") if isinstance(value, Decimal) else value)

    return write


def another_account(cell: Any) -> Any:
    return lambda value: cell(TWO if value == ONE else value)


@pytest.mark.parametrize("wrong", [one_cent_more, another_account])
def test_a_csv_that_is_not_the_archive_key_by_key_is_not_attached(
    wrong: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachment, "_cell", wrong(attachment._cell))

    with pytest.raises(MismatchError, match="the CSV: account 111111111111, "):
        attachment.breakdown_csv(archived_table(row("5"), row("-5", Service="B")), "amortized")


def test_a_csv_with_hostile_names_is_the_archive() -> None:
    names = ["=1+1", "'=1+1", "@x", "a\r\nb", '"', ",", "", "\t"]
    rows = [row("1", Service=name, BillingDate=date(2026, 3, 16)) for name in names]

    assert attachment.breakdown_csv(archived_table(*rows), "amortized")
