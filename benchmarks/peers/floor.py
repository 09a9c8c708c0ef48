"""The floor: read and decompress the chunks of the columns that Daybook needs, and no more."""

import sys

import pyarrow.parquet as pq

from benchmarks.peers.timed import arguments, timed


def work() -> dict[str, object]:
    """Read row group by row group, and forget."""
    files, *_ = arguments()
    wanted, rows = sys.argv[4].split(","), 0
    for file in files:
        parquet = pq.ParquetFile(file)
        for group in range(parquet.num_row_groups):
            rows += parquet.read_row_group(group, columns=wanted).num_rows
    return {"rows": rows}


timed(work)
