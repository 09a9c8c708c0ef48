"""What each worker's image adds to its base: packages as they lie here, and Daybook's own code.

`make bench-images`. Bytes of the files that the packages' RECORDs name, uncompressed, and of the
bytecode of each. The base image is not measured: it needs a container engine.
"""

import marshal
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from warnings import catch_warnings

from shared.topology import load_topology
from tests.support.images import ROOT, image

MEGABYTE = 1000**2
HEADER = 16
"""Bytes before the code in a .pyc file (PEP 552)."""


def packages_bytes(worker: str) -> dict[str, int]:
    """Return what each distribution of an image weighs."""
    return {name: _bytes(name) for name in sorted(image(worker))}


def code_bytes(worker: str) -> int:
    """Return what the service's folder and `shared` weigh."""
    folders = (ROOT / "shared", ROOT / "services" / worker)
    return _weight(file for folder in folders for file in folder.rglob("*"))


def _bytes(name: str) -> int:
    return _weight(Path(str(file.locate())) for file in distribution(name).files or ())


def _weight(files: Iterable[Path]) -> int:
    """Return what the files weigh with the bytecode that the image's build makes of them."""
    there = [file for file in files if file.suffix != ".pyc" and file.is_file()]
    sources = [file for file in there if file.suffix == ".py"]
    return sum(file.stat().st_size for file in there) + sum(map(_bytecode, sources))


@cache
def _bytecode(source: Path) -> int:
    """Return the length of the file that `compileall` writes, 0 where it cannot."""
    with catch_warnings(action="ignore", category=SyntaxWarning):
        try:
            code = compile(source.read_bytes(), str(source), "exec", dont_inherit=True)
        except SyntaxError:
            return 0
    return HEADER + len(marshal.dumps(code))


def main() -> None:
    """Print a line per worker, with the three heaviest packages."""
    for worker in load_topology().workers:
        weights = packages_bytes(worker)
        heavy = sorted(weights, key=lambda name: -weights[name])[:3]
        parts = ", ".join(f"{name} {weights[name] / MEGABYTE:.0f}" for name in heavy)
        total = (sum(weights.values()) + code_bytes(worker)) / MEGABYTE
        sys.stdout.write(f"{worker:<12}{total:6.0f} MB   {len(weights)} packages: {parts}\n")


if __name__ == "__main__":
    main()
