"""The mails of a run: the digest, an OU's part of it, the executives' PDF."""

from datetime import datetime

from services.notifier.compose import Composed
from services.notifier.mail.message import Attachment, Envelope, build_message
from services.notifier.mail.render import Rendered, render, render_executive
from services.notifier.parts import Part
from services.notifier.report.report import Report
from shared.config_people import Digest


def digest_envelope(made: Composed, digest: Digest, now: datetime) -> Envelope:
    """Return the digest of everything."""
    return _envelope(
        made.report, render(made.report), digest, now, _csv(made.report, made.attached)
    )


def part_envelope(part: Part, digest: Digest, now: datetime) -> Envelope:
    """Return the digest of some OUs, to the recipients of `digest`."""
    return _envelope(
        part.report, render(part.report), digest, now, _csv(part.report, part.attached)
    )


def executive_envelope(report: Report, digest: Digest, pdf: bytes, now: datetime) -> Envelope:
    """Return the mail that carries the PDF, to the recipients of `digest`."""
    attached = Attachment(f"cloud-cost-{report.figures.day}.pdf", "application/pdf", pdf)
    return _envelope(report, render_executive(report.figures), digest, now, (attached,))


def _csv(report: Report, csv: bytes | None) -> tuple[Attachment, ...]:
    name = f"ou-breakdown-{report.figures.day}.csv"
    return () if csv is None else (Attachment(name, "text/csv", csv),)


def _envelope(
    report: Report,
    text: Rendered,
    digest: Digest,
    now: datetime,
    attached: tuple[Attachment, ...],
) -> Envelope:
    return build_message(
        digest, text, attached, day=report.figures.day, origin=report.origin, now=now
    )
