"""pandas: the needed columns of all files in one frame."""

import pandas as pd

from benchmarks.peers.cost import COLUMNS
from benchmarks.peers.frames import finish, grouped
from benchmarks.peers.timed import arguments, timed


def work() -> dict[str, object]:
    """Write the breakdown and add it up."""
    files, organization, out, day = arguments()
    lines = pd.concat([pd.read_parquet(file, columns=COLUMNS) for file in files])
    return finish(grouped(lines, day), organization, out)


timed(work)
