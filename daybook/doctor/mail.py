"""SES: whether the sender is verified, and whether the account may send to everybody.

Asks: ses:GetIdentityVerificationAttributes, ses:GetAccount.
"""

from collections.abc import AsyncIterator

from daybook.doctor.diagnosis import (
    EMULATED,
    Answer,
    Diagnosis,
    Patient,
    asked,
    fine,
    unanswered,
    unknown,
    wrong,
)
from shared.config import Config


async def check(patient: Patient) -> AsyncIterator[Diagnosis]:
    """Look at the sender, then at the account."""
    if patient.config is None:
        yield unknown("sender", "there is no configuration that names one", "Mend that first")
    else:
        yield await _sender(patient, patient.config)
    if patient.emulated("sesv2"):
        yield unknown("SES sandbox", EMULATED)
        yield unknown("SES quota", EMULATED)
        return
    account = await asked(patient.clients["sesv2"].get_account())
    if account.silence:
        yield unanswered("SES sandbox", account)
        return
    yield sandbox(account)
    yield quota(account, patient.config)


async def _sender(patient: Patient, config: Config) -> Diagnosis:
    address = config.digest.sender
    names = [address, address.rpartition("@")[2]]
    asks = patient.clients["ses"].get_identity_verification_attributes(Identities=names)
    answer = await asked(asks)
    if answer.silence:
        return unanswered("sender", answer)
    known = answer.said.get("VerificationAttributes", {})
    if any(known.get(name, {}).get("VerificationStatus") == "Success" for name in names):
        return fine("sender", f"{address} is verified")
    remedy = "Put the records of `terraform output mail_dns_records` into the DNS"
    return wrong("sender", f"neither {address} nor its domain is verified in SES", remedy)


def sandbox(account: Answer) -> Diagnosis:
    """Say whether SES sends to verified addresses only: its sandbox (SES Developer Guide)."""
    if not account.said.get("SendingEnabled", True):
        remedy = "See the SES console: AWS has paused it, mostly for bounces"
        return wrong("SES sandbox", "sending is paused", remedy)
    if not account.said.get("ProductionAccessEnabled"):
        remedy = "Ask for production access in the SES console"
        return wrong("SES sandbox", "SES sends to verified addresses only", remedy)
    return fine("SES sandbox", "the account is out of it")


def quota(account: Answer, config: Config | None) -> Diagnosis:
    """Say whether a digest and a message about a delay fit into what is left of the day."""
    limits = account.said.get("SendQuota", {})
    most, sent = limits.get("Max24HourSend", 0), limits.get("SentLast24Hours", 0)
    recipients = len(config.digest.recipients) if config else 1
    if most != -1 and most - sent < 2 * recipients:  # SES: -1 is without limit
        remedy = "Ask for a higher sending quota in the SES console"
        return wrong("SES quota", f"{sent:.0f} of {most:.0f} mails a day are sent", remedy)
    return fine("SES quota", f"{sent:.0f} of {most:.0f} mails a day are sent")
