"""`daybook history` as a person reads it."""

from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from daybook.console import out
from daybook.operate.history import History, Telling, Version
from shared.money import Amounts, cents


def tell_history(history: History) -> None:
    """Print every version with what changed in it."""
    for version in history.versions:
        for line in _lines(version, history.metric):
            out.print(line, markup=False, soft_wrap=True)


def tell_as_of(history: History) -> None:
    """Print the one version with its figures by OU."""
    (version,) = history.versions
    table = Table(title=f"{history.day}, {history.metric}", title_justify="left", box=None)
    for name in ("OU", "cost", ""):
        table.add_column(name, justify="right" if name == "cost" else "left")
    for ou_path, parts in sorted(version.archived.by_ou.items()):
        for part in parts:
            cost = cents(part.metric(history.metric))
            table.add_row(escape(ou_path), cost, escape(part.currency))
    out.print(table)
    for line in _lines(version, history.metric):
        out.print(line, markup=False, soft_wrap=True)


def _lines(version: Version, metric: str) -> Iterator[str]:
    known = version.archived
    when = f"{known.archived_at:%Y-%m-%d %H:%M} UTC"
    yield f"Version {version.number}, {when}: {_total(known.totals, metric)} in {known.rows} rows"
    yield f"  {version.why} (run {known.run})"
    for change in version.changes:
        sign = "+" if change.amount > 0 else ""
        yield f"  {change.ou_path}: {sign}{cents(change.amount)} {change.currency}"
    yield from _told(version.told)


def _told(told: tuple[Telling, ...]) -> Iterator[str]:
    if not told:
        yield "  nobody was told of it"
        return
    first = told[0]
    listed = ", ".join(first.recipients) or "its recipients"
    yield (
        f"  told {listed} in the digest of {first.day}, {first.at:%Y-%m-%d %H:%M} UTC "
        f"({first.state})"
    )
    if more := len(told) - 1:
        yield f"  and still in {more} later ones, the last of {told[-1].day}"


def _total(totals: Iterable[Amounts], metric: str) -> str:
    return ", ".join(f"{cents(part.metric(metric))} {part.currency}" for part in totals)
