"""Which backfills mend what was found, and what people are told of the rest."""

from collections.abc import Iterable, Mapping, Sequence

from services.auditor.finding import Finding
from services.auditor.report import AuditReport
from services.auditor.spans import Span, spans
from shared.days import Period
from shared.event_data import BackfillData, shortened
from shared.ids import derive_id

WHO = "daybook.auditor"
SHOWN = 50
"""Findings that an alarm shows in full; Amazon SNS takes 256 KiB."""


def batches(findings: Iterable[Finding]) -> list[list[BackfillData]]:
    """Return one backfill for each billing period that something is repairable in, oldest first.

    One scan of the export gives all days of a period, and waits for the last that it is asked for.
    So days that never ran are asked for apart, and of those again what the export is not known to
    reach: it would hold up the repair of the others. Each batch is to be one run, in which a
    period is staged once and the dashboards are refreshed once.
    """
    wanted = [finding for finding in findings if finding.repairable and finding.day]
    damaged = [each for each in wanted if each.kind != "day-never-run"]
    within = [each for each in wanted if each.kind == "day-never-run" and each.reached]
    beyond = [each for each in wanted if each.kind == "day-never-run" and not each.reached]
    next_days = _next_days(beyond, _by_period([*damaged, *within]))
    parts = (damaged, within, next_days, [each for each in beyond if each not in next_days])
    return [_batch(part) for part in parts if part]


def _next_days(
    beyond: Sequence[Finding], scanned: Mapping[Period, Sequence[Finding]]
) -> list[Finding]:
    """Return each period's first day beyond: whatever else there is of it comes with that one.

    Where the period is scanned for others already, it comes with those.
    """
    months = _by_period(beyond)
    return [months[period][0] for period in sorted(months.keys() - scanned.keys())]


def _batch(findings: Sequence[Finding]) -> list[BackfillData]:
    months = _by_period(findings)
    return _numbered([_wish(months[period]) for period in sorted(months)])


def _by_period(findings: Iterable[Finding]) -> dict[Period, list[Finding]]:
    """Return findings of days by billing period, each period's in the order of days."""
    periods: dict[Period, list[Finding]] = {}
    for finding in findings:
        if finding.day:
            periods.setdefault(Period.of(finding.day), []).append(finding)
    return periods


def run_of(cause: str, batch: Sequence[BackfillData]) -> str:
    """Return the run of a batch: the same for whoever asks for the same again on one audit."""
    days = (f"{wish.first_day}..{wish.last_day}" for wish in batch)
    return derive_id(cause, "repair", *days)


def _numbered(wishes: Sequence[BackfillData]) -> list[BackfillData]:
    of = len(wishes)
    return [w.model_copy(update={"part": n, "of": of}) for n, w in enumerate(wishes, start=1)]


def _wish(findings: Sequence[Finding]) -> BackfillData:
    days = sorted({finding.day for finding in findings if finding.day})
    kinds = ", ".join(sorted({finding.kind for finding in findings}))
    return BackfillData(
        first_day=days[0],
        last_day=days[-1],
        reason=shortened(f"audit: {kinds} on {', '.join(map(str, days))}"),
        requested_by=WHO,
    )


def alarm(report: AuditReport, *, repairs: int) -> tuple[str, str] | None:
    """Return subject and text of the one alarm of an audit; None when there is nothing to tell."""
    rest = report.for_people
    if not rest:
        return None
    lines = _lines(rest)
    if len(lines) > SHOWN:
        more = f"… and {len(lines) - SHOWN} more: daybook audit{_full(report)}"
        lines = [*lines[:SHOWN], more]
    if repairs:
        lines.append(f"Backfills, {repairs} of them, mend what else was found.")
    days = {finding.day for finding in rest if finding.day}
    about = f" of {min(days)}" if len(days) == 1 else ""
    things = "1 finding" if len(rest) == 1 else f"{len(rest)} findings"
    return f"Daybook: the audit has {things}{about} for you", "\n\n".join(lines)


def _lines(rest: Iterable[Finding]) -> list[str]:
    """Return what each finding says; days that never ran last, for there may be years of them."""
    never: list[Finding] = []
    others: list[Finding] = []
    for finding in rest:
        (never if finding.kind == "day-never-run" else others).append(finding)
    return [*map(_line, others), *map(_line, spans(never))]


def _line(told: Finding | Span) -> str:
    """Of what a backfill mends, people are told only when one was asked for before."""
    tried = " A backfill was asked for before and did not mend it." if told.repairable else ""
    return f"{told}{tried}"


def _full(report: AuditReport) -> str:
    return " --full" if report.full else ""
