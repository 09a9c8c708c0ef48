"""The short mail that says that a day's data is late; the full digest follows when it is there."""

from datetime import datetime

from services.notifier.message import Envelope, build_message
from services.notifier.render import Origin, render_delayed
from shared.config_people import Digest
from shared.events import DataDelayed

KIND = "delayed"
"""What its claim is called: one such mail a day and recipient list."""


def delayed_message(event: DataDelayed, digest: Digest, now: datetime) -> Envelope:
    """Put the mail together."""
    origin = Origin(event.runid, "none yet", replay=False)
    rendered = render_delayed(event.data)
    return build_message(digest, rendered, (), day=event.data.day, origin=origin, now=now)
