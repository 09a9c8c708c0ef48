"""Imports or runs a module without packages that its image lacks.

`python as_in_image.py import|run MODULE PACKAGE,PACKAGE,… ARGUMENT …`
"""

import importlib
import runpy
import sys

what, module, names, *arguments = sys.argv[1:]
sys.path.pop(0)  # this folder


class Hidden:
    """Finds no package of those that are not in the image."""

    packages = frozenset(names.split(","))

    def find_spec(self, name: str, *_: object) -> None:
        """Raise ModuleNotFoundError for them."""
        if name.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(name, name=name)


sys.meta_path.insert(0, Hidden())
if what == "import":
    importlib.import_module(module)
else:
    sys.argv = [module, *arguments]
    runpy.run_module(module, None, "__main__")
