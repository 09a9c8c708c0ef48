"""Services that say more about what is there: their silence is a state, told in a note."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError


class NotAnswered(Exception):  # noqa: N818 - a state, not a fault
    """Such a service did not say what it was asked; the message says why."""


@contextmanager
def answering() -> Iterator[None]:
    """Raise NotAnswered, with the error's code, for whatever the SDK raises."""
    try:
        yield
    except ClientError as error:
        raise NotAnswered(str(error.response["Error"]["Code"])) from error
    except (BotoCoreError, TimeoutError) as error:
        raise NotAnswered(type(error).__name__) from error
