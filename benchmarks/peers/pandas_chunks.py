"""pandas in chunks, as awswrangler's `read_parquet(chunked=True)` reads: memory stays bounded."""

import pandas as pd
import pyarrow.parquet as pq

from benchmarks.peers.cost import COLUMNS, KEYS
from benchmarks.peers.frames import SUMS, finish, grouped
from benchmarks.peers.timed import arguments, timed

LINES = 65_536
"""Of a batch, as `ParquetFile.iter_batches` has it."""


def work() -> dict[str, object]:
    """Write the breakdown and add it up."""
    files, organization, out, day = arguments()
    parts = [
        grouped(batch.to_pandas(), day)
        for file in files
        for batch in pq.ParquetFile(file).iter_batches(LINES, columns=COLUMNS)
    ]
    found = pd.concat(parts).groupby(KEYS, as_index=False, sort=False)[SUMS].sum()
    return finish(found, organization, out)


timed(work)
