"""A static look at what a hand-in imports: packages that do the exercise's work are named before anything runs.

Text is searched, nothing is compiled: source that breaks a compiler must break it in the guest. So the look can miss
an import (`__import__("to" + "rch")`); that it fails in the guest does not depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.guest.importer import decode_source
from grader.sandbox.visible import USUAL

# Packages that know what the exercises ask for. Others that a guest does not have (matplotlib, tqdm) do no work there.
FRAMEWORKS = frozenset(
    [
        "autograd",
        "cupy",
        "flax",
        "jax",
        "keras",
        "mxnet",
        "paddle",
        "pytorch_lightning",
        "sklearn",
        "tensorflow",
        "theano",
        "tinygrad",
        "torch",
    ]
)
_IMPORT = re.compile(
    r"^[ \t]*(?:import[ \t]+(?P<plain>[\w.]+(?:[ \t]*,[ \t]*[\w.]+)*)|from[ \t]+(?P<one>[\w.]+)[ \t]+import\b)"
)
_MOST = 5
_PROPER = {"numpy": "NumPy", "scipy": "SciPy"}


def foreign_imports(sources: Mapping[str, bytes], allowed: Sequence[str] = USUAL) -> tuple[str, ...]:
    """Return a sentence for each line that imports such a package, the first few of them.

    `allowed` are the packages that the course lets hand-ins have.
    """
    foreign = (FRAMEWORKS | set(USUAL)) - {*allowed, "numpy"}
    has = list(dict.fromkeys(["NumPy", *(_PROPER.get(name, name) for name in allowed)]))
    have = ", ".join(has[:-1]) + " and " + has[-1] if has[1:] else has[0]
    found = []
    own = {path.split("/")[-1].removesuffix(".py") for path in sources}
    for path, raw in sorted(sources.items()):
        for number, line in enumerate(decode_source(raw).split("\n"), 1):
            match = _IMPORT.match(line[:300])
            for name in re.findall(r"[\w.]+", match["plain"] or match["one"]) if match else ():
                top = name.partition(".")[0]
                if top in foreign and top not in own:
                    found.append(f"{path}:{number} imports {top}; hand-ins have {have}, and nothing else")
    return tuple(found[:_MOST])
