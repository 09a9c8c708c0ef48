"""Mail: what SES takes, and that it leaves as it was given."""

from tests.contract.conformance.aws import Aws
from tests.contract.conformance.case import (
    OK,
    Refusal,
    Seen,
    case,
    emulator_differs,
    simulator_differs,
    told,
)

RECIPIENTS = ["a@example.com", "b@example.com"]
REJECTED = Refusal("MessageRejected", "MessageRejected", 400)
INVALID = Refusal("ClientError", "InvalidParameterValue", 400)


def mail(sender: str, name: str, tag: str = "claim-1_A") -> dict[str, object]:
    """Return the arguments of a send, as the notifier's post gives them."""
    lines = (f"X-Name: {name}", f"From: {sender}", "To: a@example.com", "", "text", ".", "..", "")
    return {
        "Source": sender,
        "Destinations": RECIPIENTS,
        "RawMessage": {"Data": "\r\n".join(lines).encode()},
        "Tags": [{"Name": "daybook-digest", "Value": tag}],
    }


@case
async def a_mail_is_taken_and_leaves_as_it_was_given(aws: Aws) -> Seen:
    sent = mail(aws.sender(), "first")
    taken = await told(aws.ses.send_raw_email(**sent))
    data = sent["RawMessage"]["Data"]  # type: ignore[index]
    return taken, data.rstrip() in aws.posted(b"X-Name: first")


@case
async def each_mail_has_an_id_of_its_own(aws: Aws) -> Seen:
    sender = aws.sender()
    ids = set()
    for name in ("first", "second", "second"):
        ids.add((await aws.ses.send_raw_email(**mail(sender, name)))["MessageId"])
    return len(ids), all(ids)


@simulator_differs(aws=REJECTED)
async def a_sender_nobody_verified_is_refused(aws: Aws) -> Seen:
    return await told(aws.ses.send_raw_email(**mail("stranger@example.org", "first")))


@emulator_differs(aws=[INVALID, INVALID, INVALID, OK])
async def a_tag_of_other_letters_or_of_257_is_refused(aws: Aws) -> Seen:
    """SES API Reference, MessageTag."""
    sender = aws.sender()
    tags = ("a b", "ü", "x" * 257, "x" * 256)
    return [await told(aws.ses.send_raw_email(**mail(sender, "x", tag))) for tag in tags]
