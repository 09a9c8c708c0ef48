"""Which bucket the archive is in, and where `daybook.yaml` lies."""

import os

from shared.topology import load_topology

BUCKET_VARIABLE = "DAYBOOK_ARCHIVE_BUCKET"
CONFIG_VARIABLE = "DAYBOOK_CONFIG"
CONFIG_KEY = "config/daybook.yaml"


def archive_bucket() -> str:
    """Return the archive bucket's name: `DAYBOOK_ARCHIVE_BUCKET`, or the topology's."""
    return os.environ.get(BUCKET_VARIABLE, load_topology().archive_bucket.name)


def config_location() -> str:
    """Return where `daybook.yaml` lies: `DAYBOOK_CONFIG`, or beside the archive."""
    return os.environ.get(CONFIG_VARIABLE, f"s3://{archive_bucket()}/{CONFIG_KEY}")
