"""A day's versions and the mails that told them, and how both were at the end of a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared.day_record import DayVersion
from shared.errors import InputError
from shared.money import Amounts, exact_sum


@dataclass(frozen=True)
class Change:
    """By how much an OU's cost of the day changed, in one currency; by the metric asked for."""

    ou_path: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def amount(self) -> Decimal:
        """The difference, exactly."""
        return exact_sum((self.after, -self.before))


@dataclass(frozen=True)
class Telling:
    """A mail that told a version: the digest's name and day, its state, when, and to whom."""

    name: str
    day: date
    state: str
    at: datetime
    recipients: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "digest": self.name,
            "day": str(self.day),
            "state": self.state,
            "at": self.at.isoformat(),
            "recipients": list(self.recipients),
        }


@dataclass(frozen=True)
class Version:
    """One version of the day; `changes` are against the one before it."""

    number: int
    archived: DayVersion
    changes: tuple[Change, ...]
    why: str
    told: tuple[Telling, ...]

    @property
    def recorded_anew(self) -> bool:
        """Whether it was told before the ledger's record of it: that was lost and made again."""
        return any(telling.at < self.archived.archived_at for telling in self.told)

    def by(self, when: date) -> "Version | None":
        """Return it as it was at the end of a day (UTC); None when it was not there yet.

        What had been told was there, whatever the ledger says: its record may be made anew.
        """
        told = tuple(telling for telling in self.told if _day(telling.at) <= when)
        there = told or _day(self.archived.archived_at) <= when
        return replace(self, told=told) if there else None

    def record(self) -> dict[str, Any]:
        """Return it as JSON, money as exact decimals."""
        known = self.archived
        return {
            "version": self.number,
            "archived_at": known.archived_at.isoformat(),
            "run": known.run,
            "source_version": known.source_version,
            "sha256": known.sha256,
            "rows": known.rows,
            "totals": _plain(known.totals),
            "by_ou": {ou: _plain(parts) for ou, parts in sorted(known.by_ou.items())},
            "changes": [
                {"ou": each.ou_path, "currency": each.currency, "amount": str(each.amount)}
                for each in self.changes
            ],
            "why": self.why,
            "told": [telling.record() for telling in self.told],
        }


@dataclass(frozen=True)
class AsOf:
    """A day as it was known at the end of another (UTC), and as it had been told by then.

    `lost` are mails that had told figures of which the ledger has no record any more; `unreadable`
    the keys of claims and runs of which nobody knows what they are.
    """

    day: date
    metric: str
    when: date
    reported: Version | None
    in_force: Version | None
    lost: tuple[Telling, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[Version, ...]:
        """What was told and, where it is another, what was in force."""
        told, known = self.reported, self.in_force
        return tuple(version for version in (told, known if known != told else None) if version)

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "day": str(self.day),
            "metric": self.metric,
            "as_of": str(self.when),
            "reported": self.reported.number if self.reported else None,
            "in_force": self.in_force.number if self.in_force else None,
            "versions": [version.record() for version in self.versions],
            "lost": [telling.record() for telling in self.lost],
            "unreadable": list(self.unreadable),
        }


@dataclass(frozen=True)
class History:
    """A day and its versions, oldest first.

    `lost` are mails that told figures of which the ledger has no record any more; `unreadable` the
    keys of claims and runs of which nobody knows what they are.
    """

    day: date
    metric: str
    versions: tuple[Version, ...]
    lost: tuple[Telling, ...] = ()
    unreadable: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "day": str(self.day),
            "metric": self.metric,
            "versions": [version.record() for version in self.versions],
            "lost": [telling.record() for telling in self.lost],
            "unreadable": list(self.unreadable),
        }

    def as_of(self, when: date) -> AsOf:
        """Return it as it was known and told by the end of a day (UTC).

        Raises InputError when the day was neither archived nor told yet.
        """
        known = [then for version in self.versions if (then := version.by(when))]
        lost = tuple(telling for telling in self.lost if _day(telling.at) <= when)
        if not known and not lost:
            first = self.versions[0].archived.archived_at
            raise InputError(
                f"{self.day} as of {when}",
                f"was not archived yet: first on {first:%Y-%m-%d %H:%M} UTC",
                "Ask for a later --as-of",
            )
        told = [version for version in known if version.told]
        return AsOf(
            day=self.day,
            metric=self.metric,
            when=when,
            reported=told[-1] if told else None,
            in_force=known[-1] if known else None,
            lost=lost,
            unreadable=self.unreadable,
        )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _plain(parts: Sequence[Amounts]) -> list[dict[str, Any]]:
    return [part.model_dump(mode="json", exclude_none=True) for part in parts]
