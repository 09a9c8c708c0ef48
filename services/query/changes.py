"""What changed in the organization on a day, for the digest: new, moved and closed accounts."""

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.query.organization import GONE, Placement
from services.query.organization_source import KnownOrganization
from shared.account_changes import AccountChange, AccountChanges
from shared.days import ONE_DAY
from shared.errors import Conflict
from shared.event_data import Reference
from shared.locations import account_changes_key
from shared.parquet import sha256
from shared.ports import ObjectStore

CLOSED = {"SUSPENDED", "PENDING_CLOSURE", "CLOSED", GONE}


async def record_changes(
    store: ObjectStore, known_before: KnownOrganization, organization: KnownOrganization, day: date
) -> Reference | None:
    """Keep the day's changes in the ledger; returns where, or None when there are none."""
    changes = changes_on(known_before, organization, day)
    if not (changes.new or changes.moved or changes.closed):
        return None
    body = changes.model_dump_json(indent=1).encode()
    key = account_changes_key(day, sha256(body))
    with contextlib.suppress(Conflict):  # named by its content: what is there says the same
        await store.create(key, body)
    return Reference(uri=f"s3://{store.bucket}/{key}", sha256=sha256(body))


def changes_on(
    known_before: KnownOrganization, organization: KnownOrganization, day: date
) -> AccountChanges:
    """Compare the table of a day with the one of the day before, each as it is known.

    A file that was edited in place is known in two contents. Where nothing at all is known of the
    day before, the table begins: that is no news.
    """
    before = _on(known_before.placements, day - ONE_DAY)
    after = _on(organization.placements, day)
    if all(place.assumed for place in before.values()):
        before = after = {}
    return AccountChanges(
        day=day,
        source=organization.source,
        sha256=organization.sha256,
        sha256_before=known_before.sha256,
        new=tuple(
            _change(now) for account, now in after.items() if _is_new(before.get(account), now)
        ),
        moved=tuple(
            _change(after[account], moved_from=was.ou)
            for account, was in before.items()
            if account in after and _has_moved(was, after[account])
        ),
        closed=tuple(
            _change(replace(was, status=GONE) if now is None else now)
            for was, now in ((was, after.get(account)) for account, was in before.items())
            if _is_closed(was, now)
        ),
    )


def _change(place: Placement, moved_from: str | None = None) -> AccountChange:
    return AccountChange(
        account_id=place.account_id,
        name=place.account_name,
        ou=place.ou,
        moved_from=moved_from,
        state=place.status,
    )


def _on(placements: Iterable[Placement], day: date) -> dict[str, Placement]:
    found = {p.account_id: p for p in placements if p.valid_from <= day < p.valid_to}
    return dict(sorted(found.items()))


def _is_new(was: Placement | None, now: Placement) -> bool:
    """Tell a newcomer, or one that comes back."""
    if now.assumed or now.status == GONE:
        return False
    return was is None or was.assumed or was.status == GONE


def _has_moved(was: Placement, now: Placement) -> bool:
    """Compare by OU id, since names can be changed; a file need not have ids."""
    if _is_new(was, now):
        return False
    if was.ou_id and now.ou_id:
        return was.ou_id != now.ou_id
    return was.ou_path != now.ou_path


def _is_closed(was: Placement, now: Placement | None) -> bool:
    return was.status not in CLOSED and (now is None or now.status in CLOSED)
