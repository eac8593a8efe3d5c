"""Start of a guest: `python -s -S -P -B grader/guest/__main__.py serve|zygote '{"packages": {…}, …}'`.

Run by path, with an interpreter that has no site-packages: the settings name the file of each package that may be
imported. The package around this file is loaded under a name of its own, without the rest of the grader. `serve` is a
guest right away; `zygote` forks one for every order (`zygote.py`).
"""

import gc
import importlib
import importlib.util
import json
import os
import sys


def start(role: str, settings: str) -> None:
    """Load this folder as the package `backcheck_guest`, allow the packages named, and take up the role."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "backcheck_guest", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["backcheck_guest"] = package
    spec.loader.exec_module(package)
    given = json.loads(settings)
    importlib.import_module("backcheck_guest.packages").allow_packages(given["packages"])
    if role == "zygote":
        importlib.import_module("backcheck_guest.zygote").main(given)
    else:
        importlib.import_module("backcheck_guest.serve").main()


if __name__ == "__main__":
    gc.disable()  # importing numpy leaves next to no garbage, and looking for it takes a tenth of the time
    start(*sys.argv[1:])
