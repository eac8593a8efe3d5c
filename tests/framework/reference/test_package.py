import subprocess
import sys
from pathlib import Path


def test_importing_one_component_loads_no_other():
    script = "import sys, framework.reference.relu; print(*(m for m in sys.modules if m.startswith('framework.')))"
    root = Path(__file__).parents[3]
    answer = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert set(answer.stdout.split()) == {
        "framework.layer",
        "framework.reference",
        "framework.reference._arguments",
        "framework.reference.relu",
    }
