"""Examines an account: everything that Daybook rests on there, one thing after the other."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from botocore.exceptions import BotoCoreError, ClientError

from daybook.bucket import archive_bucket, config_location
from daybook.doctor import dashboards, export, mail, messages, permissions, storage
from daybook.doctor.diagnosis import Diagnosis, Patient, fine, wrong
from daybook.operate.reach import reached
from shared.aws import clients
from shared.config import Config
from shared.errors import InputError
from shared.service import read_config
from shared.topology import load_topology

SERVICES = ("s3", "sqs", "sns", "events", "ses", "sesv2", "quicksight", "iam")
BILLING = ("bcm-data-exports", "cur")
BILLING_REGION = "us-east-1"
"""Where AWS keeps what exports and reports are defined as."""
Check = Callable[[Patient], AsyncIterator[Diagnosis]]
CHECKS: tuple[Check, ...] = (
    storage.check,
    messages.check,
    export.check,
    mail.check,
    dashboards.check,
    permissions.check,
)


async def examine() -> list[Diagnosis]:
    """Return what is found, in order; raise InputError when nobody answers at all."""
    async with AsyncExitStack() as stack:
        (sts,) = await stack.enter_async_context(reached("sts"))
        account = str((await sts.get_caller_identity())["Account"])
        opened = await stack.enter_async_context(clients(*SERVICES))
        billing = await stack.enter_async_context(clients(*BILLING, region=BILLING_REGION))
        by_name = dict(zip((*SERVICES, *BILLING), (*opened, *billing), strict=True))
        config, said = await _configuration(by_name["s3"])
        patient = Patient(by_name, load_topology(), archive_bucket(), account, config)
        found = [each for check in CHECKS async for each in check(patient)]
    return [said, *found]


async def _configuration(s3: object) -> tuple[Config | None, Diagnosis]:
    location = config_location()
    try:
        config = await read_config(s3, location)
    except (InputError, BotoCoreError, ClientError) as error:
        return None, wrong("configuration", str(error), f"Put a right one to {location}")
    return config, fine("configuration", f"{location} is right")
