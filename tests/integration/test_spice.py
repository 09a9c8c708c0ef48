"""The catalog worker's refreshes against the QuickSight stand-in."""

from typing import Any

import pytest

from services.catalog.handler import CatalogPeriod
from services.catalog.quicksight import SpiceRefresher
from shared.aws import clients
from shared.events import Refresh
from shared.memory import MemoryBell, MemoryStore
from tests.support.chain import assessed
from tests.support.cloud import Cloud
from tests.support.leases import held_lease
from tests.support.looped import Loop

RUN = "daybook-run-2026-06"
QUOTA = 32
TABLE = {"CustomSql": {"DataSourceArn": "arn:x", "Name": "t", "SqlQuery": "SELECT 1"}}


@pytest.fixture
def refresher(cloud: Cloud, loop: Loop) -> SpiceRefresher:
    for dataset in ("costs", "fail-costs"):
        cloud.client("quicksight").create_data_set(
            AwsAccountId=cloud.endpoint.account,
            DataSetId=dataset,
            Name=dataset,
            PhysicalTableMap={"t": TABLE},
            ImportMode="DIRECT_QUERY",
        )
    (client,) = loop.enter(clients("quicksight"))
    return SpiceRefresher(client, cloud.endpoint.account, poll=0.05)


def ingestions(cloud: Cloud, dataset: str) -> list[tuple[str, str]]:
    """Return a data set's ingestions and how they stand, oldest first."""
    answer = cloud.client("quicksight").list_ingestions(
        AwsAccountId=cloud.endpoint.account, DataSetId=dataset
    )
    newest_first: list[Any] = answer["Ingestions"]
    return [(each["IngestionId"], each["IngestionStatus"]) for each in reversed(newest_first)]


def use_up(cloud: Cloud, dataset: str, *, left: int = 0) -> None:
    for number in range(QUOTA - left):
        cloud.client("quicksight").create_ingestion(
            AwsAccountId=cloud.endpoint.account, DataSetId=dataset, IngestionId=f"by-hand-{number}"
        )


def test_a_refresh_is_followed_to_its_end(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    refresh = loop(refresher.refresh("costs", RUN))

    assert refresh == Refresh(dataset="costs", ingestion=f"{RUN}-1", status="COMPLETED")
    assert ingestions(cloud, "costs") == [(f"{RUN}-1", "COMPLETED")]


def test_a_repeat_adopts_the_refresh_that_runs(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    cloud.client("quicksight").create_ingestion(
        AwsAccountId=cloud.endpoint.account, DataSetId="costs", IngestionId=f"{RUN}-1"
    )
    refresh = loop(refresher.refresh("costs", RUN))

    assert refresh.status == "COMPLETED"
    assert ingestions(cloud, "costs") == [(f"{RUN}-1", "COMPLETED")]


def test_another_run_is_another_refresh(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    for run in ("one", "two"):
        loop(refresher.refresh("costs", run))

    assert [name for name, _ in ingestions(cloud, "costs")] == ["one-1", "two-1"]


def test_a_failing_refresh_is_tried_three_times_and_a_repeat_tries_no_more(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    ended = [loop(refresher.refresh("fail-costs", RUN)) for _ in range(2)]
    third = Refresh(dataset="fail-costs", ingestion=f"{RUN}-3", status="FAILED")

    assert ended == [third, third]
    assert ingestions(cloud, "fail-costs") == [(f"{RUN}-{n}", "FAILED") for n in (1, 2, 3)]


def test_a_used_up_quota_is_told_and_starts_nothing(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    use_up(cloud, "costs")
    refresh = loop(refresher.refresh("costs", RUN))

    assert refresh.status == "LIMIT_EXCEEDED"
    assert len(ingestions(cloud, "costs")) == QUOTA


def test_the_last_of_the_quota_is_still_used_and_its_repeat_adopted(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    use_up(cloud, "costs", left=1)
    statuses = [loop(refresher.refresh("costs", RUN)).status for _ in range(2)]

    assert statuses == ["COMPLETED", "COMPLETED"]


def test_any_run_id_makes_an_ingestion_id_that_quicksight_takes(
    loop: Loop, refresher: SpiceRefresher
) -> None:
    refresh = loop(refresher.refresh("costs", "run:é/ü ." * 22))

    assert refresh.status == "COMPLETED"
    assert len(refresh.ingestion) == 128


def test_the_command_to_try_again_by_hand_is_one_that_quicksight_takes(
    cloud: Cloud, loop: Loop, refresher: SpiceRefresher
) -> None:
    refresh = loop(refresher.refresh("costs", "run:é/ü ." * 22))
    command = refresher.by_hand(refresh).split()

    assert command[:3] == ["aws", "quicksight", "create-ingestion"]
    flags = zip(command[3::2], command[4::2], strict=True)
    asked = {flag.title().replace("-", ""): value for flag, value in flags}
    cloud.client("quicksight").create_ingestion(**asked)

    assert len(ingestions(cloud, "costs")) == 2


def test_a_data_set_that_is_not_there_is_an_alarm_and_does_not_hold_the_digest_back(
    loop: Loop, refresher: SpiceRefresher
) -> None:
    class Registered:
        async def ensure(self, _table: str, days: object) -> int:
            return 1 if days else 0

    bell = MemoryBell()
    handle = CatalogPeriod(Registered(), refresher, ("deleted", "costs"), MemoryStore(), bell)
    (cataloged,) = loop(handle(assessed(), held_lease(loop)))

    assert [subject for subject, _ in bell.alarms] == ["Daybook: deleted was not refreshed"]
    assert cataloged.type == "period-cataloged"
    assert cataloged.data.refreshes[-1].status == "COMPLETED"
