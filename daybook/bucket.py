"""Which bucket the archive is in."""

import os

from shared.topology import load_topology

BUCKET_VARIABLE = "DAYBOOK_ARCHIVE_BUCKET"


def archive_bucket() -> str:
    """Return the archive bucket's name: `DAYBOOK_ARCHIVE_BUCKET`, or the topology's."""
    return os.environ.get(BUCKET_VARIABLE, load_topology().archive_bucket.name)
