"""Options that several commands have."""

from datetime import datetime
from typing import Annotated

import typer

from shared.config import CostMetric

Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Billing day, UTC. Default: the last complete one."),
]
Metric = Annotated[
    CostMetric | None,
    typer.Option(help="Which cost. Default: `cost_metric` of daybook.yaml; amortized without it."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, on standard output.")]
