"""Whether each worker's role may do what its work begins with.

Asks: iam:SimulatePrincipalPolicy. It sees the role's own policies and a boundary, not the bucket's
policy, the key's or the organization's (IAM User Guide, "Testing IAM policies").
"""

from collections.abc import AsyncIterator

from daybook.doctor.diagnosis import (
    EMULATED,
    Answer,
    Diagnosis,
    Patient,
    asked,
    fine,
    unanswered,
    unknown,
    wrong,
)

WRITES = {
    "query": ("s3:PutObject", "staging/x"),
    "archiver": ("s3:PutObject", "ou-breakdowns/x"),
    "forecaster": ("s3:PutObject", "ou-outlook/x"),
    "notifier": ("s3:PutObject", "ledger/digests/x"),
    "auditor": ("s3:PutObject", "ledger/audits/x"),
}
"""What a worker without it could not end a message with; a test holds it against Terraform."""


async def check(patient: Patient) -> AsyncIterator[Diagnosis]:
    """Ask for each worker; an emulator's simulation of policies is not AWS's."""
    for worker in patient.topology.workers:
        about = f"role of {worker}"
        if patient.emulated("iam"):
            yield unknown(about, EMULATED)
            continue
        for action, resource in needs(patient, worker):
            answer = await _simulated(patient, worker, action, resource)
            if (said := judged(about, action, resource, answer)).state != "fine":
                yield said
                break
        else:
            yield fine(about, "may do what its work needs first")


def needs(patient: Patient, worker: str) -> list[tuple[str, str]]:
    """Return the actions, each with its resource."""
    bucket = f"arn:{patient.clients['iam'].meta.partition}:s3:::{patient.bucket}"
    wanted = [
        ("sqs:ReceiveMessage", patient.arn("sqs", patient.topology.queue(worker))),
        ("sns:Publish", patient.arn("sns", patient.topology.events_topic)),
        ("s3:GetObject", f"{bucket}/config/daybook.yaml"),
    ]
    if worker in WRITES:
        action, key = WRITES[worker]
        wanted.append((action, f"{bucket}/{key}"))
    return wanted


async def _simulated(patient: Patient, worker: str, action: str, resource: str) -> Answer:
    partition = patient.clients["iam"].meta.partition
    role = f"arn:{partition}:iam::{patient.account}:role/{patient.topology.queue(worker)}"
    return await asked(
        patient.clients["iam"].simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
        )
    )


def judged(about: str, action: str, resource: str, answer: Answer) -> Diagnosis:
    """Judge one simulation."""
    if answer.gone:
        return wrong(about, "is not there", "Apply infra/ to this account")
    if answer.silence:
        return unanswered(about, answer)
    (result,) = answer.said["EvaluationResults"]
    if result["EvalDecision"] != "allowed":
        found = f"{action} on {resource} is {result['EvalDecision']}"
        return wrong(about, found, "Apply infra/; look for a boundary that takes it away")
    return fine(about, f"may {action}")
