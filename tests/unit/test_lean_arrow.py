"""Rendering goes without pandas where it is installed, and takes it from nobody who needs it."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
import pyarrow as pa
from daybook.lean_arrow import keep_lean

keep_lean()
pa.table({"a": [1, 2, 1]}).group_by("a").aggregate([("a", "sum")]).to_pylist()
assert "pandas" not in sys.modules
assert pa.table({"a": [1]}).to_pandas().shape == (1, 1)
"""
WITH = """
import pandas
import pyarrow as pa
from daybook.lean_arrow import keep_lean

keep_lean()
assert pa.array(pandas.Series([1, None])).null_count == 1
"""


@pytest.mark.parametrize("program", [WITHOUT, WITH])
def test_pandas_comes_with_who_asks_for_it_and_not_before(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_it_pyarrow_would_import_pandas() -> None:
    asked = "import sys, pyarrow as pa; pa.scalar(0); assert 'pandas' in sys.modules"

    subprocess.run([sys.executable, "-c", asked], check=True)
