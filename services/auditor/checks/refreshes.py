"""Each data set's newest ingestion went well."""

from collections.abc import Iterator

from services.auditor.finding import Finding
from services.auditor.listed import Listed

WELL = {"INITIALIZED", "QUEUED", "RUNNING", "COMPLETED"}


def check(listed: Listed) -> Iterator[Finding]:
    """Look at each configured data set; one that was never refreshed has nothing to be stale by."""
    for dataset, ingestion in sorted(listed.ingestions.items()):
        if ingestion and ingestion.status not in WELL:
            again = f"{ingestion.id}-again"[-128:]
            yield Finding(
                kind="refresh-failed",
                found=f"the newest refresh of {dataset} ended {ingestion.status}",
                remedy="aws quicksight create-ingestion --aws-account-id ACCOUNT "
                f"--data-set-id {dataset} --ingestion-id {again}",
            )
