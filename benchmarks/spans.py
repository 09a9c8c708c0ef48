"""Which part of a worker's busy time is what."""

from collections.abc import Iterable, Sequence

Span = tuple[float, float]
Noted = tuple[str, float, float]
KINDS = ("query", "forecast", "io")
"""In this order: time that is two things at once is the first of them."""


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the same time as spans that do not overlap, in order."""
    merged: list[Span] = []
    for begins, ends in sorted(spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged


def length(spans: Iterable[Span]) -> float:
    """Return how long spans are together, overlaps counted once."""
    return sum(ends - begins for begins, ends in union(spans))


def within(spans: Iterable[Span], outer: Sequence[Span]) -> list[Span]:
    """Return the parts of spans that lie in the outer ones."""
    return [
        (max(begins, first), min(ends, last))
        for begins, ends in union(spans)
        for first, last in union(outer)
        if begins < last and first < ends
    ]


def shares(noted: Iterable[Noted]) -> dict[str, float]:
    """Return the seconds of each kind within a worker's busy time, and of what is left: `rest`."""
    noted = list(noted)
    busy = union((begins, ends) for kind, begins, ends in noted if kind == "busy")
    found, seen = {"busy": length(busy)}, list[Span]()
    for kind in KINDS:
        its = within(((b, e) for k, b, e in noted if k == kind), busy)
        found[kind] = length([*seen, *its]) - length(seen)
        seen += its
    return found | {"rest": found["busy"] - length(seen)}
