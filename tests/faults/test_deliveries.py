"""Layer 2 in short: copies, delays and disorder on the way."""

from tests.faults.deliveries import deliveries
from tests.faults.schedule import Schedule
from tests.faults.sweep import swept


def test_copies_and_delays_change_nothing() -> None:
    chosen = [one for one in deliveries(("tick", "at-once")) if _differs(str(one))]
    chosen.append(Schedule("backfill+x2-all"))  # copies of copies, in two runs
    report = swept("deliveries", chosen, jobs=1)

    assert not report.wrong, report.explain()
    assert report.verdicts["clean"] == len(report.judged)


def _differs(line: str) -> bool:
    """Leave to the sweep what takes long, and each single delivery of two runs at once."""
    return "x10" not in line and ("at-once" not in line or line.endswith("all"))
