"""Terraform and the local stack make the same of the topology."""

import pytest

from daybook.local.provision import provision
from shared.topology import load_topology
from tests.support.cloud import Cloud
from tests.support.infra.flow import Applied
from tests.support.infra.wiring import Account
from tests.support.looped import Loop


@pytest.fixture
def local(cloud: Cloud, loop: Loop) -> Account:
    made = loop(provision(load_topology(), cloud.endpoint.account))
    return Account(cloud, load_topology(), made.bucket)


@pytest.fixture
def deployed(applied: Applied) -> Account:
    return Account(applied, load_topology(), applied.outputs["archive_bucket"])


@pytest.mark.parametrize(
    "kind", ["queues", "subscriptions", "schedules", "tables", "expiry", "data_sets"]
)
def test_both_are_the_same(local: Account, deployed: Account, kind: str) -> None:
    ours, theirs = getattr(local, kind)(), getattr(deployed, kind)()

    assert ours == theirs
    assert ours


def test_the_environments_have_the_same_settings(applied: Applied) -> None:
    """What the local stack sets beside is how long it waits, and its endpoints."""
    shared = {
        "DAYBOOK_EVENTS_TOPIC",
        "DAYBOOK_ALARMS_TOPIC",
        "DAYBOOK_ARCHIVE_BUCKET",
        "DAYBOOK_CONFIG",
        "DAYBOOK_QUEUE_URL",
        "DAYBOOK_BACKFILL_QUEUE_URL",
        "DAYBOOK_VISIBILITY_TIMEOUT",
    }
    own = {
        "auditor": {"DAYBOOK_DATABASE", "DAYBOOK_ACCOUNT_ID", "DAYBOOK_QUEUES"},
        "catalog": {"DAYBOOK_DATABASE", "DAYBOOK_ACCOUNT_ID"},
        "notifier": {"DAYBOOK_CONFIGURATION_SET"},
    }
    beside = {"DAYBOOK_HEALTH_FILE", "AWS_REGION"}

    for worker, environment in applied.outputs["environments"].items():
        one_queue = not load_topology().workers[worker].backfills
        missing = {"DAYBOOK_BACKFILL_QUEUE_URL"} if one_queue else set()
        wanted = (shared | beside | own.get(worker, set())) - missing
        assert set(environment) == wanted, worker
