"""Text that wants to do harm, names that shadow, code that is merely odd: rows 30, 32, 33, 35 to 37, 51, 52."""

from __future__ import annotations

from tests.hostile.attack import CRASHED, FAILED, PASSED, TIMEOUT, Attack, layer

_TEXT = "\\x1b[2J\\x1b]0;owned\\x07<script>alert(1)</script>=cmd|calc\\u202egpj.exe\\x00\\ud800"
_SHADOWS = ("numpy", "random", "framework", "grader", "sitecustomize", "conftest", "json", "struct", "os")
_RIGHT = layer("pass")

ATTACKS = [
    Attack(30, "control codes in a message", layer(f"raise ValueError('{_TEXT}')"), (CRASHED,), "ValueError"),
    Attack(
        30,
        "control codes in a class name",
        layer(f"raise type('{_TEXT}'.replace(chr(0), '').replace('\\ud800', ''), (Exception,), {{}})('x')"),
        (CRASHED,),
    ),
    Attack(30, "control codes printed", layer(f"print('{_TEXT}'.replace('\\ud800', ''))"), (PASSED,)),
    Attack(
        30,
        "message that raises",
        layer("class Evil(Exception):\n    def __str__(self): raise SystemExit\nraise Evil()"),
        (CRASHED,),
        "cannot be shown",
    ),
    Attack(32, "threads that never end", layer("threading.Thread(target=time.sleep, args=(600,)).start()"), (PASSED,)),
    Attack(32, "atexit", layer("import atexit\natexit.register(lambda: open('/tmp/@MARK@', 'w'))"), (PASSED,)),
    Attack(
        33,
        "the same buffer twice",
        layer(
            "if getattr(self, 'y', x).shape != x.shape or not hasattr(self, 'y'): self.y = np.empty_like(x)\n"
            "self.open = x > 0\nreturn np.maximum(x, 0, out=self.y)"
        ),
        (PASSED,),
    ),
    Attack(33, "np.seterr", layer("np.seterr(all='raise')"), (PASSED,)),
    Attack(
        35,
        "shadows modules",
        _RIGHT,
        (PASSED,),
        files={f"{name}.py": b"raise SystemExit('shadowed')\n" for name in _SHADOWS},
    ),
    Attack(36, "byte order mark", "\ufeff" + _RIGHT, (PASSED,)),
    Attack(36, "carriage returns", _RIGHT.replace("\n", "\r\n"), (PASSED,)),
    Attack(36, "Latin-1", "", (PASSED,), files={"Layers/ReLU.py": b"# gr\xfc\xdfe\n" + _RIGHT.encode()}),
    Attack(36, "zero bytes", _RIGHT + "\0", (CRASHED,), "SyntaxError"),
    Attack(37, "rounding mode", layer("ctypes.CDLL('libm.so.6').fesetround(0x400)"), (PASSED,)),
    Attack(
        37,
        "locale and error state",
        layer("import locale\nlocale.setlocale(locale.LC_ALL, 'C')\nnp.errstate(all='raise').__enter__()"),
        (PASSED,),
    ),
    Attack(
        51, "trains at import", layer("pass", top="while True: pass"), (TIMEOUT,), r"does the file train .*__main__"
    ),
    Attack(52, "empty file", "", (FAILED,), "no class ReLU"),
    Attack(52, "syntax error", "class ReLU:\n    def forward(self, x)\n", (CRASHED,), "SyntaxError"),
    Attack(52, "wrong name", _RIGHT.replace("class ReLU", "class Relu2"), (FAILED,), "no class ReLU"),
    Attack(52, "wrong signature", _RIGHT.replace("forward(self, x)", "forward(self)"), (CRASHED,), "TypeError"),
]
