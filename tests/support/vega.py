"""The bundle of Vega-Lite that the dashboard carries, made by vl-convert from its own copy."""

import sys
from pathlib import Path

import vl_convert

LICENCES = "/*! Vega, Vega-Lite, Vega-Embed: BSD-3-Clause, University of Washington IDL */\n"


def bundle() -> str:
    """Return the bundle; it takes seconds."""
    made: str = vl_convert.javascript_bundle()  # type: ignore[call-arg] # optional, says its manual
    return LICENCES + made


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(bundle(), encoding="utf-8")
