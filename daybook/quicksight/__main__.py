"""Write the definition anew: `python -m daybook.quicksight infra/quicksight/dashboard.json`."""

import sys
from pathlib import Path

from daybook.quicksight.dashboard import text

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
