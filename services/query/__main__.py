"""Run the query worker: `python -m services.query`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.query.athena import AthenaQueries
from services.query.athena_engine import AthenaEngine
from services.query.aws_budgets import AwsBudgets, account_of
from services.query.budget_source import BudgetSource, BudgetsWithLimits, WrittenBudgets
from services.query.data_exports import DataExports, region_of
from services.query.embedded_engine import EmbeddedEngine
from services.query.engine import QueryEngine
from services.query.executions import Executions, NoExecutions
from services.query.export import Export
from services.query.glue import GlueTables
from services.query.handler import QueryPeriods
from services.query.layouts import LAYOUTS
from services.query.organization_source import (
    OrganizationFile,
    OrganizationHistory,
    OrganizationSource,
)
from services.query.organizations import Organizations
from services.query.readiness import Readiness
from services.query.s3 import S3ExportStore
from services.query.settings import QuerySettings
from services.query.sources import SOURCES, SourceFormat
from shared.aws import clients
from shared.locations import split_uri
from shared.s3 import S3Store
from shared.service import World, main


@asynccontextmanager
async def build(world: World, settings: QuerySettings) -> AsyncIterator[QueryPeriods]:
    """Put the worker together."""
    source = world.config.source
    kind = SOURCES[source.format]
    export = Export(S3ExportStore(world.s3, source.location), LAYOUTS[kind.layout])
    async with (
        _organization(world) as organization,
        _budgets(world, settings) as budgets,
        _executions(world) as executions,
        _engine(world, export, kind) as engine,
    ):
        yield QueryPeriods(
            export,
            engine,
            organization,
            world.archive,
            Readiness(world.config.delivery_deadline, executions, settings.look_again),
            world.bell,
            budgets,
            display=world.config.currency.display if world.config.currency else "",
        )


@asynccontextmanager
async def _budgets(world: World, settings: QuerySettings) -> AsyncIterator[BudgetSource]:
    """Ask AWS Budgets, too, where the configuration names limits there."""
    config = world.config
    if not config.aws_budgets:
        yield WrittenBudgets(config.budgets)
        return
    async with clients("budgets") as (client,):
        account = AwsBudgets(client, account_of(settings.events_topic))
        yield BudgetsWithLimits(account, config.aws_budgets, config.budgets, world.archive)


@asynccontextmanager
async def _executions(world: World) -> AsyncIterator[Executions]:
    """Ask Data Exports, too, where the configuration names the export."""
    arn = world.config.source.export_arn
    if arn is None:
        yield NoExecutions()
        return
    async with clients("bcm-data-exports", region=region_of(arn)) as (client,):
        yield DataExports(client, arn)


@asynccontextmanager
async def _engine(world: World, export: Export, kind: SourceFormat) -> AsyncIterator[QueryEngine]:
    """Choose who scans the export."""
    config = world.config
    if config.engine == "duckdb":
        yield EmbeddedEngine(export, kind, world.archive, config.cost_metric)
        return
    async with clients("athena", "glue") as (athena, glue):
        yield AthenaEngine(
            export,
            kind,
            world.archive,
            config.cost_metric,
            AthenaQueries(athena, config.athena.workgroup, config.athena.database),
            GlueTables(glue, config.athena.database),
            config.source.location,
            config.athena.usd_per_tb,
        )


@asynccontextmanager
async def _organization(world: World) -> AsyncIterator[OrganizationSource]:
    """Choose the file, or AWS Organizations with its history in the ledger."""
    location = world.config.organization.location
    if location:
        bucket, key = split_uri(location)
        yield OrganizationFile(S3Store(world.s3, bucket), key, world.archive)
        return
    async with clients("organizations") as (client,):
        yield OrganizationHistory(Organizations(client), world.archive)


if __name__ == "__main__":
    main("query", QuerySettings, build)
