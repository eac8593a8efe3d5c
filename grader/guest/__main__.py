"""Start of a guest: `python -s -S -P grader/guest/__main__.py numpy=/folder pluggy=/folder`.

Run by path, with an interpreter that has no site-packages: the arguments name the folder of each package that may be
imported. The package around this file is loaded under a name of its own, without the rest of the grader.
"""

import importlib
import importlib.util
import os
import sys


def start(arguments: list[str]) -> None:
    """Load this folder as the package `backcheck_guest`, allow the packages named, and serve."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "backcheck_guest", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["backcheck_guest"] = package
    spec.loader.exec_module(package)
    packages = importlib.import_module("backcheck_guest.packages")
    packages.allow_packages(dict(argument.split("=", 1) for argument in arguments))
    importlib.import_module("backcheck_guest.serve").main()


if __name__ == "__main__":
    start(sys.argv[1:])
