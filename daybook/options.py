"""Options that several commands have."""

from datetime import datetime
from typing import Annotated

import typer

Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Billing day, UTC. Default: the last complete one."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, on standard output.")]
