"""Parquet objects whose bytes are a function of their rows alone."""

import hashlib
import io

import pyarrow as pa
import pyarrow.parquet as pq

SMALL = 1_000_000
"""Bytes up to which one thread reads an object."""


def to_parquet(table: pa.Table) -> bytes:
    """Write Snappy Parquet with every writer setting pinned: same rows, same bytes."""
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        compression="snappy",
        version="2.6",
        data_page_version="1.0",
        use_dictionary=True,
        write_statistics=True,
        row_group_size=1_000_000,
        store_schema=False,
    )
    return sink.getvalue()


def from_parquet(body: bytes) -> pa.Table:
    """Read a Parquet object.

    A day of an archive is small: what `read_table` sets up, and threads, cost more than reading.
    """
    whole = pq.ParquetFile(pa.BufferReader(body))
    return whole.read(use_threads=len(body) > SMALL)


def sha256(body: bytes) -> str:
    """Return the checksum that events and the ledger carry."""
    return hashlib.sha256(body).hexdigest()
