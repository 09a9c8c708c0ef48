"""The orders that are left out come to what others come to."""

import pytest

from tests.faults.gate import independent
from tests.faults.orders import runs
from tests.faults.world import Call


@pytest.mark.parametrize("contest", ["archiver-confirmed", "forecaster-taken-back"])
def test_fewer_orders_lead_to_all_that_every_order_leads_to(contest: str) -> None:
    every, few = list(runs(contest, every=True)), list(runs(contest))

    assert {run.left.digest() for run in few} == {run.left.digest() for run in every}
    assert 1 < len(few) < len(every)
    lines = [run.judged.line for run in few]
    assert len(set(lines)) == len(lines)


def call(operation: str, about: str, service: str = "s3") -> Call:
    return Call("archiver.0", service, operation, about, conditional=False)


@pytest.mark.parametrize(
    ("one", "other", "free"),
    [
        (call("GetObject", "a"), call("HeadObject", "a"), True),
        (call("GetObject", "a"), call("PutObject", "a"), False),
        (call("PutObject", "a"), call("PutObject", "b"), True),
        (call("ListObjectsV2", "ledger/"), call("PutObject", "ledger/a"), False),
        (call("ListObjectsV2", "ledger/"), call("PutObject", "staging/a"), True),
        (call("PutObject", "a"), call("Publish", "a", "sns"), True),
        (call("ReceiveMessage", "a", "sqs"), call("ReceiveMessage", "b", "sqs"), False),
        (call("SendRawEmail", "", "ses"), call("Publish", "a", "sns"), False),
    ],
)
def test_which_calls_come_to_the_same_in_either_order(one: Call, other: Call, free: bool) -> None:
    assert independent([one], [other]) is free
    assert independent([other, call("GetObject", "z")], [one]) is free
