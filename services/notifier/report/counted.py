"""How many there are of something, as a reader is told: `1 row`, `1,204 rows`."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with thousands apart and its noun; `many` where an s does not do."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
