"""Services that say more about what is there anyway: their silence is told in a note."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import NotAnswered


@contextmanager
def answering() -> Iterator[None]:
    """Raise NotAnswered, with the error's code, for whatever the SDK raises."""
    try:
        yield
    except ClientError as error:
        raise NotAnswered(str(error.response["Error"]["Code"])) from error
    except (BotoCoreError, TimeoutError) as error:
        raise NotAnswered(type(error).__name__) from error
