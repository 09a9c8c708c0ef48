"""The audit from the command line: the worker's own look and checks, on whatever AWS there is."""

import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from daybook.operate.reach import reached
from daybook.publish import operators_event, publish
from daybook.surroundings import Place, place, queues
from services.auditor.__main__ import counter_of
from services.auditor.around import Around
from services.auditor.glue import GlueCatalog
from services.auditor.handler import looked, report_of, under_way
from services.auditor.look import Look, Tell
from services.auditor.quicksight import SpiceIngestions
from services.auditor.repair import batches, run_of
from services.auditor.report import AuditReport
from services.auditor.s3 import ExportManifests
from services.auditor.sqs import SqsQueues
from shared.currency import Display
from shared.events import BackfillData, BackfillRequested
from shared.topology import load_topology

BY_HAND = "by-hand"
"""The run of an audit that no event asked for."""
SERVICES = ("s3", "sts", "sqs", "glue", "quicksight")


@dataclass(frozen=True)
class Asked:
    """What a person asks of an audit; `through` is the last day that must be there."""

    full: bool = False
    repair: bool = False
    through: date | None = None


@dataclass(frozen=True)
class Audited:
    """What came of it: the report, the runs under way meanwhile, the backfills asked for."""

    report: AuditReport
    under_way: tuple[str, ...]
    mends: tuple[BackfillData, ...]


async def audit(asked: Asked, tell: Tell) -> Audited:
    """Audit; raise InputError when AWS cannot be reached or Daybook is not there."""
    async with reached(*SERVICES) as opened, AsyncExitStack() as stack:
        look = await _look(opened, stack, tell)
        listed = await looked(look, full=asked.full, through=asked.through)
    report = report_of(listed, BY_HAND)
    mends = batches(report.findings) if asked.repair else []
    for batch in mends:
        run = run_of(str(uuid.uuid4()), batch)
        for wish in batch:
            await publish(operators_event(BackfillRequested, data=wish, runid=run))
    return Audited(report, tuple(under_way(listed)), tuple(chain.from_iterable(mends)))


async def _look(opened: tuple[Any, ...], stack: AsyncExitStack, tell: Tell) -> Look:
    s3, sts, sqs, glue, quicksight = opened
    here = await place(s3, sts)
    sibling, names = await queues(sqs)
    around = Around(
        catalog=GlueCatalog(glue, load_topology().database),
        data_sets=SpiceIngestions(quicksight, here.account),
        queues=SqsQueues(sqs, sibling),
        exported=_exported(here, s3),
        counter=await counter_of(here.config, here.archive, load_topology().database, stack),
    )
    return Look(
        here.archive,
        around,
        here.config.quicksight.every,
        names,
        Display.of(here.config.currency, here.config_location),
        here.config.delivery_deadline,
        here.config.gaps,
        tell=tell,
    )


def _exported(here: Place, s3: Any) -> ExportManifests:
    return ExportManifests.at(s3, here.config.source.location)
