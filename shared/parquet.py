"""Parquet objects whose bytes are a function of their rows alone."""

import hashlib
import io

import pyarrow as pa
import pyarrow.parquet as pq


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
    """Read a Parquet object."""
    return pq.read_table(io.BytesIO(body))


def sha256(body: bytes) -> str:
    """Return the checksum that events and the ledger carry."""
    return hashlib.sha256(body).hexdigest()
