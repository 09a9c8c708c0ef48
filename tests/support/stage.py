"""The seeded account of a whole run, and what is said and stored in it."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from daybook.bucket import CONFIG_KEY
from daybook.inputs import Inputs
from daybook.local.provision import Provisioned
from shared.events import Event, parse
from shared.topology import load_topology
from tests.support.chain import Place
from tests.support.cloud import Cloud, depth, take
from tests.support.waiting import eventually_async

TOPOLOGY = load_topology()
CHAIN_SECONDS = 60
"""Deadline of a whole run; it takes about five."""


@dataclass(frozen=True)
class Stage:
    """The seeded account, and everything that was said in it."""

    cloud: Cloud
    place: Place
    inputs: Inputs
    observer: str

    @property
    def provisioned(self) -> Provisioned:
        return self.place.provisioned

    def backfill(self, first: date, last: date, *, notify: bool) -> None:
        """Ask as an operator without any tool of ours."""
        told = {
            "specversion": "1.0",
            "id": f"by-hand-{first}-{last}",
            "source": "operator",
            "type": "backfill-requested",
            "data": {
                "first_day": str(first),
                "last_day": str(last),
                "reason": "first archive",
                "requested_by": "test",
                "notify": notify,
            },
        }
        sns = self.cloud.client("sns")
        sns.publish(TopicArn=self.provisioned.events_topic, Message=json.dumps(told))

    async def said(self) -> list[Event]:
        """Return what was said, once every queue is empty and nothing is in hand."""
        sqs = self.cloud.client("sqs")

        async def quiet() -> bool:
            # In the order of the flow: a message may move ahead of these looks, never behind them.
            made = self.provisioned
            return not any(
                depth(sqs, queues[worker])
                for worker in made.queues
                for queues in (made.queues, made.backfill_queues)
                if worker in queues
            )

        await eventually_async(quiet, within=CHAIN_SECONDS, what="all queues are empty")
        dead = [depth(sqs, url) for url in self.provisioned.dead_letter_queues.values()]
        assert not any(dead), "a worker gave up"
        return [parse(body) for body in take(sqs, self.observer)]

    def table(self, prefix: str) -> dict[str, bytes]:
        """Return the objects below a prefix of the archive."""
        s3, bucket = self.cloud.client("s3"), self.provisioned.bucket
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
        return {
            item["Key"]: s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            for item in listed
        }

    def versions(self, prefix: str) -> list[str]:
        """Return the key of every version that was ever written below a prefix."""
        pages = self.cloud.client("s3").get_paginator("list_object_versions")
        found = pages.paginate(Bucket=self.provisioned.bucket, Prefix=prefix)
        return sorted(item["Key"] for page in found for item in page.get("Versions", []))

    def configure(self, **sections: Any) -> None:
        """Set sections of daybook.yaml anew."""
        s3, place = self.cloud.client("s3"), {"Bucket": self.provisioned.bucket, "Key": CONFIG_KEY}
        settings = yaml.safe_load(s3.get_object(**place)["Body"].read()) | sections
        s3.put_object(**place, Body=yaml.safe_dump(settings).encode())


def of_type(said: list[Event], kind: type[Any]) -> list[Any]:
    """Return the events of a class."""
    return [event for event in said if isinstance(event, kind)]
