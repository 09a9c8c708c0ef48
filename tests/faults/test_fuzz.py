"""Layer 7 in short."""

from tests.faults.fuzz import fuzz


def test_nonsense_harms_nobody_and_ends_as_dead_letters() -> None:
    report = fuzz(500)

    assert not report.wrong, report.explain()
