"""An example export of forty days over two billing periods, and how to seed it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from daybook.example import ExampleExport, write_example
from daybook.inputs import InputFiles, Inputs, check_inputs
from daybook.local.provision import Provisioned
from daybook.seed import given_sections, seed
from shared.topology import load_topology

LAST_DAY = date(2026, 6, 9)
FIRST_DAY = date(2026, 5, 1)
DAYS = 40
SCALE = Decimal("0.000000000001")


def example(folder: Path) -> ExampleExport:
    """Write the export."""
    written = write_example(folder, LAST_DAY, DAYS)
    assert (written.last_day, written.complete_day) == (LAST_DAY, date(2026, 6, 8))
    return written


async def seeded(written: ExampleExport, provisioned: Provisioned) -> Inputs:
    """Put the export, the organization and the configuration where the workers look."""
    given = given_sections(provisioned.bucket, "cur2")
    files = InputFiles(written.source, "cur2", written.organization, written.config, given)
    inputs = await check_inputs(files, None)
    await seed(inputs, provisioned, load_topology())
    return inputs


def unblended_total(source: Path) -> Decimal:
    """Add up the export's own lines, each as the decimal that its double was written for."""
    lines: list[float | None] = []
    for file in source.glob("data/*/*.parquet"):
        column: pa.ChunkedArray = pq.ParquetFile(file).read(["line_item_unblended_cost"]).column(0)
        lines += column.to_pylist()
    return sum((Decimal(repr(line)).quantize(SCALE) for line in lines if line), Decimal(0))
