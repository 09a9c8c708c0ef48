"""Where the account-to-OU table of a run comes from: a file, or the history in the ledger."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Protocol

import structlog

from services.query.history import AccountHistory, Place, Snapshot, fold
from services.query.organization import Placement, parse_organization
from services.query.organization_files import OrganizationFiles, told
from shared.days import ONE_DAY
from shared.errors import Conflict, InputError, Retry
from shared.ledger import Ledger
from shared.locations import ACCOUNT_HISTORY, ORGANIZATION_FILES, organization_file_key
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

    async def compared(
        self, known: KnownOrganization, day: date, *, digest: bool
    ) -> tuple[KnownOrganization, KnownOrganization]:
        """Return by which tables the day before is known, and by which the day is.

        `known` is what the run uses, and `digest` says that a digest of the day is told by it.
        """


class Directory(Protocol):
    """AWS Organizations: how things are now."""

    async def places(self) -> dict[str, Place]:
        """Return every account's place by account id."""


@dataclass(frozen=True)
class OrganizationFile:
    """A CSV file that a person keeps, dates included; read anew for every run.

    The ledger holds each content that a run used, by its checksum.
    """

    store: ObjectStore
    key: str
    archive: ObjectStore

    async def observe(self, run: str) -> None:
        """Nothing to do: the file holds its own past."""

    async def read(self) -> KnownOrganization:
        """Read the file, and keep it by its checksum."""
        source = f"s3://{self.store.bucket}/{self.key}"
        found = await self.store.get(self.key)
        if found is None:
            raise InputError(source, "is not there", "Put the organization CSV there")
        placements = parse_organization(found.body, source)
        checksum = sha256(found.body)
        with contextlib.suppress(Conflict):  # named by its content: it is there already
            await self.archive.create(organization_file_key(checksum), found.body)
        return KnownOrganization(source, checksum, placements)

    async def compared(
        self, known: KnownOrganization, day: date, *, digest: bool
    ) -> tuple[KnownOrganization, KnownOrganization]:
        """Return the content that the digest before was told by, and the day's own.

        Raises Conflict when too many others do the same.
        """
        files = await self._files(partial(told, day=day, sha256=known.sha256), digest=digest)
        now = await self._kept(files.on(day), known) or known
        return await self._kept(files.on(day - ONE_DAY), now) or now, now

    async def _files(
        self, change: Callable[[OrganizationFiles | None], OrganizationFiles], *, digest: bool
    ) -> OrganizationFiles:
        ledger = Ledger(self.archive)
        if digest:
            return await ledger.update(ORGANIZATION_FILES, OrganizationFiles, change)
        entry = await ledger.read(ORGANIZATION_FILES, OrganizationFiles)
        return change(entry.doc if entry else None)

    async def _kept(
        self, checksum: str | None, known: KnownOrganization
    ) -> KnownOrganization | None:
        """Return a content from its copy; None when nobody knows it any more.

        What an earlier release took and this one refuses is no trouble of today's file.
        """
        if checksum is None:
            return None
        if checksum == known.sha256:
            return known
        key = organization_file_key(checksum)
        source = f"s3://{self.archive.bucket}/{key}"
        found = await self.archive.get(key)
        try:
            placements = parse_organization(found.body, source) if found else None
        except InputError as error:
            log.warning("organization-file-refused", problem=str(error))
            return None
        if placements is None:
            log.warning("organization-file-lost", copy=source)
            return None
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

    async def compared(
        self, known: KnownOrganization, day: date, *, digest: bool
    ) -> tuple[KnownOrganization, KnownOrganization]:
        """Return the one table: it holds what was seen on either day."""
        del day, digest
        return known, known
