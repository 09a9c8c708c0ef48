"""Every digest is known to be sent or not, and none of the last days is missing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from services.auditor.finding import Finding
from services.auditor.listed import Listed
from shared.days import ONE_DAY, days_between
from shared.digest_claim import Claim, ClaimState, how_to_settle, is_resent
from shared.locations import daily_digest_of, is_digest

IN_HAND = timedelta(minutes=10)
"""How long a claim may be somebody's work; the notifier itself gives it up after two."""
LOOKS_BACK = timedelta(days=7)
"""A digest that is older than this is of no use any more; its day is in the next ones."""
TOLD_WITHIN = timedelta(hours=1)
"""How long after the deadline: a tick looks every quarter of an hour, and a run takes its time."""
SENT_AGAIN_WITHIN = timedelta(hours=1)
"""How long after it was given up: its day is run again for it."""
TOLD = {ClaimState.SENT, ClaimState.RESENT}


def check(listed: Listed) -> Iterator[Finding]:
    """Look at every claim, and for the last days' digests."""
    for key, claim in sorted(listed.claims.items()):
        if doubt := _doubt(listed, claim):
            yield _unknown(key, doubt)
    yield from _not_sent_again(listed)
    yield from _missing(listed)
    yield from _nobody_told(listed)


def _doubt(listed: Listed, claim: Claim) -> str:
    if claim.state is ClaimState.UNKNOWN:
        return f"nobody knows whether the digest was sent ({claim.reason or 'no reason is kept'})"
    if claim.state is ClaimState.CLAIMED and listed.now - claim.at > IN_HAND:
        return f"the digest was claimed at {claim.at:%Y-%m-%d %H:%M} and nothing came of it"
    return ""


def _unknown(key: str, doubt: str) -> Finding:
    name = _name_of(key)
    return Finding(
        kind="digest-unknown",
        day=date.fromisoformat(name[:10]),
        found=doubt,
        remedy=f"Look in a mail box, then {how_to_settle(name)}",
    )


def _not_sent_again(listed: Listed) -> Iterator[Finding]:
    """Look for mails that were given up to be sent again, of which no wish ever went out."""
    named = {_name_of(key): claim for key, claim in sorted(listed.claims.items())}
    for name, claim in named.items():
        day, late = date.fromisoformat(name[:10]), listed.now - claim.at > SENT_AGAIN_WITHIN
        if claim.state is not ClaimState.RESENT or not late or day < listed.through - LOOKS_BACK:
            continue
        if day in listed.unread.claimed:
            continue  # it may be the claim of the mail that was sent again
        if not is_resent(name, claim, named):
            yield Finding(
                kind="digest-missing",
                day=day,
                found=f"{name} was given up at {claim.at:%Y-%m-%d %H:%M} and not sent again",
                remedy=f"daybook digest resolve {day} --claim {name} --resend",
            )


def _missing(listed: Listed) -> Iterator[Finding]:
    """Only between the first digest and now: days that were backfilled before had none."""
    daily = {day for key in listed.claims if (day := daily_digest_of(key))} | listed.unread.claimed
    told = {
        _day_of(key)
        for key, claim in listed.claims.items()
        if claim.state in TOLD and is_digest(key)
    }
    first = max(min(daily, default=date.max), listed.through - LOOKS_BACK)
    for day in days_between(first, listed.through) if first <= listed.through else ():
        if day in listed.records and day not in told and not _pending(listed, day):
            yield Finding(
                kind="digest-missing",
                day=day,
                found="the day is archived and no digest of it was sent",
                remedy=f"daybook replay {day} --notify --reason 'the digest is missing'",
            )


def _nobody_told(listed: Listed) -> Iterator[Finding]:
    """Miss a day's tick: by the deadline it tells of the day, or that its data is late.

    Of yesterday it is missed once that hour is over, which for a late deadline is after the daily
    audit: then it is the day before whose tick is judged, unless that is said of its digest. The
    alarm `daybook-no-digest` counts whole days since the last digest, and misses it for longer
    when that one was late. Before the first digest there is nothing to miss.
    """
    if listed.deadline is None:
        return
    over = listed.now - _moment(listed, listed.deadline) >= TOLD_WITHIN
    day = listed.yesterday if over else listed.yesterday - ONE_DAY
    if day in listed.unread.days or (day in listed.records and day <= listed.through):
        return
    told = {_day_of(key) for key in listed.claims} | listed.unread.claimed
    before = {each for key in listed.claims if (each := daily_digest_of(key)) and each < day}
    if before and day not in told:
        yield Finding(
            kind="nobody-told",
            day=day,
            found=f"by {listed.deadline:%H:%M} UTC there was neither a digest nor word that it is "
            "late: its tick was lost",
            remedy=f"daybook publish day-ready --day {day}",
        )


def _moment(listed: Listed, at: time) -> datetime:
    return datetime.combine(listed.now.date(), at, UTC)


def _pending(listed: Listed, day: date) -> bool:
    """Say whether the day's digest is in doubt, which is said already."""
    if day in listed.unread.claimed:
        return True
    states = {claim.state for key, claim in listed.claims.items() if _day_of(key) == day}
    return bool(states & {ClaimState.UNKNOWN, ClaimState.CLAIMED})


def _name_of(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".json")


def _day_of(key: str) -> date:
    return date.fromisoformat(_name_of(key)[:10])
