"""A worker's busy time is split without counting anything twice."""

from benchmarks.spans import shares, union, within


def test_spans_that_overlap_are_one() -> None:
    assert union([(3, 5), (1, 2), (4, 6)]) == [(1, 2), (3, 6)]


def test_what_lies_outside_is_cut_off() -> None:
    assert within([(0, 10)], [(1, 2), (8, 12)]) == [(1, 2), (8, 10)]


def test_time_that_is_two_things_counts_as_the_first_and_idle_time_as_none() -> None:
    noted = [("busy", 0, 10), ("query", 2, 5), ("io", 4, 7), ("io", 20, 30)]

    found = shares((kind, float(a), float(b)) for kind, a, b in noted)

    assert found == {"busy": 10, "query": 3, "forecast": 0, "io": 2, "rest": 5}
