"""What checkov does not look at, on the plan: confused deputies, TLS, dead letters, wildcards."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from shared.topology import load_topology
from tests.support.infra.policies import Planned, Statement, decide, denies, statements

RESOURCE_POLICIES = {
    "aws_sqs_queue": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_kms_key": "policy",
    "aws_iam_role": "assume_role_policy",
}
GUARDS = frozenset({"aws:sourcearn", "aws:sourceaccount"})
BY_ENCRYPTION_CONTEXT = ("Logs", "EventsToTopics")
"""CloudWatch Logs sends no source, and EventBridge none to a topic's key; the encryption context
names the log group, or the topic, instead."""
IF_TOLD = {"FromEvents": GUARDS, "QuickSight": frozenset({"aws:sourceaccount"})}
"""Statements for services of which AWS does not promise that they say on whose behalf they ask:
what they say has to be ours, and need not be said (decision 45)."""
TAKES_NO_RESOURCE = {
    "athena:ListDataCatalogs",
    "athena:ListEngineVersions",
    "athena:ListWorkGroups",
    "ecr:GetAuthorizationToken",
    "ce:GetCostAndUsage",
    "invoicing:ListInvoiceSummaries",
    "quicksight:ListIngestions",
} | {
    f"organizations:List{what}"
    for what in ("Accounts", "AccountsForParent", "OrganizationalUnitsForParent", "Roots")
}


def policies(planned: Planned) -> Iterator[tuple[str, str]]:
    for kind, name in RESOURCE_POLICIES.items():
        for address, values in planned.of_type(kind).items():
            yield address, values[name]


def unguarded(document: str | Mapping[str, Any]) -> list[str]:
    """Return the statements that let a service in without asking on whose behalf."""
    return [
        statement.sid
        for statement in statements(document)
        if statement.effect == "Allow" and statement.services and not _guarded(statement)
    ]


def _guarded(statement: Statement) -> bool:
    keys = {key.lower() for keys in statement.conditions.values() for key in keys}
    by_context = any(key.startswith("kms:encryptioncontext:") for key in keys)
    lenient = any(operator.endswith("IfExists") for operator in statement.conditions)
    guards = IF_TOLD.get(statement.sid, frozenset()) if lenient else GUARDS
    return (bool(guards) and keys >= guards) or (
        statement.sid in BY_ENCRYPTION_CONTEXT and by_context
    )


def test_no_service_is_let_in_without_its_source(planned: Planned) -> None:
    found = {address: unguarded(document) for address, document in policies(planned)}

    assert {address: sids for address, sids in found.items() if sids} == {}
    assert len(found) > 20


def test_a_policy_without_its_guard_would_be_found(planned: Planned) -> None:
    caught = 0
    for _, document in policies(planned):
        loaded = json.loads(document)
        for index, part in enumerate(loaded["Statement"]):
            if part["Effect"] == "Allow" and "Service" in part.get("Principal", {}):
                changed = copy.deepcopy(loaded)
                del changed["Statement"][index]["Condition"]
                assert unguarded(changed)
                caught += 1
    assert caught > 20


@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey"])
def test_a_tick_may_use_the_key_of_the_topic_that_it_goes_to(planned: Planned, action: str) -> None:
    """EventBridge tells a topic's key neither rule nor account, only SNS which topic it is."""
    (messages,) = [
        values
        for address, values in planned.of_type("aws_kms_key").items()
        if address.endswith(".messages")
    ]
    known = [s for s in statements(messages["policy"]) if "events.amazonaws.com" in s.services]
    topic = "kms:EncryptionContext:aws:sns:topicArn"
    targets = planned.of_type("aws_cloudwatch_event_target").values()
    ours = {target["arn"] for target in targets if ":sns:" in target["arn"]}

    assert len(ours) > 1
    assert {decide(known, action, messages["arn"], {topic: arn}) for arn in ours} == {"Allow"}
    other = {topic: "arn:aws:sns:eu-west-1:999999999999:other"}
    assert decide(known, action, messages["arn"], other) == "Deny"
    assert decide(known, action, messages["arn"], {}) == "Deny"


OURS = "arn:aws:events:us-east-1:123456789012:rule/daybook-daily"
OTHERS = "arn:aws:events:us-east-1:999999999999:rule/daybook-daily"


@pytest.mark.parametrize(
    ("said", "decided"),
    [
        ({}, "Allow"),
        ({"aws:SourceArn": OURS, "aws:SourceAccount": "123456789012"}, "Allow"),
        ({"aws:SourceArn": OTHERS, "aws:SourceAccount": "999999999999"}, "Deny"),
        ({"aws:SourceAccount": "999999999999"}, "Deny"),
    ],
    ids=["nothing said", "ours", "another's", "another account"],
)
def test_a_tick_gets_in_whether_eventbridge_says_whose_it_is_or_not(
    planned: Planned, said: dict[str, str], decided: str
) -> None:
    (policy,) = [
        values
        for values in planned.of_type("aws_sns_topic_policy").values()
        if values["arn"].endswith(load_topology().events_topic)
    ]
    known = [s for s in statements(policy["policy"]) if "events.amazonaws.com" in s.services]

    assert decide(known, "sns:Publish", policy["arn"], said) == decided


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("aws_sqs_queue", "sqs:SendMessage"),
        ("aws_sns_topic_policy", "sns:Publish"),
        ("aws_s3_bucket_policy", "s3:PutObject"),
    ],
)
def test_queues_topics_and_buckets_take_nothing_without_tls(
    planned: Planned, kind: str, action: str
) -> None:
    found = planned.of_type(kind)

    assert found
    for address, values in found.items():
        known = statements(values["policy"])
        tls_only = next(s for s in known if s.sid == "TlsOnly")
        resource = tls_only.resources[-1].replace("*", "x")
        assert denies(known, action, resource, {"aws:SecureTransport": "false"}), address
        assert not denies([tls_only], action, resource, {"aws:SecureTransport": "true"}), address


def test_old_tls_is_refused(planned: Planned) -> None:
    (archive,) = [
        statements(values["policy"])
        for address, values in planned.of_type("aws_s3_bucket_policy").items()
        if "archive" in address
    ]
    context = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.1"}

    assert denies(archive, "s3:GetObject", archive[0].resources[0] + "/x", context)


def test_every_bucket_is_closed_versioned_and_encrypted(planned: Planned) -> None:
    buckets = {values["bucket"] for values in planned.of_type("aws_s3_bucket").values()}

    for kind in ("versioning", "server_side_encryption_configuration", "lifecycle_configuration"):
        found = planned.of_type(f"aws_s3_bucket_{kind}").values()
        assert {values["bucket"] for values in found} == buckets, kind
    for values in planned.of_type("aws_s3_bucket_public_access_block").values():
        flags = ("block_public_acls", "block_public_policy", "ignore_public_acls")
        assert all(values[flag] for flag in (*flags, "restrict_public_buckets"))


def test_every_queue_redrives_to_one_that_takes_from_it_alone(planned: Planned) -> None:
    queues = {values["arn"]: values for values in planned.of_type("aws_sqs_queue").values()}
    working = [values for values in queues.values() if values["redrive_policy"]]

    sources = dict[str, set[str]]()
    for queue in working:
        target = json.loads(queue["redrive_policy"])["deadLetterTargetArn"]
        sources.setdefault(target, set()).add(queue["arn"])

    topology = load_topology()
    filters = {name: topology.filters(name) for name in topology.workers}
    assert {len(named) for named in sources.values()} <= {len(f) for f in filters.values()}
    assert len(sources) == len(filters)
    assert len(working) == sum(len(named) for named in filters.values())
    for target, named in sources.items():
        allowed = json.loads(queues[target]["redrive_allow_policy"])
        assert allowed["redrivePermission"] == "byQueue"
        assert set(allowed["sourceQueueArns"]) == named
    assert all(queue["kms_master_key_id"] for queue in queues.values())


def test_whatever_delivers_has_dead_letters_and_each_of_those_an_alarm(planned: Planned) -> None:
    subscriptions = planned.of_type("aws_sns_topic_subscription").values()
    targets = planned.of_type("aws_cloudwatch_event_target").values()
    queues = planned.of_type("aws_sqs_queue").values()

    dead = {
        json.loads(values["redrive_policy"])["deadLetterTargetArn"]
        for values in subscriptions
        if values["protocol"] == "sqs"
    }
    dead |= {target["dead_letter_config"][0]["arn"] for target in targets}
    dead |= {
        json.loads(queue["redrive_policy"])["deadLetterTargetArn"]
        for queue in queues
        if queue["redrive_policy"]
    }

    alarmed = {
        (alarm["dimensions"] or {}).get("QueueName")
        for alarm in planned.of_type("aws_cloudwatch_metric_alarm").values()
        if alarm["alarm_name"].endswith("-not-empty") and alarm["alarm_actions"]
    }
    assert {arn.rpartition(":")[2] for arn in dead} == alarmed
    assert all(target["retry_policy"] for target in targets)


def test_missing_digests_ring_by_being_missing(planned: Planned) -> None:
    alarms = {
        alarm["alarm_name"]: alarm
        for alarm in planned.of_type("aws_cloudwatch_metric_alarm").values()
    }

    assert alarms["daybook-no-digest"]["treat_missing_data"] == "breaching"
    assert (
        alarms["daybook-no-digest"]["period"] * alarms["daybook-no-digest"]["evaluation_periods"]
        == (24 + 15 - 8) * 3600
    )
    people = [a for n, a in alarms.items() if not n.endswith(("-work-waits", "-nothing-to-do"))]
    assert all("daybook-alarms" in action for a in people for action in a["alarm_actions"])


def test_an_audit_that_does_not_run_rings_within_26_hours(planned: Planned) -> None:
    (alarm,) = [
        alarm
        for alarm in planned.of_type("aws_cloudwatch_metric_alarm").values()
        if alarm["alarm_name"] == "daybook-no-audit"
    ]

    assert (alarm["metric_name"], alarm["dimensions"]) == ("Audited", {"service": "auditor"})
    assert alarm["treat_missing_data"] == "breaching"
    assert alarm["period"] * alarm["evaluation_periods"] == 26 * 3600


def test_no_role_has_a_wildcard_where_aws_takes_a_name(planned: Planned) -> None:
    for address, values in planned.of_type("aws_iam_role_policy").items():
        for statement in statements(values["policy"]):
            assert not any("*" in action for action in statement.actions), address
            if "*" in statement.resources:
                assert set(statement.actions) <= TAKES_NO_RESOURCE, (address, statement.sid)


def test_logs_are_kept_for_a_while_and_encrypted(planned: Planned) -> None:
    for address, values in planned.of_type("aws_cloudwatch_log_group").items():
        assert values["retention_in_days"] == 365, address
        assert values["kms_key_id"], address


def test_the_evaluator_denies_what_nobody_allows() -> None:
    known = statements(
        {
            "Statement": [
                {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
                {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/secret"},
            ]
        }
    )

    assert decide(known, "s3:GetObject", "arn:aws:s3:::b/x") == "Allow"
    assert decide(known, "s3:GetObject", "arn:aws:s3:::b/secret") == "Deny"
    assert decide(known, "s3:PutObject", "arn:aws:s3:::b/x") == "Deny"
