"""`daybook history` as a person reads it."""

from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from daybook.console import out, say
from daybook.operate import documents
from daybook.operate.versions import AsOf, History, Telling, Version
from shared.money import Amounts, cents


def tell_history(history: History) -> None:
    """Print every version with what changed in it."""
    for version in history.versions:
        for line in _lines(version, history.metric):
            say(line)
    for telling in history.lost:
        say(_lost(telling))
    for key in history.unreadable:
        say(documents.line(key))


def tell_as_of(found: AsOf) -> None:
    """Print what was told by then and, where it is another, what was in force; by OU."""
    if found.reported:
        say(f"As it was told by the end of {found.when} (UTC):")
        _tell_whole(found.reported, found)
    for telling in found.lost:
        say(_lost(telling))
    if found.in_force and found.in_force != found.reported:
        say(f"In force at the end of {found.when} (UTC), when nobody had been told of it:")
        _tell_whole(found.in_force, found)
    for key in found.unreadable:
        say(documents.line(key))


def _tell_whole(version: Version, found: AsOf) -> None:
    table = Table(title=f"{found.day}, {found.metric}", title_justify="left", box=None)
    for name in ("OU", "cost", ""):
        table.add_column(name, justify="right" if name == "cost" else "left")
    for ou_path, parts in sorted(version.archived.by_ou.items()):
        for part in parts:
            known = part.states(found.metric)
            cost = cents(part.metric(found.metric)) if known else "not stated"
            table.add_row(escape(ou_path), cost, escape(part.currency))
    out.print(table)
    for line in _lines(version, found.metric):
        say(line)


def _lines(version: Version, metric: str) -> Iterator[str]:
    known = version.archived
    when = f"{known.archived_at:%Y-%m-%d %H:%M} UTC"
    yield f"Version {version.number}, {when}: {_total(known.totals, metric)} in {known.rows} rows"
    yield f"  {version.why} (run {known.run})"
    for change in version.changes:
        sign = "+" if change.amount > 0 else ""
        yield f"  {change.ou_path}: {sign}{cents(change.amount)} {change.currency}"
    if version.recorded_anew:
        yield "  it had been told before: the ledger's record of it was lost and made anew"
    yield from _told(version.told)


def _told(told: tuple[Telling, ...]) -> Iterator[str]:
    if not told:
        yield "  nobody was told of it"
        return
    yield f"  told {_by(told[0])}"
    if more := len(told) - 1:
        yield f"  and still in {more} later ones, the last of {told[-1].day}"


def _lost(telling: Telling) -> str:
    return f"Other figures, of which the ledger has no record any more: told {_by(telling)}"


def _by(telling: Telling) -> str:
    listed = ", ".join(telling.recipients) or "its recipients"
    sent = f"{telling.at:%Y-%m-%d %H:%M} UTC ({telling.state})"
    return f"{listed} in the digest of {telling.day}, {sent}"


def _total(totals: Iterable[Amounts], metric: str) -> str:
    parts = list(totals)
    if not all(part.states(metric) for part in parts):
        return f"no {metric} cost is stated"
    return ", ".join(f"{cents(part.metric(metric))} {part.currency}" for part in parts)
