"""The checks of an audit: pure functions over what was listed, one module a kind of thing."""

from collections.abc import Callable, Iterator

from services.auditor.checks import (
    archive,
    catalog,
    contents,
    counts,
    digest,
    ledger,
    outlook,
    queues,
    refreshes,
    source,
    staging,
)
from services.auditor.checks.possible import possible
from services.auditor.finding import Finding
from services.auditor.listed import Listed

Check = Callable[[Listed], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    archive.check,
    contents.check,
    ledger.check,
    source.check,
    catalog.check,
    outlook.check,
    digest.check,
    refreshes.check,
    staging.check,
    queues.check,
)


def findings(listed: Listed) -> list[Finding]:
    """Return everything that is wrong, in the order of the checks, and of the days in each."""
    found = [finding for check in CHECKS for finding in check(listed)]
    explained = {finding.day for finding in found if finding.day}
    # What a query counts is news only where nothing else says why.
    found += [each for each in counts.check(listed) if each.day not in explained]
    return [possible(listed, finding) for finding in found]
