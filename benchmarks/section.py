"""A part of what the benchmarks report: a table with the command that makes it, and notes."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Section:
    """One table; `figures` are what other parts reckon with."""

    title: str
    command: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]] = ()
    notes: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def table(self) -> str:
        """Return the table as Markdown."""
        marks = ["---"] + ["---:"] * (len(self.header) - 1)
        return "\n".join(f"| {' | '.join(row)} |" for row in (self.header, marks, *self.rows))

    def markdown(self) -> str:
        """Return all of it as Markdown."""
        notes = "".join(f"\n- {note}" for note in self.notes)
        return f"## {self.title}\n\n`{self.command}`\n\n{self.table()}\n{notes}\n"


def ratio(figure: float, reference: float) -> str:
    """Return how many times the reference a figure is."""
    return f"{figure / reference:.2f}" if reference else "–"


def goal(text: str, *, met: bool) -> str:
    """Return a goal and whether this run met it."""
    return f"{text}: {'met' if met else '**not met**'}"
