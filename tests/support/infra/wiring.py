"""What an account's queues, subscriptions, schedules, tables and bucket are, without their ARNs."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from shared.topology import Topology

ATTRIBUTES = ["VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy", "Policy"]


class Clients(Protocol):
    """Gives a client of a service."""

    def client(self, service: str) -> Any:
        """Return it."""


@dataclass(frozen=True)
class Account:
    """One account, as far as the topology names things."""

    clients: Clients
    topology: Topology
    bucket: str

    def queues(self) -> dict[str, dict[str, object]]:
        """Describe each worker's queues and dead-letter queue."""
        dead = [self.topology.dead_letter_queue(worker) for worker in self._workers]
        return {name: self._queue(name) for name in (*sorted(self._own), *dead)}

    def subscriptions(self) -> dict[str, list[dict[str, object]]]:
        """Describe who hears what, by topic: workers' queues only."""
        sns, found = self.clients.client("sns"), dict[str, list[dict[str, object]]]()
        for page in sns.get_paginator("list_subscriptions").paginate():
            for listed in page["Subscriptions"]:
                if listed["Protocol"] == "sqs" and _name(listed["Endpoint"]) in self._own:
                    attributes = sns.get_subscription_attributes(
                        SubscriptionArn=listed["SubscriptionArn"]
                    )["Attributes"]
                    found.setdefault(_name(listed["TopicArn"]), []).append(
                        {
                            "queue": _name(listed["Endpoint"]),
                            "hears": json.loads(attributes.get("FilterPolicy") or "null"),
                            "raw": attributes["RawMessageDelivery"],
                        }
                    )
        return {topic: sorted(heard, key=str) for topic, heard in found.items()}

    def schedules(self) -> dict[str, dict[str, object]]:
        """Describe the rules of the topology and what their targets are told."""
        names = [schedule.name for schedule in self.topology.schedules]
        return {name: self._rule(name) for name in [*names, self.topology.requests.name]}

    def tables(self) -> dict[str, object]:
        """Describe the tables."""
        glue = self.clients.client("glue")
        tables: dict[str, object] = {}
        for name in (*self.topology.tables, *self.topology.projected_tables):
            table = glue.get_table(DatabaseName=self.topology.database, Name=name)["Table"]
            storage = table["StorageDescriptor"]
            tables[name] = {
                "description": table["Description"],
                "partitions": [(key["Name"], key["Type"]) for key in table["PartitionKeys"]],
                "columns": [(c["Name"], c["Type"], c["Comment"]) for c in storage["Columns"]],
                "place": storage["Location"],
                "parameters": dict(sorted(table["Parameters"].items())),
                "formats": [
                    storage["InputFormat"],
                    storage["OutputFormat"],
                    storage["SerdeInfo"]["SerializationLibrary"],
                ],
            }
        return tables

    def expiry(self) -> dict[str, object]:
        """Describe after how many days what lies below a prefix of the bucket expires."""
        rules = self.clients.client("s3").get_bucket_lifecycle_configuration(Bucket=self.bucket)
        return {
            rule["Filter"]["Prefix"]: (
                rule["Expiration"]["Days"],
                rule["NoncurrentVersionExpiration"]["NoncurrentDays"],
            )
            for rule in rules["Rules"]
            if "Expiration" in rule
        }

    def data_sets(self) -> dict[str, object]:
        """Describe what QuickSight imports."""
        quicksight = self.clients.client("quicksight")
        account = self.clients.client("sts").get_caller_identity()["Account"]
        described: dict[str, object] = {}
        for name in (*self.topology.quicksight_datasets, self.topology.quicksight_rules):
            answer = quicksight.describe_data_set(AwsAccountId=account, DataSetId=name)["DataSet"]
            (table,) = answer["PhysicalTableMap"].values()
            (kind,) = table
            relation = table[kind]
            columns = relation.get("Columns") or relation["InputColumns"]
            described[name] = (
                answer["ImportMode"],
                answer["Name"],
                kind,
                relation.get("SqlQuery"),
                relation.get("UploadSettings", {}).get("ContainsHeader"),
                [(column["Name"], column["Type"]) for column in columns],
            )
        return described

    @property
    def _workers(self) -> list[str]:
        return list(self.topology.workers)

    @property
    def _own(self) -> set[str]:
        return {name for worker in self._workers for name in self.topology.filters(worker)}

    def _queue(self, name: str) -> dict[str, object]:
        sqs = self.clients.client("sqs")
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=ATTRIBUTES)["Attributes"]
        redrive = json.loads(known.get("RedrivePolicy", "{}"))
        return {
            "visibility": known["VisibilityTimeout"],
            "retention": known["MessageRetentionPeriod"],
            "dead letters": _name(redrive.get("deadLetterTargetArn", "")),
            "receives": str(redrive.get("maxReceiveCount", "")),
            "senders": _senders(known.get("Policy")),
        }

    def _rule(self, name: str) -> dict[str, object]:
        events = self.clients.client("events")
        rule = events.describe_rule(Name=name)
        return {
            "expression": rule.get("ScheduleExpression") or None,
            "pattern": json.loads(rule.get("EventPattern") or "null"),
            "description": rule["Description"],
            "targets": [
                (target["Id"], _name(target["Arn"]), target["InputTransformer"])
                for target in events.list_targets_by_rule(Rule=name)["Targets"]
            ],
        }


def _senders(policy: str | None) -> list[tuple[str, str]]:
    """Return which service may send, and from which topic or rule."""
    allowed = [s for s in json.loads(policy or '{"Statement": []}')["Statement"] if _allows(s)]
    return sorted(
        (statement["Principal"]["Service"], _name(source))
        for statement in allowed
        for source in _many(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
    )


def _allows(statement: dict[str, Any]) -> bool:
    return bool(statement["Effect"] == "Allow")


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _name(arn: str) -> str:
    return arn.rpartition(":")[2]
