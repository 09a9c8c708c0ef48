"""Puts a run's inputs where the workers look for them: the export's bucket and the archive's."""

from typing import Any

import yaml

from daybook.bucket import CONFIG_KEY
from daybook.inputs import Inputs
from daybook.local.provision import Provisioned
from services.query.manifest import Delivery
from services.query.snapshot import Snapshot, folders_of
from shared.aws import clients
from shared.days import Period
from shared.locations import split_uri
from shared.s3 import S3Store
from shared.settings_text import read_settings
from shared.topology import Topology

EXPORT_BUCKET = "daybook-cost-export"
EXPORT_PREFIX = "exports/daily"
ORGANIZATION_KEY = "config/organization.csv"
HISTORY_BYTES = 512 * 1024 * 1024
"""The embedded S3 lives in memory: beyond the asked period, only this much history goes in."""


def given_sections(
    bucket: str, source_format: str, exports: str = EXPORT_BUCKET
) -> dict[str, object]:
    """Return the sections of daybook.yaml that the local stack decides.

    `bucket` is the archive's, `exports` the one that the export is delivered to.
    """
    return {
        "engine": "duckdb",  # the embedded AWS has no Athena that could unload
        "source": {"format": source_format, "location": f"s3://{exports}/{EXPORT_PREFIX}"},
        "organization": {"location": f"s3://{bucket}/{ORGANIZATION_KEY}"},
    }


async def seed(inputs: Inputs, provisioned: Provisioned, topology: Topology) -> None:
    """Upload the export, the organization and the configuration; verify the sender in SES."""
    exports, _ = split_uri(inputs.given["source"]["location"])
    async with clients("s3", "ses") as (s3, ses):
        await s3.create_bucket(Bucket=exports)
        archive = S3Store(s3, provisioned.bucket)
        await archive.put(ORGANIZATION_KEY, inputs.organization)
        settings = read_settings(inputs.config_text, "daybook.yaml") | inputs.given
        settings.setdefault("quicksight", _data_sets(topology))
        # Somebody is watching: a day that is asked for is shown as far as it goes.
        settings.setdefault("delivery_deadline", None)
        body = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
        await archive.put(CONFIG_KEY, body.encode())
        await ses.verify_email_identity(EmailAddress=settings["digest"]["sender"])
        export = S3Store(s3, exports)
        for delivery in await _worth_uploading(inputs):
            await _upload(export, inputs, delivery)


def _data_sets(topology: Topology) -> dict[str, Any]:
    return {"datasets": list(topology.quicksight_datasets), "rules": topology.quicksight_rules}


async def _worth_uploading(inputs: Inputs) -> list[Delivery]:
    """Return the asked period, and as much of the rest, newest first, as memory can spare."""
    left = HISTORY_BYTES
    chosen = []
    for period in sorted(inputs.deliveries, key=lambda p: _distance(p, inputs.period)):
        delivery = inputs.deliveries[period]
        # The next period's manifest says that the asked one is over: it always goes in.
        if period not in (inputs.period, inputs.period.next):
            files = [await inputs.store.fetch(path, inputs.source) for path in delivery.files]
            left -= sum(file.stat().st_size for file in files)
        if left >= 0 or period in (inputs.period, inputs.period.next):
            chosen.append(delivery)
    return chosen


def _distance(period: Period, asked: Period) -> tuple[bool, int]:
    months = (period.year - asked.year) * 12 + period.month - asked.month
    return period != asked, abs(months)


async def _upload(export: S3Store, inputs: Inputs, delivery: Delivery) -> None:
    """Upload the files first and the manifest last, as AWS delivers.

    Of a file that the manifest does not list the name is enough: it is reported, and never read.
    """
    listed = [file for folder in folders_of(delivery) for file in await inputs.store.files(folder)]
    for stray in Snapshot.of(delivery, listed).strays:
        await export.put(f"{EXPORT_PREFIX}/{stray}", b"")
    for path in delivery.files:
        file = await inputs.store.fetch(path, inputs.source)
        await export.put(f"{EXPORT_PREFIX}/{path}", file.read_bytes())
    body, _ = await inputs.store.read(delivery.manifest)
    await export.put(f"{EXPORT_PREFIX}/{delivery.manifest}", body)
