"""The command that adopts an archive in the layout that was there before Daybook."""

import asyncio
import re
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from daybook import console
from daybook.adopt.archive import Adoption, Plan
from daybook.bucket import archive_bucket
from daybook.metric import metric_of
from daybook.operate.reach import reached
from daybook.options import AsJson
from services.catalog.glue import GluePartitions
from shared.config import CostMetric
from shared.errors import InputError
from shared.s3 import S3Store
from shared.topology import load_topology


def add_commands(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command("adopt", epilog="Example: daybook adopt --currency EUR --yes")(adopt_command)


@dataclass(frozen=True)
class Adopted:
    """What was or would be adopted; `partitions` is None when nothing was written.

    `metric`: the cost that digests show.
    """

    plan: Plan
    partitions: int | None
    metric: CostMetric

    @property
    def warning(self) -> str | None:
        """What is to be known before the months of these days are asked for."""
        if not (self.plan.days and self.metric.startswith("net_")):
            return None
        return (
            f"These days state no {self.metric} cost, which is cost_metric in daybook.yaml: the "
            "forecaster refuses a month with such days, and there is no digest of it. Set "
            "cost_metric to unblended or amortized before such a month is run."
        )


def adopt_command(
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without: only read, check and say what it would.")
    ] = False,
    currency: Annotated[
        str, typer.Option(help="ISO 4217 code of its amounts, which its columns do not say.")
    ] = "USD",
    as_json: AsJson = False,
) -> None:
    """Take an archive of five columns into the ledger and the catalog; no object is rewritten.

    Every object is read before anything is written; a wrong one ends it with exit code 2.
    """
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise InputError("--currency", f"{currency!r} is no ISO 4217 code", "Give one like USD")
    done = asyncio.run(_adopt(currency, yes=yes))
    if as_json:
        console.write_json(_record(done))
    else:
        _tell(done)


async def _adopt(currency: str, *, yes: bool) -> Adopted:
    async with reached("s3", "glue") as (s3, glue):
        store, metric = S3Store(s3, archive_bucket()), await metric_of(s3, None)
        work = Adoption(store, currency, lambda what: console.err.print(what, style="dim"))
        plan = await work.plan()
        if not yes:
            return Adopted(plan, None, metric)
        partitions = GluePartitions(glue, load_topology().database)
        return Adopted(plan, await work.carry_out(plan, partitions), metric)


def _record(done: Adopted) -> dict[str, Any]:
    days = sorted(done.plan.days)
    return {
        "written": done.partitions is not None,
        "days": len(days),
        "first": str(days[0]) if days else None,
        "last": str(days[-1]) if days else None,
        "known_before": len(done.plan.known),
        "rows": sum(version.rows for version in done.plan.days.values()),
        "totals": [part.model_dump(mode="json", exclude_none=True) for part in done.plan.totals],
        "partitions": done.partitions,
        "warning": done.warning,
    }


def _tell(done: Adopted) -> None:
    record = _record(done)
    verb = "Adopted" if record["written"] else "Would adopt"
    span = f" ({record['first']} to {record['last']})" if record["days"] else ""
    known = f"; the ledger had {record['known_before']} already" if record["known_before"] else ""
    console.out.print(f"{verb} {record['days']} days{span}{known}.", soft_wrap=True)
    for part in record["totals"]:
        console.out.print(f"  {part['amortized']} {part['currency']}", soft_wrap=True)
    if done.warning:
        console.out.print(done.warning, soft_wrap=True)
    if not record["written"]:
        console.out.print("Nothing was written: daybook adopt --yes does it.", soft_wrap=True)
