"""Where a line of the drill stands: from all to an OU, a service and an account."""

from typing import NamedTuple

ALL = ""
"""The place of what is not narrowed down: every OU, every service, every account."""


class Place(NamedTuple):
    """Where a line stands: an OU's path, a service, an account id; `ALL` where not narrowed."""

    ou: str = ALL
    service: str = ALL
    account: str = ALL


def lineage(ou_path: str) -> list[str]:
    """Return an OU and all that it lies in, the outermost first, with `ALL` before them."""
    parts = ou_path.split("/")
    return [ALL, *("/".join(parts[: n + 1]) for n in range(len(parts)))]
