"""The JSON that SES publishes about a mail, as far as Daybook reads it.

Source: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon
SNS". Fields that are not named here are passed over; new ones may come at any time.
"""

from pydantic import AwareDatetime, Field, ValidationError

from shared.errors import Ignore
from shared.frozen import Frozen

TOPIC_VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing"
"""What SES says to a topic, in plain text, when it is made a destination of events."""
CLAIM_TAG = "daybook-digest"
"""The message tag that carries a digest's claim."""


class _Mail(Frozen):
    message_id: str = Field(alias="messageId", min_length=1, max_length=200)
    timestamp: AwareDatetime
    tags: dict[str, tuple[str, ...]]


class _About(Frozen):
    bounce: str = Field(default="", alias="bounceType")
    complaint: str = Field(default="", alias="complaintFeedbackType")
    timestamp: str = ""


class SesReport(Frozen):
    """What became of one mail."""

    kind: str = Field(alias="eventType", min_length=1, max_length=50)
    mail: _Mail
    bounce: _About | None = None
    complaint: _About | None = None

    @property
    def claim(self) -> str | None:
        """The claim that the mail was sent under; None when it is no digest."""
        return next(iter(self.mail.tags.get(CLAIM_TAG, ())), None)

    @property
    def detail(self) -> str:
        """SES's subtype of a bounce or a complaint."""
        about = self.bounce or self.complaint
        return (about.bounce or about.complaint) if about else ""

    @property
    def moment(self) -> str:
        """When a bounce or complaint came in, which tells several about one mail apart."""
        about = self.bounce or self.complaint
        return about.timestamp if about else ""


def read_ses_report(body: str) -> SesReport | None:
    """Read SES's JSON; None for anything else. Raises Ignore for what is about no digest."""
    if body.startswith(TOPIC_VALIDATED):
        raise Ignore("SES tried the topic of its reports")
    try:
        report = SesReport.model_validate_json(body)
    except ValidationError:
        return None
    if report.claim is None:
        raise Ignore(f"SES reports {report.kind} of a mail that is no digest")
    return report
