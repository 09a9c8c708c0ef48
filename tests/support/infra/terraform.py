"""Runs Terraform on a copy of `infra/`, with a provider that is on this machine or downloaded."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INFRA = Path(__file__).resolve().parents[3] / "infra"
SECONDS = 900
PARALLELISM = 60
"""An apply mostly waits for queues to settle; by default for ten resources at once."""
MIRRORS = ("/opt/*", "/usr/local/share/*", "/usr/share/*")
"""Where a machine without Internet may hold a mirror of providers, beside Terraform's own."""
EMULATOR = """\
provider "aws" {
  s3_use_path_style = true
}
"""
EXPORT = "arn:aws:bcm-data-exports:us-east-1:123456789012:export/daily"
VARIABLES: dict[str, Any] = {
    "export": {"bucket": "daybook-cost-export", "prefix": "exports/daily", "arn": EXPORT},
    "sender": "daybook@example.com",
    "alarm_emails": ["ops@example.com"],
    "image_tag": "1.0.0",
    "engine": "athena",
    "compare": True,
    "read_organization": True,
    "read_budgets": True,
    "quicksight": {
        "owners": ["arn:aws:quicksight:us-east-1:123456789012:user/default/owner"],
        "viewers": ["arn:aws:quicksight:us-east-1:123456789012:group/default/finance"],
    },
    "protect_data": False,
}


class Unavailable(Exception):  # noqa: N818 - a reason to skip, not an error
    """Terraform or its provider is not on this machine; the message says what is missing."""


@dataclass(frozen=True)
class Terraform:
    """Terraform in a working folder of its own."""

    folder: Path
    environment: Mapping[str, str]
    variables: Mapping[str, Any] = field(default_factory=lambda: VARIABLES)

    def run(
        self, *arguments: str, fine: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; raise AssertionError with what it said unless its exit code is fine."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode in fine, f"{arguments}: {done.stdout[-4000:]}\n{done.stderr}"
        return done

    def apply(self) -> None:
        """Make everything."""
        self.run("apply", "-auto-approve", "-input=false", "-no-color", *_PARALLEL)

    def destroy(self) -> None:
        """Take everything away.

        With a look at each resource first: else a role that the tests widened cannot be deleted.
        """
        self.run("destroy", "-auto-approve", "-input=false", "-no-color", *_PARALLEL)

    def plan(self) -> dict[str, Any]:
        """Return the plan as JSON."""
        self.run("plan", "-out=plan", "-input=false", "-no-color", *_PARALLEL)
        loaded: dict[str, Any] = json.loads(self.run("show", "-json", "plan").stdout)
        return loaded

    def outputs(self) -> dict[str, Any]:
        """Return the outputs' values."""
        values = json.loads(self.run("output", "-json").stdout)
        return {name: output["value"] for name, output in values.items()}

    def resources(self) -> list[str]:
        """Return the addresses of what is in the state."""
        return self.run("state", "list", fine=(0, 1)).stdout.split()


_PARALLEL = (f"-parallelism={PARALLELISM}",)


def initialized(folder: Path, environment: Mapping[str, str]) -> Terraform:
    """Copy `infra/` to a folder and initialize it there; raise Unavailable where that cannot be.

    Nothing is written beside the sources: no lock, no state, no provider.
    """
    if shutil.which("terraform") is None:
        raise Unavailable("terraform is not on the PATH")
    work = folder / "infra"
    shutil.copytree(INFRA, work, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    (work / "emulator_override.tf").write_text(EMULATOR)
    (work / "test.auto.tfvars.json").write_text(json.dumps(VARIABLES))
    terraform = Terraform(work, {"CHECKPOINT_DISABLE": "1", **_mirror(folder), **environment})
    try:
        terraform.run("init", "-input=false", "-no-color", "-backend=false")
    except AssertionError as error:
        words = str(error).splitlines()
        if not any("provider" in word for word in words):
            raise  # a mistake in infra/ is no reason to skip
        raise Unavailable(f"the AWS provider is not to be had: {words[-1]}") from error
    return terraform


def _mirror(folder: Path) -> dict[str, str]:
    """Return the setting that names a mirror on this machine, unless the user's own names one."""
    given = os.environ.get("TF_CLI_CONFIG_FILE")
    if given and Path(given).is_file():
        return {}
    for place in _mirrors():
        settings = folder / "terraform.rc"
        settings.write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{place}"\n'
            '    include = ["*/*/*"]\n  }\n}\n'
        )
        return {"TF_CLI_CONFIG_FILE": str(settings)}
    empty = folder / "terraform.rc"
    empty.touch()
    return {"TF_CLI_CONFIG_FILE": str(empty)}


def _mirrors() -> Iterator[Path]:
    """Yield folders that hold the provider as `HOST/hashicorp/aws/`."""
    for pattern in MIRRORS:
        for found in Path("/").glob(f"{pattern.lstrip('/')}/*/hashicorp/aws"):
            yield found.parents[2]
