"""What each worker's image adds to its base: packages as they lie here, and Daybook's own code.

`make bench-images`. Bytes of the files that the packages' RECORDs name, uncompressed and without
bytecode, as the images have them. The base image is not measured: it needs a container engine.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

from shared.topology import load_topology
from tests.support.images import ROOT, image

MEGABYTE = 1000**2


def packages_bytes(worker: str) -> dict[str, int]:
    """Return what each distribution of an image weighs."""
    return {name: _bytes(name) for name in sorted(image(worker))}


def _bytes(name: str) -> int:
    files = [Path(str(file.locate())) for file in distribution(name).files or ()]
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc" and file.is_file())


def code_bytes(worker: str) -> int:
    """Return what the service's folder and `shared` weigh."""
    folders = (ROOT / "shared", ROOT / "services" / worker)
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc")


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
