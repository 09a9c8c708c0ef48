"""What a command says when AWS cannot be reached, or says no."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import InputError

REMEDY = (
    "Set AWS_REGION and credentials, AWS_ENDPOINT_URL for a local stack, and "
    "DAYBOOK_ARCHIVE_BUCKET where the bucket has another name"
)


@contextmanager
def aws_reached() -> Iterator[None]:
    """Turn what the SDK raises into an InputError, which ends a command with exit code 2."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise InputError("the AWS environment", str(error), REMEDY) from None
