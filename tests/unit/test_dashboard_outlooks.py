"""What the page holds of outlooks: by the names of its fields, and of very many only what fits."""

from datetime import timedelta
from typing import Any

import pytest

from services.notifier.dashboard import outlooks
from services.notifier.dashboard.outlooks import FIELDS, LONGER, outlook_rows
from services.notifier.dashboard.series import whole_cents
from shared.outlook import Outlook
from tests.support.boards import DAY, month_of_rows, outlooks_of
from tests.support.units.rows import row

DAYS = tuple(DAY - timedelta(days=n) for n in reversed(range(60)))
OUS = {"": 0, "Root": 1, "Root/Sandbox": 2, "Root/Workloads": 3, "Root/Workloads/Prod": 4}
ELSEWHERE = row("400.004", OU="Unmapped", OUPath="Unmapped", LinkedAccount="999999999999")


def packed(assessed: list[Outlook], ou: int, day: int = 59) -> dict[str, Any]:
    rows = outlook_rows(assessed, DAYS, {**OUS, "Unmapped": 5})
    (found,) = (each for each in rows if each[:2] == [day, ou])
    return dict(zip(FIELDS, found, strict=False))


def test_each_amount_of_a_forecast_is_held_under_its_name() -> None:
    assessed = outlooks_of(month_of_rows())
    (root,) = (each for each in assessed if (each.as_of, each.ou_path) == (DAY, "Root"))

    found = packed(assessed, OUS["Root"])
    for name, field in outlooks.AMOUNTS.items():
        assert found[name] == whole_cents(getattr(root, field))
    everything = packed(assessed, 0)
    assert {n: everything[n] for n in outlooks.AMOUNTS} == {n: found[n] for n in outlooks.AMOUNTS}


def test_everything_beside_unmapped_cost_has_amounts_without_ends() -> None:
    assessed = outlooks_of(month_of_rows(more=(ELSEWHERE,)))
    parts = [packed(assessed, ou) for ou in (OUS["Root"], 5)]

    everything = packed(assessed, 0)
    known = {name for name in LONGER if everything.get(name) is not None}
    assert known == {"next3", "next6"}
    assert everything.get("low") is None
    for name in ("estimate", "next3", "next6"):
        assert abs(everything[name] - sum(part[name] for part in parts)) <= 1
    assert everything["past"] == outlooks.BESIDE_UNMAPPED


def test_of_very_many_the_longer_windows_are_held_of_the_last_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assessed = outlooks_of(month_of_rows())
    assert "next6" in packed(assessed, OUS["Root"], day=58)

    monkeypatch.setattr(outlooks, "MOST_LONG", 100)
    assert "next3" not in packed(assessed, OUS["Root"], day=58)
    assert packed(assessed, OUS["Root"], day=58)["estimate"]
    assert "next6" in packed(assessed, OUS["Root"])
