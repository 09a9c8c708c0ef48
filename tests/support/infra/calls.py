"""What each worker asks of AWS, as IAM actions on ARNs: from the fault harness, call by call."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from shared.topology import load_topology
from tests.faults.example import DAY, tick
from tests.faults.run import run
from tests.faults.scenario import Scenario
from tests.faults.scenarios import SCENARIOS, tell_many
from tests.faults.schedule import Schedule
from tests.faults.world import Call, World

ACCOUNT, REGION = "123456789012", "us-east-1"
ARCHIVE, EXPORT, PREFIX = "finops-daily-summaries", "daybook-cost-export", "exports/daily"
SENDER = "example.com"
OWN = f"{REGION}:{ACCOUNT}"
SAME = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket"}
"""S3 operations that are authorized under another's name."""
KEYS = {
    "s3:GetObject": ("data", ("kms:Decrypt",)),
    "s3:PutObject": ("data", ("kms:Decrypt", "kms:GenerateDataKey")),
    "sns:Publish": ("messages", ("kms:Decrypt", "kms:GenerateDataKey")),
    "sqs:ReceiveMessage": ("messages", ("kms:Decrypt",)),
    "sqs:SendMessage": ("messages", ("kms:Decrypt", "kms:GenerateDataKey")),
}
"""What a call needs of the key that its object or message is encrypted with.

Source: the user guides of S3 ("Protecting data with SSE-KMS"), SNS and SQS ("Key management").
"""


@dataclass(frozen=True, order=True)
class Need:
    """One action on one resource that a worker needs."""

    worker: str
    action: str
    resource: str


def needs() -> set[Need]:
    """Return everything that the workers asked for in all scenarios and in a few faults."""
    return {need for call in _calls() for need in _needs(call)}


@cache
def _calls() -> frozenset[Call]:
    calls: set[Call] = set()
    for name, scenario in SCENARIOS.items():
        calls |= _run(Schedule(scenario=name), scenario)
    lost = Schedule(plan=(("ses:SendRawEmail", "lost_answer"),))
    calls |= _run(lost, SCENARIOS["tick"])
    calls |= _run(Schedule(), replace(SCENARIOS["audit"], prepare=tell_many))
    tick = SCENARIOS["tick"]
    for prepare in (_without_data_sets, _move_outlook, _poison):
        everybody = Scenario(tick.steps, tick.expected, prepare, tuple(load_topology().workers))
        calls |= _run(Schedule(), everybody)
    return frozenset(calls)


def _run(schedule: Schedule, scenario: Scenario) -> set[Call]:
    result = run(schedule, scenario)
    return set(result.world.log)


def _without_data_sets(world: World) -> None:
    """QuickSight has been emptied by somebody: the catalog worker rings."""
    world.quicksight.data_sets.clear()


def _poison(world: World) -> None:
    """Each worker finds in each of its queues an event that it cannot handle, and notes why."""
    for role in load_topology().workers:
        own = world.sqs.of(role)
        for queue in (own, own.beside) if own.beside else (own,):
            world.sqs.send(queue.name, tick(2, "2026-01-04T07:00:00Z"))


def _move_outlook(world: World) -> None:
    """The day's partition of the outlook is there already, and points elsewhere."""
    values = (str(DAY.year), str(DAY.month), str(DAY.day))
    place = {"Values": list(values), "StorageDescriptor": {"Location": "s3://elsewhere/"}}
    world.glue.partitions["ou_outlook"][values] = place


def _needs(call: Call) -> Iterator[Need]:
    worker = call.by.partition(".")[0]
    if worker not in load_topology().workers:
        return
    action = f"{call.service}:{SAME.get(call.operation, call.operation)}"
    for resource in _resources(call):
        yield Need(worker, action, resource)
    if action == "s3:GetObject" and not call.about.startswith("config/"):
        # For a key that is not there S3 says 404 only to who may list; others are refused.
        yield Need(worker, "s3:ListBucket", _s3(call).partition("/")[0])
    key, actions = KEYS.get(action, ("", ()))
    for used in actions:
        yield Need(worker, used, key)


def _resources(call: Call) -> list[str]:
    """Return the ARNs that AWS would look at; the harness's export is in a bucket of its own."""
    about = call.about
    if call.service == "s3":
        return [_s3(call)]
    if call.service == "athena":
        return [f"arn:aws:athena:{OWN}:workgroup/daybook"]
    if call.service == "glue":
        database = load_topology().database
        tables = [about] if about else list(load_topology().tables)
        if call.operation == "CreateTable":  # its name is in the body, and different each time
            tables = ["daybook_export_0"]
        parts = ["catalog", f"database/{database}", *(f"table/{database}/{t}" for t in tables)]
        return [f"arn:aws:glue:{OWN}:{part}" for part in parts]
    if call.service == "quicksight":
        return [f"arn:aws:quicksight:{OWN}:dataset/{about}/ingestion/x"]
    if call.service == "ses":
        configuration_set = load_topology().mail_events.configuration_set
        parts = [f"identity/{SENDER}", f"configuration-set/{configuration_set}"]
        return [f"arn:aws:ses:{OWN}:{part}" for part in parts]
    return [f"arn:aws:{call.service}:{OWN}:{about}"]


def _s3(call: Call) -> str:
    of_export = call.about.startswith("daybook/")
    bucket = f"arn:aws:s3:::{EXPORT if of_export else ARCHIVE}"
    if call.operation == "ListObjectsV2":
        return bucket
    key = call.about.replace("daybook/", f"{PREFIX}/", 1) if of_export else call.about
    return f"{bucket}/{key}"
