"""Owners and executives: each list once, whatever happens around its own calls."""

from tests.faults.singles import single_faults
from tests.faults.sweep import swept

MOST_DIFFERENT = ("kill_before", "kill_after", "lost_answer", "throttle", "sigterm_cut_after")


def test_no_single_fault_loses_or_doubles_a_part_or_the_pdf() -> None:
    schedules = single_faults("audiences", MOST_DIFFERENT, beyond="tick", by="notifier")
    own = [one for one in schedules if one.plan]

    report = swept("audiences", own)

    assert not report.wrong, report.explain()
    assert len(report.judged) >= 30
