"""Where the account-to-OU table of a run comes from: a file, or the history in the ledger."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import structlog

from services.query.history import AccountHistory, Place, Snapshot, fold
from services.query.organization import Placement, parse_organization
from shared.errors import Conflict, InputError, Retry
from shared.ledger import Ledger
from shared.locations import ACCOUNT_HISTORY, organization_file_key
from shared.parquet import sha256
from shared.ports import ObjectStore

log = structlog.get_logger()


@dataclass(frozen=True)
class KnownOrganization:
    """The table as a run uses it, and where it lies with which checksum."""

    source: str
    sha256: str
    placements: list[Placement]


class OrganizationSource(Protocol):
    """Gives the account-to-OU table."""

    async def observe(self, run: str) -> None:
        """Look how things are now, where nobody else keeps the past."""

    async def read(self) -> KnownOrganization:
        """Return the table; raise InputError when a person must mend it."""


class Directory(Protocol):
    """AWS Organizations: how things are now."""

    async def places(self) -> dict[str, Place]:
        """Return every account's place by account id."""


@dataclass(frozen=True)
class OrganizationFile:
    """A CSV file that a person keeps, dates included; read anew for every run."""

    store: ObjectStore
    key: str
    archive: ObjectStore

    async def observe(self, run: str) -> None:
        """Nothing to do: the file holds its own past."""

    async def read(self) -> KnownOrganization:
        """Read the file, and keep it by its checksum.

        The archive bucket keeps every version of an object: a file there needs no copy.
        """
        source = f"s3://{self.store.bucket}/{self.key}"
        found = await self.store.get(self.key)
        if found is None:
            raise InputError(source, "is not there", "Put the organization CSV there")
        placements = parse_organization(found.body, source)
        checksum = sha256(found.body)
        if self.store.bucket != self.archive.bucket:
            with contextlib.suppress(Conflict):  # named by its content: it is there already
                await self.archive.create(organization_file_key(checksum), found.body)
        return KnownOrganization(source, checksum, placements)


@dataclass(frozen=True)
class OrganizationHistory:
    """What AWS Organizations said at each run, folded into one table in the ledger."""

    directory: Directory
    archive: ObjectStore
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def observe(self, run: str) -> None:
        """Take a snapshot and fold it in; raise Conflict when too many others do the same."""
        taken_at = self.now()
        snapshot = Snapshot(taken_at, run, await self.directory.places())
        await Ledger(self.archive).update(
            ACCOUNT_HISTORY, AccountHistory, partial(fold, snapshot=snapshot)
        )
        log.info("organization-observed", accounts=len(snapshot.places))

    async def read(self) -> KnownOrganization:
        """Read the table as the ledger holds it."""
        found = await self.archive.get(ACCOUNT_HISTORY)
        if found is None:
            raise Retry("no snapshot of the organization is in the ledger", after=60)
        history = AccountHistory.model_validate_json(found.body)
        source = f"s3://{self.archive.bucket}/{ACCOUNT_HISTORY}"
        return KnownOrganization(source, sha256(found.body), history.placements())
