"""The configuration, `daybook.yaml`: one model, a sentence per field, errors with line numbers."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from shared.config_outlook import Anomalies, AwsBudget, Budget, Lights, PlannedEvent
from shared.config_parts import Compare, Currency, Gap, Strict
from shared.config_people import Chat, Digest, Executives, Owner
from shared.errors import InputError
from shared.money import Money
from shared.settings_text import REMEDY, place_of, read_settings

SourceName = Literal["cur2", "legacy", "focus"]
"""The export formats; each is `services/query/sql/<name>.sql`."""
CostMetric = Literal["amortized", "unblended", "net_amortized", "net_unblended"]


class Source(Strict):
    """Where the cost export is."""

    format: SourceName = Field(
        description="`cur2`: Data Exports, CUR 2.0. `legacy`: Cost and Usage Report. "
        "`focus`: Data Exports, FOCUS 1.0 or 1.2 with AWS columns."
    )
    location: str = Field(
        pattern=r"^s3://[^/]+",
        description="s3://bucket/prefix that holds data/ and metadata/; of `legacy` the report's "
        "own, which holds yyyymmdd-yyyymmdd/.",
    )
    export_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[-a-z0-9]*:bcm-data-exports:[-a-z0-9]+:\d{12}:export/[-a-zA-Z0-9/:_]+$",
        description="ARN of the export in AWS Data Exports: a tick then also asks whether AWS is "
        "refreshing it, or failed to. null: only its manifests are looked at.",
    )

    @model_validator(mode="after")
    def _arn_of_data_exports(self) -> Self:
        if self.export_arn and self.format == "legacy":
            raise ValueError("export_arn is of Data Exports: a Cost and Usage Report has none")
        return self


class Organization(Strict):
    """Where the dated account-to-OU table comes from: a file, or AWS Organizations itself."""

    location: str | None = Field(
        default=None,
        pattern=r"^s3://[^/]+/.+",
        description="s3:// location of the organization CSV.",
    )
    source: Literal["aws"] | None = Field(
        default=None,
        alias="from",
        description="`aws`: AWS Organizations, looked at by every run and kept in the ledger.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.location is None) == (self.source is None):
            raise ValueError("needs either location or `from: aws`")
        return self


def _clock(text: Any) -> Any:
    if text is None or isinstance(text, time):
        return text
    if not isinstance(text, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("is not a time of day: write HH:MM, in UTC")
    return time.fromisoformat(text)


Clock = Annotated[time, BeforeValidator(_clock)]


class QuickSight(Strict):
    """The SPICE data sets to refresh; empty when QuickSight is not used."""

    datasets: tuple[Annotated[str, Field(pattern=r"^[\w-]{1,128}$")], ...] = Field(
        default=(), description="Data set ids, refreshed once a run when something changed."
    )
    rules: Annotated[str, Field(pattern=r"^[\w-]{1,128}$")] | None = Field(
        default=None,
        description="Data set id of who sees which OU: made anew from `roster` and `executives` in "
        "each run. Who is named in neither sees nothing.",
    )

    @property
    def every(self) -> tuple[str, ...]:
        """The data sets, with that of the rules."""
        return (*self.datasets, self.rules) if self.rules else self.datasets


class Athena(Strict):
    """How Amazon Athena is used, with `engine: athena`."""

    workgroup: str = Field(
        default="daybook",
        pattern=r"^[a-zA-Z0-9._-]{1,128}$",
        description="Workgroup; a limit on the bytes that it may scan holds for every query.",
    )
    database: str = Field(
        default="finops_db",
        pattern=r"^[a-z0-9_]{1,128}$",
        description="Glue database that holds the export's table while a query runs.",
    )
    usd_per_tb: Money = Field(
        default=Decimal(5), ge=0, description="Price of a TB scanned, in US dollars."
    )


class Config(Strict):
    """The whole of `daybook.yaml`."""

    source: Source
    organization: Organization
    engine: Literal["duckdb", "athena"] = Field(
        default="duckdb",
        description="Who scans the export: `duckdb`, in the query worker itself, or `athena`, "
        "for exports too large for one machine, in Parquet only.",
    )
    athena: Athena = Athena()
    cost_metric: CostMetric = Field(
        default="amortized",
        description="What DailyCost, budgets and the digest mean by cost; the net ones need an "
        "export with net costs.",
    )
    delivery_deadline: Clock | None = Field(
        default=time(14),
        description="Time of day (UTC, HH:MM) on the day after, until which a digest waits for a "
        "complete day; then it says that the data is delayed. null: it never waits, and reports "
        "a day as far as it is delivered.",
    )
    budgets: tuple[Budget, ...] = Field(default=(), description="Budgets by OU, oldest first.")
    aws_budgets: tuple[AwsBudget, ...] = Field(
        default=(),
        description="Budgets in AWS Budgets whose limits are budgets of OUs: read with every run. "
        "An OU that is also in `budgets` there needs an `until`, after which the limit holds.",
    )
    currency: Currency | None = Field(
        default=None,
        description="What to convert to for reading; without it every currency is shown apart.",
    )
    planned: tuple[PlannedEvent, ...] = Field(
        default=(), description="Changes to come, which the forecast takes in."
    )
    lights: Lights = Lights()
    anomalies: Anomalies = Anomalies()
    digest: Digest
    executives: Executives | None = Field(
        default=None, description="Who gets the executive PDF; without it, it is only archived."
    )
    roster: tuple[Owner, ...] = Field(
        default=(), description="Who answers for which OU: their part of the digest and their rows."
    )
    chat: tuple[Chat, ...] = Field(default=(), description="Channels that get a short digest.")
    quicksight: QuickSight = QuickSight()
    compare: Compare = Compare()
    gaps: tuple[Gap, ...] = Field(
        default=(),
        description="Days that nobody can bring back, such as those between an archive that was "
        "adopted and the export's first month. A day that comes back all the same counts again.",
    )

    @model_validator(mode="after")
    def _one_budget_a_day(self) -> Self:
        seen: set[tuple[str, str, date]] = set()
        for budget in self.budgets:
            key = (budget.ou, budget.currency, budget.starts)
            if key in seen:
                raise ValueError(f"two budgets of {budget.ou} start on {budget.starts}")
            seen.add(key)
        return self

    @model_validator(mode="after")
    def _one_source_of_a_limit(self) -> Self:
        names = [limit.name for limit in self.aws_budgets]
        ous = [(limit.ou, limit.currency) for limit in self.aws_budgets]
        for limit, key in zip(self.aws_budgets, ous, strict=True):
            if names.count(limit.name) > 1:
                raise ValueError(f"aws_budgets has {limit.name} twice: a limit is of one OU")
            if ous.count(key) > 1:
                raise ValueError(f"aws_budgets has two limits of {limit.ou}")
        for budget in self.budgets:
            if (budget.ou, budget.currency) in ous and budget.ends is None:
                raise ValueError(
                    f"{budget.ou} has a limit in aws_budgets: end its budget of {budget.starts} "
                    "with until"
                )
        return self

    @model_validator(mode="after")
    def _readers_have_rules(self) -> Self:
        named = [owner for owner in (*self.roster, self.executives) if owner and owner.reads]
        if named and not self.quicksight.rules:
            raise ValueError(
                "the roster names who reads QuickSight, and nothing takes it there: name the data "
                "set of its rules with quicksight: {rules: daybook-access}"
            )
        return self

    @model_validator(mode="after")
    def _amounts_in_the_display_currency(self) -> Self:
        display = self.currency.display if self.currency else None
        stated = [(f"the budget of {budget.ou}", budget.currency) for budget in self.budgets]
        stated += [(f"the AWS budget {limit.name}", limit.currency) for limit in self.aws_budgets]
        stated += [(f"the planned {event.name}", event.currency) for event in self.planned]
        for what, currency in stated if display else ():
            if currency != display:
                raise ValueError(
                    f"{what} is in {currency}, and the lights are in {display}: state it with "
                    f"currency: {display}"
                )
        return self


def load_config(text: str, name: object, given: dict[str, Any] | None = None) -> Config:
    """Read `daybook.yaml`; `given` sections take the place of those in the text.

    Raises InputError that names the file, the line and the field.
    """
    raw = read_settings(text, name)
    try:
        return Config.model_validate(raw | (given or {}))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        message = problem["msg"].removeprefix("Value error, ")
        where = place_of(text, problem["loc"])
        raise InputError(name, message, REMEDY, where=where) from None
