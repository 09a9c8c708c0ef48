"""Keeps pyarrow from importing pandas, which costs a second and 40 MB, where nobody asks for it.

pyarrow tries to import it with the first array that it makes, to recognize one of pandas' own, and
statsforecast brings it along. It tries once: from then on it is imported by whoever needs it, such
as `Table.to_pandas`.
"""

import sys

import pyarrow as pa

PANDAS = "pandas"


class _NoPandas:
    """Finds no pandas, and leaves everything else to the others."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse pandas as if it were not installed."""
        if name == PANDAS:
            raise ModuleNotFoundError(name)


def keep_lean() -> None:
    """Let pyarrow try while there is no pandas to be found, unless that is imported anyway.

    Not for who hands objects of pandas to pyarrow: it would not know them.
    """
    if PANDAS in sys.modules:
        return
    refusing = _NoPandas()
    sys.meta_path.insert(0, refusing)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(refusing)
