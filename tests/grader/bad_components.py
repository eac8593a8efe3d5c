"""Components that are wrong, rude or odd, one mistake each: (name, source, verdict, what the message must say)."""

from __future__ import annotations

from grader.model import Verdict

SGD = "class Sgd:\n    def __init__(self, rate): self.rate = rate\n"
SGD += "    def calculate_update(self, w, g): return w - self.rate * g\n"
START = "import os, signal, sys, time\nimport numpy as np\n"
CRASHED, FAILED, TIMEOUT = Verdict.CRASHED, Verdict.FAILED, Verdict.TIMEOUT
PROTOCOL = Verdict.PROTOCOL_VIOLATION
Row = tuple[str, str, Verdict, str]


def relu(forward: str = "self.open = x > 0\nreturn x * self.open", backward: str = "return e * self.open") -> str:
    """Return a ReLU, in line 3 of a file, with these bodies."""
    bodies = ("\n".join(f"        {line}" for line in body.splitlines()) for body in (forward, backward))
    return START + "class ReLU:\n    def forward(self, x):\n{}\n    def backward(self, e):\n{}\n".format(*bodies)


def spoiled(line: str) -> str:
    """Return a ReLU that is right but for what it returns."""
    return relu(f"self.open = x > 0\ny = x * self.open\n{line}")


SPRAY = "for fd in range(3, 100):\n    try: os.write(fd, data)\n    except OSError: pass\n"
FORGE = "wire = sys.modules['backcheck_guest.wire']\n"
FORGE += "data = wire.encode(wire.Message(wire.DONE, 1, '', {'': np.maximum(x, 0)}))\n"
AT_IMPORT: list[Row] = [
    (
        "syntax error",
        "class ReLU:\n    def forward(self, x)\n",
        CRASHED,
        r"SyntaxError: expected ':', raised in your Layers/ReLU\.py:2",
    ),
    ("zero byte", "class ReLU:\0", CRASHED, r"SyntaxError: .*null bytes.*, raised in your Layers/ReLU\.py:1"),
    ("empty file", "", FAILED, r"no class ReLU in the hand-in: Layers/ReLU\.py is empty"),
    ("another name", "class RelX: ...", FAILED, r"no class ReLU in the hand-in: Layers/ReLU\.py defines RelX"),
    ("no class at all", "def oops(:", FAILED, r"Layers/ReLU\.py is there but is not Python: SyntaxError in line 1: "),
    ("gone after import", "class ReLU: ...\ndel ReLU", FAILED, r"Layers/ReLU\.py does not define ReLU"),
    ("not a class", "class ReLU: ...\nReLU = 3", FAILED, "ReLU is a int, not a class"),
    ("exception", "\n1 / 0\nclass ReLU: ...", CRASHED, r"ZeroDivisionError: .*, raised in your Layers/ReLU\.py:2"),
    (
        "import error",
        "from os import nothing\nclass ReLU: ...",
        CRASHED,
        r"ImportError: .*nothing.*, raised in your Layers/ReLU\.py:1",
    ),
    (
        "endless",
        "while True: pass\nclass ReLU: ...",
        TIMEOUT,
        "no answer from the import within 0.5 seconds; does the file train",
    ),
    ("asks", "input('Epochs? ')\nclass ReLU: ...", CRASHED, r"asks for input\(\), raised in your Layers/ReLU\.py:1"),
    ("exits", "import sys\nsys.exit(0)\nclass ReLU: ...", CRASHED, r"SystemExit: 0, raised in your Layers/ReLU\.py:2"),
    (
        "hard exit",
        "import os\nos._exit(0)\nclass ReLU: ...",
        CRASHED,
        r"the process ended during the import \(exit code 0\)",
    ),
    ("recursion", "def f(): f()\nf()\nclass ReLU: ...", CRASHED, "RecursionError: .*, raised in your Layers"),
    (
        "prints for ever",
        "while True: print('epoch')\nclass ReLU: ...",
        Verdict.OUTPUT_LIMIT,
        "printed more than 50,000 bytes",
    ),
]
CONSTRUCTOR: list[Row] = [
    (
        "signature",
        "class ReLU:\n    def __init__(self, size): ...",
        CRASHED,
        r"ReLU\(\) cannot be constructed: TypeError: .*'size'",
    ),
    (
        "raises",
        "class ReLU:\n    def __init__(self):\n        x",
        CRASHED,
        r"NameError: name 'x' .*, raised in your Layers/ReLU\.py:3",
    ),
    (
        "loops",
        "class ReLU:\n    def __init__(self):\n        while True: pass",
        TIMEOUT,
        "no answer from the constructor within 0.5",
    ),
    (
        "skeleton",
        relu("raise NotImplementedError"),
        FAILED,
        r"not written yet \(Layers/ReLU\.py:5\): NotImplementedError",
    ),
    ("no methods", "class ReLU: ...", CRASHED, "AttributeError: 'ReLU' object has no attribute 'forward'"),
    (
        "no argument",
        "class ReLU:\n    def forward(self): return 1",
        CRASHED,
        r"TypeError: ReLU\.forward\(\) takes 1 positional",
    ),
    (
        "no backward",
        START + "class ReLU:\n    def forward(self, x): return np.maximum(x, 0)",
        CRASHED,
        "AttributeError: .* 'backward'",
    ),
]
ANSWERS: list[Row] = [
    ("None", spoiled("pass"), FAILED, r"forward returned None \(is there a `return`\?\); an ndarray was expected"),
    ("list", spoiled("return y.tolist()"), FAILED, "forward returned a list; an ndarray was expected"),
    ("tuple", spoiled("return y, y"), FAILED, "forward returned a tuple; an ndarray was expected"),
    ("float", spoiled("return 1.0"), FAILED, "forward returned a float; an ndarray was expected"),
    (
        "0-d",
        spoiled("return y.sum()"),
        FAILED,
        r"the output of forward has shape \(\); \((3, 5|1, 4|2, 2, 3, 4)\) was expected",
    ),
    ("shape", spoiled("return y.T"), FAILED, r"the output of forward has shape \(.*\); \(.*\) was expected"),
    ("empty", spoiled("return y[:0]"), FAILED, r"the output of forward has shape \(0, .*\); \(.*\) was expected"),
    ("NaN", spoiled("return y * np.nan"), FAILED, "the output of forward is NaN in all .* entries, first at "),
    ("one NaN", spoiled("y.flat[0] = np.nan; return y"), FAILED, "the output of forward is NaN in 1 of .* entries"),
    ("infinite", spoiled("return y / 0"), FAILED, "the output of forward differs in .* entries: at "),
    ("objects", spoiled("return y.astype(object)"), FAILED, "forward returned an array of dtype object; numbers were"),
    ("complex", spoiled("return y + 0j"), FAILED, r"forward returned complex numbers; is a `\.real` missing\?"),
    ("text", spoiled("return y.astype(str)"), FAILED, "forward returned an array of dtype <U"),
    ("dates", spoiled("return y.astype('M8[s]')"), FAILED, r"forward returned an array of dtype datetime64\[s\]"),
    ("masked", spoiled("return np.ma.array(y)"), FAILED, "forward returned a MaskedArray; an ndarray was expected"),
    (
        "large",
        spoiled("return np.zeros((2000, 2000))"),
        FAILED,
        r"the answer has shape \(2000, 2000\), 32 MB: far more than",
    ),
    (
        "huge",
        spoiled("return np.broadcast_to(y, (1 << 40, *y.shape))"),
        FAILED,
        r"forward returned an array of shape \(1099",
    ),
    ("whole numbers", spoiled("return y.astype(int)"), FAILED, "the output of forward differs in "),
    ("half precision", spoiled("return (y * 1.03).astype(np.float16)"), FAILED, "the output of forward differs in "),
    (
        "lazy",
        START + "class Lazy:\n    def __array__(self, *a, **k): return np.zeros(3)\n" + spoiled("return Lazy()"),
        FAILED,
        "forward returned a Lazy; an ndarray was expected",
    ),
    (
        "equals everything",
        START + "class Liar(np.ndarray):\n    def __eq__(self, other): return True\n" + spoiled("return y.view(Liar)"),
        FAILED,
        "forward returned a Liar; an ndarray was expected",
    ),
    ("backward: None", relu(backward="pass"), FAILED, r"backward returned None \(is there a `return`\?\)"),
    ("backward: shape", relu(backward="return e[:1]"), FAILED, r"the array that backward returns has shape \(1, "),
    ("backward: wrong", relu(backward="return e"), FAILED, "the input gradient differs in "),
]
DEEDS: list[Row] = [
    ("endless loop", relu("while True: pass"), TIMEOUT, "no answer from forward within 0.5 seconds"),
    (
        "stops itself",
        relu("os.kill(os.getpid(), signal.SIGSTOP)"),
        TIMEOUT,
        "no answer from forward within 0.5 seconds",
    ),
    (
        "kills itself",
        relu("os.kill(os.getpid(), signal.SIGKILL)"),
        CRASHED,
        r"the process ended during forward \(SIGKILL\)",
    ),
    ("hard exit", relu("os._exit(0)"), CRASHED, r"the process ended during forward \(exit code 0\)"),
    ("exit", relu("sys.exit('done')"), CRASHED, r"SystemExit: done, raised in your Layers/ReLU\.py:5"),
    ("ctrl-c", relu("raise KeyboardInterrupt"), CRASHED, r"KeyboardInterrupt, raised in your Layers/ReLU\.py:5"),
    ("asks", relu("return input()"), CRASHED, r"asks for input\(\), raised in your Layers/ReLU\.py:5"),
    ("recursion", relu("return self.forward(x)"), CRASHED, r"RecursionError: .*, raised in your Layers/ReLU\.py:5"),
    (
        "memory",
        relu("return np.zeros(1 << 50)"),
        CRASHED,
        r"(out of memory|.*MemoryError.*), raised in your Layers/ReLU\.py:5",
    ),
    ("prints for ever", relu("while True: print('epoch')"), Verdict.OUTPUT_LIMIT, "printed more than 50,000 bytes"),
    ("segfault", relu("import ctypes; ctypes.string_at(0)"), CRASHED, r"the process ended during forward \(SIGSEGV\)"),
    ("hangs up", relu("os.closerange(3, 100)"), CRASHED, "(hung up|the process ended) during forward"),
    ("garbage on every descriptor", relu("data = b'garbage' * 99\n" + SPRAY), PROTOCOL, "bytes that are not a frame"),
    ("forged reply", relu(FORGE + SPRAY), PROTOCOL, "an answer to a question that was not asked"),
    ("forged reply, then death", relu(FORGE + SPRAY + "os._exit(0)"), PROTOCOL, "a question that was not asked"),
    (
        "reply in advance",
        relu(backward=FORGE.replace("(x, 0)", "(e, 0)") + SPRAY + "return e * self.open"),
        PROTOCOL,
        "not asked",
    ),
    (
        "message that cannot be shown",
        START + "class Odd(Exception):\n    def __str__(self): raise self\n" + relu("raise Odd"),
        CRASHED,
        r"Odd: \(its message cannot be shown\), raised in your Layers/ReLU\.py:9",
    ),
    (
        "message with escape sequences",
        relu("raise ValueError('a\\x1b[31mb\\u202ec\\nd\\x07e\\x1b]0;title\\x07f' + 'x' * 5000)"),
        CRASHED,
        "ValueError: a",
    ),
]
ALONE = [
    (
        "patched comparisons",
        "import builtins, numpy.testing, json\nnumpy.allclose = numpy.array_equal = lambda *a, **k: True\n"
        "numpy.testing.assert_allclose = lambda *a, **k: None\nbuiltins.abs = lambda x: 0\n"
        + relu(backward="return e"),
        FAILED,
        "the input gradient differs in ",
    ),
    ("patched json", "import json\njson.loads = json.dumps = None\n" + relu(), CRASHED, "the process ended during "),
]


RIGHT = {
    "prints": relu("print('x' * 20)\nself.open = x > 0\nreturn x * self.open"),
    "warns": "import warnings\nwarnings.warn('old')\n" + relu("np.log(-1.0)\nself.open = x > 0\nreturn x * self.open"),
    "leaves a thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n" + relu(),
    "wants to go on afterwards": "import atexit, time\natexit.register(time.sleep, 600)\n" + relu(),
    "has a main": "print('epoch 1')\nif __name__ == '__main__':\n    1 / 0\n" + relu(),
    "comes from Windows": "\ufeff" + relu().replace("\n", "\r\n"),
}
RIGHT_ALONE = {
    "changes its surroundings": "import os\nos.chdir('/tmp'); os.environ.clear()\n" + relu(),
    "closes its output": "import sys\nsys.settrace(lambda *a: None); sys.stdout.close()\n" + relu(),
    "stops the clock": "import time\ntime.time = time.monotonic = time.perf_counter = lambda: 0.0\n" + relu(),
    "makes NumPy strict": "import numpy as np\nnp.seterr(all='raise')\n" + relu(),
}
_BUFFER = "if getattr(self, 'y', np.zeros(0)).shape != x.shape: self.y = np.empty(x.shape)\n"
MANNERS = [
    (relu("self.open = x > 0\nx *= self.open\nreturn x"), "forward changes its input array in place"),
    (relu(backward="e *= self.open\nreturn e"), "backward changes its error array in place"),
    (
        relu(f"self.open = x > 0\n{_BUFFER}self.y[...] = x * self.open\nreturn self.y"),
        "a second forward overwrites the array that the first one returned",
    ),
]
_PROPERTY = "    @property\n    def {}(self):\n        {}\n"
ATTRIBUTES: list[tuple[str, Verdict | None, str]] = [
    (_PROPERTY.format("gradient_weights", "1 / 0"), CRASHED, "'gradient_weights'|ZeroDivisionError"),
    (_PROPERTY.format("weights", "raise RuntimeError('locked')"), CRASHED, "'weights'|RuntimeError"),
    (_PROPERTY.format("extra", "1 / 0"), None, ""),
    ("    bias = np.array([None])\n", FAILED, "attribute bias returned an array of dtype object"),
    ("    gradient_bias = np.zeros((1,) * 9)\n", FAILED, "attribute gradient_bias returned an array with 9 axes"),
    ("    bias = np.zeros((3, 0, 5))\n", None, ""),
    ("    bias = np.full(3, np.nan)\n", FAILED, "bias"),
    ("    initialize = None\n", None, ""),
    ("    def __setattr__(self, name, value): pass\n", CRASHED, "AttributeError"),
    ("    def __getattr__(self, name): return self.missing\n", CRASHED, "RecursionError"),
    ("    optimizer = property(lambda self: None)\n", CRASHED, "AttributeError"),
]
NONSENSE = [
    ("forward", "{'': right, 'more': np.zeros(2)}"),
    ("forward", "{'y': right}"),
    ("forward", "{'': 'text'}"),
    ("forward", "{}"),
    ("forward", "None"),
    ("forward", "{'': np.array(1.0)}"),
    ("forward", "{'': right.astype(np.int8)}"),
    ("forward", "{'': right > 0}"),
    ("forward", "{'': right * np.nan}"),
    ("forward", "{n: np.zeros(1) for n in map(str, range(5000))}"),
    ("forward", "{'n' * 40: np.zeros(1)}"),
    ("forward", "[1, 2, 3]"),
    ("forward", "{'': object()}"),
    ("forward", "{3: np.zeros(3)}"),
    ("backward", "{'': right[None]}"),
    ("backward", "{}"),
    ("backward", "{'': np.zeros((0, 1 << 20))}"),
    ("backward", "{'': np.zeros((0, 1 << 40))}"),
    ("backward", "{'': -right}"),
    ("params", "{'weights': np.zeros(0), 'bias': np.zeros((2, 2, 2))}"),
    ("params", "{'weights': 'text'}"),
    ("params", "{'Wx': np.zeros(())}"),
    ("params", "{'self': np.zeros(3)}"),
    ("params", "{'': np.zeros(3)}"),
    ("grads", "{}"),
    ("grads", "{'weights': np.zeros(())}"),
    ("grads", "{'other': np.zeros((5, 5))}"),
]


def dense(change: str) -> str:
    """Return a FullyConnected with one odd attribute."""
    return f"""{START}
class FullyConnected:
    def __init__(self, i, o):
        self.weights = np.random.rand(i + 1, o)
        self.optimizer = None
    def forward(self, x):
        self.x = np.hstack([x, np.ones((len(x), 1))])
        return self.x @ self.weights
    def backward(self, e):
        self.gradient_weights = self.x.T @ e
        dx = e @ self.weights[:-1].T
        if self.optimizer:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return dx
{change}
"""


def answering(method: str, answer: str) -> str:
    """Return a FullyConnected that is right, and answers in the guest's place with the guest's own means."""
    return f"""{dense("")}
unit = sys.modules['backcheck_guest.dialects.fau'].FauLayer
def odd(self, *a, plain=unit.{method}, **k):
    right = plain(self, *a, **k)
    return {answer} if type(self.layer) is FullyConnected else right
unit.{method} = odd
"""
