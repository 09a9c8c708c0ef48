"""The daily flow through what Terraform made: each worker as a process under its own role."""

import asyncio
import json
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from daybook.example import write_example
from daybook.inputs import InputFiles, check_inputs
from daybook.local.provision import Provisioned, listen
from daybook.local.workers import Workers
from daybook.observer import Sighting, follow
from daybook.run import tick
from daybook.seed import given_sections, seed
from shared.aws import clients
from shared.locations import LATEST_AUDIT
from shared.s3 import S3Store
from shared.topology import load_topology
from tests.support.infra.emulator import Emulator
from tests.support.infra.terraform import Terraform

RUN_SECONDS = 240
LOOK = "LookBeforeYouWrite"
SES_OVERLAY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}],
}


@dataclass(frozen=True)
class Applied:
    """What Terraform made on the emulator, and clients of the account's root to look at it."""

    terraform: Terraform
    emulator: Emulator
    opened: ExitStack
    clients: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The outputs of the apply."""
        return self.terraform.outputs()

    @cached_property
    def second_plan(self) -> dict[str, Any]:
        """The plan after the apply, as JSON: everything in it is known."""
        return self.terraform.plan()

    def client(self, service: str) -> Any:
        """Return the account's own client of a service."""
        if service not in self.clients:
            self.clients[service] = self.opened.enter_context(closing(self.as_root(service)))
        return self.clients[service]

    def as_root(self, service: str) -> Any:
        """Return a client that may do anything."""
        return self._client(service, self.emulator.endpoint.account, "local", None)

    def as_worker(self, worker: str, service: str) -> Any:
        """Return a client under a worker's role; the caller closes it."""
        keys = self.credentials[worker]
        return self._client(
            service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )

    @cached_property
    def credentials(self) -> dict[str, dict[str, str]]:
        """Credentials of each worker's role, as ECS would hand them out.

        The roles trust ECS alone, so this lets the account's root take each on for a moment.
        """
        return {worker: self._assume(arn) for worker, arn in self.outputs["roles"].items()}

    def _assume(self, role_arn: str) -> dict[str, str]:
        iam, name = self.client("iam"), role_arn.rpartition("/")[2]
        own = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        root = f"arn:aws:iam::{self.emulator.endpoint.account}:root"
        trust = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}
        lent = {"Version": "2012-10-17", "Statement": [trust]}
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(lent))
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(own))
        credentials: dict[str, str] = answer["Credentials"]
        return credentials

    def _client(self, service: str, key: str, secret: str, token: str | None) -> Any:
        endpoint = self.emulator.endpoint
        url = endpoint.quicksight_url if service == "quicksight" else endpoint.url
        return boto3.client(
            service,
            endpoint_url=url,
            region_name=endpoint.region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            verify=endpoint.certificate,
        )


@dataclass(frozen=True)
class Flow:
    """A run that reached its digest."""

    day: date
    sightings: list[Sighting]
    mail: bytes


def overlay(applied: Applied) -> None:
    """Let pass what the emulator refuses though AWS would not (docs/emulator-differences.md)."""
    s3, bucket = applied.client("s3"), applied.outputs["archive_bucket"]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [part for part in policy["Statement"] if part["Sid"] != LOOK]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    applied.client("iam").put_role_policy(
        RoleName="daybook-notifier", PolicyName="overlay", PolicyDocument=json.dumps(SES_OVERLAY)
    )


async def run_flow(applied: Applied, folder: Path) -> Flow:
    """Seed the export, start the workers, tick, and wait for the digest."""
    topology, outputs = load_topology(), applied.outputs
    made = Provisioned(
        applied.emulator.endpoint.account,
        outputs["events_topic"],
        outputs["alarms_topic"],
        outputs["queues"],
        outputs["backfill_queues"],
        outputs["dead_letter_queues"],
        outputs["archive_bucket"],
    )
    example = write_example(folder, days=20)
    given = given_sections(made.bucket, "cur2")
    files = InputFiles(example.source, "cur2", example.organization, None, given)
    inputs = await check_inputs(files, example.complete_day)
    await seed(inputs, made, topology)
    observer = await listen("daybook-observer", made.events_topic)
    with tempfile.TemporaryDirectory(prefix="daybook-flow-") as logs:
        workers = Workers(environments(applied, Path(logs)), Path(logs))
        await workers.start()
        try:
            await tick(topology, inputs.day)
            async with asyncio.timeout(RUN_SECONDS):
                seen = [sighting async for sighting in follow(observer, ends_with="digest-sent")]
                await _audited(made)
        except TimeoutError:
            raise AssertionError(_last_words(Path(logs))) from None
        finally:
            await workers.stop()
    header = f"X-Daybook-Run: {seen[-1].event.runid}".encode()
    mail = await asyncio.to_thread(applied.emulator.find_mail, header, 30)
    return Flow(inputs.day, seen, mail)


async def _audited(made: Provisioned) -> None:
    """Ask for an audit, as the clock does, and wait until the auditor has recorded it."""
    asked = {
        "specversion": "1.0",
        "id": "audit-of-the-flow",
        "source": "daybook.schedule",
        "type": "audit-requested",
        "time": "2026-01-01T15:30:00Z",
        "data": {"full": True, "repair": False},
    }
    async with clients("sns", "s3") as (sns, s3):
        await sns.publish(TopicArn=made.events_topic, Message=json.dumps(asked))
        while not await S3Store(s3, made.bucket).head(LATEST_AUDIT):  # noqa: ASYNC110 - S3 tells nobody
            await asyncio.sleep(0.2)


def environments(applied: Applied, folder: Path) -> dict[str, dict[str, str]]:
    """Return each worker's environment as its task definition has it, and its role's credentials.

    Only how long it waits is the test's own, and where it says that it is well.
    """
    return {
        worker: {
            **given,
            **applied.emulator.endpoint.environment(),
            "AWS_ACCESS_KEY_ID": applied.credentials[worker]["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": applied.credentials[worker]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": applied.credentials[worker]["SessionToken"],
            "DAYBOOK_POLL_SECONDS": "1",
            "DAYBOOK_STOP_GRACE": "5",
            "DAYBOOK_INGESTION_POLL_SECONDS": "0.2",
            "DAYBOOK_HEALTH_FILE": str(folder / f"{worker}.health"),
        }
        for worker, given in applied.outputs["environments"].items()
    }


def _last_words(logs: Path) -> str:
    return "\n".join(
        f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in sorted(logs.glob("*"))
    )
