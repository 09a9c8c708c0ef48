"""The QuickSight stand-in's memory under a clock that the test turns."""

from functools import partial

import pytest

from daybook.local.quicksight import parse_body
from daybook.local.quicksight_state import Account, ApiError, Settings
from tests.support.quicksight import ACCOUNT, DIRECT

DAY = 24 * 60 * 60


def account_at(times: list[float], settings: Settings, set_id: str = "daily") -> Account:
    account = Account(ACCOUNT, settings, clock=partial(times.__getitem__, 0))
    account.create_data_set("us-east-1", DIRECT | {"DataSetId": set_id})
    account.create_ingestion(set_id, "one", "FULL_REFRESH")
    return account


@pytest.mark.parametrize(("set_id", "end"), [("daily", "COMPLETED"), ("fail-daily", "FAILED")])
def test_an_ingestion_passes_through_every_state_and_stays(set_id: str, end: str) -> None:
    now = [0.0]
    account = account_at(now, Settings(seconds_to_complete=4), set_id)
    ingestion = account.ingestion(set_id, "one")

    for now[0], state in ((0.9, "INITIALIZED"), (1, "RUNNING"), (3.9, "RUNNING"), (4, end)):
        assert account.describe_ingestion(ingestion)["IngestionStatus"] == state
    account.cancel_ingestion(set_id, "one")
    assert account.describe_ingestion(ingestion)["IngestionStatus"] == end


def test_the_quota_rolls_with_the_clock() -> None:
    now = [0.0]
    account = account_at(now, Settings(refresh_quota=1))
    now[0] = DAY - 1
    with pytest.raises(ApiError, match="1 refreshes"):
        account.create_ingestion("daily", "two", "FULL_REFRESH")

    now[0] = DAY
    account.create_ingestion("daily", "two", "FULL_REFRESH")


def test_a_body_that_is_no_json_object_is_invalid() -> None:
    for body in (b"{", b"[]"):
        with pytest.raises(ApiError, match="the body is not"):
            parse_body(body)
