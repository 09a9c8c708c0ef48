"""The report of a month by OU, from the archive as it lies in its bucket."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from daybook.attribution import Tree
from daybook.console import out
from daybook.report import Asked, Report, report
from daybook.report_page import NOT_WHOLE, tell_report
from services.query.history import Place, Snapshot, fold
from shared.days import Period
from shared.errors import InputError
from shared.locations import ACCOUNT_HISTORY, breakdown_key, day_record_key, split_uri
from shared.memory import MemoryStore
from shared.parquet import sha256
from shared.staging import StagedPeriod, UsedOrganization
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.rows import DAY, Row, row

MARCH = Period(2026, 3)
TODAY = date(2026, 3, 17)
SHOP, LAB = "111111111111", "222222222222"
CSV = f"""account_id,account_name,ou_path,valid_from,valid_to,status
{SHOP},shop,Root/Workloads/Prod,2026-01-01,,ACTIVE
{LAB},lab,Root/Sandbox,2026-01-01,2026-03-02,ACTIVE
{LAB},lab,Root/Workloads/Prod,2026-03-02,,ACTIVE
"""


def lab(cost: str, ou_path: str) -> Row:
    return row(cost, LinkedAccount=LAB, AccountName="lab <b>", OUPath=ou_path)


def until(last: date, **costs: list[Row]) -> dict[date, list[Row]]:
    """Return a month's days to the last, as the query worker stages them: some without a line."""
    return {day: costs.get(f"day{day.day}", []) for day in Period.of(last).days(until=last)}


async def archived(store: MemoryStore, *, since: int = 1) -> None:
    """Archive two months in which one account moves; in February some days more than in March."""
    rows = {"day16": [row("10"), lab("100", "Root/Sandbox")], "day17": [row("7")]}
    february = until(date(2026, 2, 17), **rows)
    march = until(DAY, day16=[row("11"), lab("100", "Root/Workloads/Prod")])
    known = {day: cost for day, cost in february.items() if day.day >= since}
    await archive(store, await queried(store, known, run="run-0"))
    said = await queried(store, march, complete_through=DAY)
    await archive(store, said)
    await name_table(store, said.data.staging.uri)


async def name_table(store: MemoryStore, staging: str) -> None:
    """Have the newest run say which table it used: a CSV in the archive's own bucket."""
    await store.put("config/organization.csv", CSV.encode())
    source = f"s3://{store.bucket}/config/organization.csv"
    key = split_uri(staging)[1]
    staged = StagedPeriod.model_validate_json(store.versions[key][-1].body)
    used = UsedOrganization(source=source, sha256=sha256(CSV.encode()))
    body = staged.model_copy(update={"organization": used}).model_dump_json().encode()
    await store.put(key, body)


def changes(found: Report) -> dict[str, tuple[str, str]]:
    return {line.ou_path: (str(line.amount), str(line.before)) for line in found.lines}


@pytest.mark.parametrize(
    ("tree", "lines"),
    [
        (
            Tree.AS_WAS,
            {
                "Root/Sandbox": ("0", "100.000000000000"),
                "Root/Workloads/Prod": ("111.000000000000", "10.000000000000"),
            },
        ),
        (Tree.AS_IS, {"Root/Workloads/Prod": ("111.000000000000", "110.000000000000")}),
    ],
)
@in_loop
async def test_a_month_is_reported_against_as_many_days_of_the_month_before(
    tree: Tree, lines: dict[str, tuple[str, str]]
) -> None:
    store = MemoryStore()
    await archived(store)

    found = await report(store, Asked(MARCH, tree, "amortized"), TODAY)

    assert (found.last_day, found.before_last_day) == (DAY, date(2026, 2, 16))
    assert changes(found) == lines
    assert [moved.account for moved in found.moved] == [LAB]


@in_loop
async def test_a_table_of_ones_own_takes_the_place_of_the_runs(tmp_path: Path) -> None:
    store = MemoryStore()
    await archived(store)
    own = tmp_path / "org.csv"
    own.write_text(
        CSV.replace("2026-03-02,,", "2026-03-02,2026-03-10,")
        + f"{LAB},lab,Root/New,2026-03-10,,ACTIVE\n"
    )

    found = await report(store, Asked(MARCH, Tree.AS_IS, "amortized", own), TODAY)

    assert changes(found)["Root/New"] == ("100.000000000000", "100.000000000000")


@in_loop
async def test_the_table_of_aws_organizations_is_read_where_the_run_used_it() -> None:
    store = MemoryStore()
    await archived(store)
    place = Place(ou_id="ou-1", ou_path="Root/Lab", name="lab", state="ACTIVE")
    snapshot = Snapshot(datetime(2026, 3, 17, tzinfo=UTC), "r", {LAB: place, SHOP: place})
    await store.put(ACCOUNT_HISTORY, fold(None, snapshot).model_dump_json().encode())
    (key,) = (key for key in store.versions if "period=2026-03/manifest" in key)
    body = store.versions[key][-1].body.replace(
        b"config/organization.csv", ACCOUNT_HISTORY.encode()
    )
    await store.put(key, body)

    found = await report(store, Asked(MARCH, Tree.AS_IS, "amortized"), TODAY)

    assert [line.ou_path for line in found.lines] == ["Root/Lab"]
    assert len(found.moved) == 2


@in_loop
async def test_a_month_that_is_not_archived_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"periods/2026-03.json: no day of the month is archived"):
        await report(MemoryStore(), Asked(MARCH, Tree.AS_WAS, "amortized"), TODAY)


def drop_object(store: MemoryStore, day: date) -> None:
    store.versions.pop(breakdown_key(day))


def drop_day(store: MemoryStore, day: date) -> None:
    drop_object(store, day)
    store.versions.pop(day_record_key(day))


def take_older_rows(store: MemoryStore, day: date) -> None:
    """Put an intact object where the ledger's is, with another day's rows."""
    other = DAY if day.month == 3 else date(2026, 2, 16)
    store.versions[breakdown_key(day)] = store.versions[breakdown_key(other)]


@pytest.mark.parametrize(
    ("lose", "problem"),
    [
        (drop_object, "is in the ledger and not in the archive"),
        (drop_day, "is not archived"),
        (take_older_rows, "is not what the ledger records"),
    ],
)
@pytest.mark.parametrize("day", [date(2026, 3, 5), date(2026, 2, 6)])
@in_loop
async def test_a_day_that_is_not_there_as_it_is_recorded_is_named(
    day: date, lose: Callable[[MemoryStore, date], None], problem: str
) -> None:
    store = MemoryStore()
    await archived(store)
    lose(store, day)

    with pytest.raises(
        InputError, match=f"{day} {problem}. Archive it again: daybook replay {day}"
    ):
        await report(store, Asked(MARCH, Tree.AS_WAS, "amortized"), TODAY)


@in_loop
async def test_bytes_that_nobody_wrote_are_refused_by_name() -> None:
    store = MemoryStore()
    await archived(store)
    key = breakdown_key(DAY)
    found = await store.get(key)
    assert found
    await store.put(key, found.body[:-1], metadata=dict(found.metadata))

    with pytest.raises(InputError, match=f"does not match its checksum. .*daybook replay {DAY}"):
        await report(store, Asked(MARCH, Tree.AS_WAS, "amortized"), TODAY)


@in_loop
async def test_days_before_the_archive_begins_are_counted_and_no_change_is_stated() -> None:
    store = MemoryStore()
    await archived(store, since=3)

    found = await report(store, Asked(MARCH, Tree.AS_WAS, "amortized"), TODAY)
    with out.capture() as page:
        tell_report(found)

    assert found.record()["archived"] == {"days": "16 of 16 days", "before": "14 of 16 days"}
    assert changes(found)["Root/Workloads/Prod"] == ("111.000000000000", "10.000000000000")
    text = page.get()
    assert "1-16 Feb 2026, 14 of 16 days" in text
    assert NOT_WHOLE in text
    assert not re.search(r"101\.00|change +$", text, re.MULTILINE)


@in_loop
async def test_the_first_month_of_all_is_reported_without_a_change() -> None:
    store = MemoryStore()
    whole = until(DAY, day16=[row("1")])
    await archive(store, await queried(store, whole, complete_through=DAY))

    found = await report(store, Asked(MARCH, Tree.AS_WAS, "amortized"), TODAY)

    assert found.record()["archived"]["before"] == "0 of 16 days"
    assert not found.whole


@in_loop
async def test_a_table_that_nobody_names_any_more_is_asked_for_and_as_was_needs_none() -> None:
    store = MemoryStore()
    whole = until(DAY, day16=[row("1")])
    await archive(store, await queried(store, whole, complete_through=DAY))

    assert (await report(store, Asked(MARCH, Tree.AS_WAS, "amortized"), TODAY)).lines
    with pytest.raises(InputError, match="no longer says which table its run used"):
        await report(store, Asked(MARCH, Tree.AS_IS, "amortized"), TODAY)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (Tree.AS_WAS, "this part of the changes above is the move, not spending"),
        (Tree.AS_IS, "counted under today's OU alone"),
    ],
)
@in_loop
async def test_the_page_names_who_moved_and_the_record_is_exact(tree: Tree, said: str) -> None:
    store = MemoryStore()
    await archived(store)
    found = await report(store, Asked(MARCH, tree, "amortized"), TODAY)

    with out.capture() as page:
        tell_report(found)

    text = page.get()
    assert said in text
    assert f"{LAB} lab <b>: Sandbox 100.00 before, 0.00 USD; Workloads/Prod" in text
    record = found.record()
    assert sum(Decimal(line["amount"]) for line in record["lines"]) == 111
    assert record["moved"][0]["now"] == (None if tree is Tree.AS_WAS else "Root/Workloads/Prod")
