"""Attacks that want a pass without being right: rows 17 to 25, 29, 31, 34, 43, 47 to 49; and what looks like it."""

from __future__ import annotations

from tests.hostile.attack import CRASHED, FAILED, PASSED, PROTOCOL, TIMEOUT, Attack, layer, wrong

# A frame of the wire protocol by hand, and the number of the request that is being answered, taken from the stack.
WIRE = """
HEADER = struct.Struct('<4sBBBBQ32s8QQ')
def frame(kind, number, payload=b'', dtype=0, ndim=0, dims=(), nbytes=None, name=b''):
    dims = tuple(dims) + (0,) * (8 - len(dims))
    size = len(payload) if nbytes is None else nbytes
    return HEADER.pack(b'bkc1', kind, dtype, ndim, 0, number, name, *dims, size) + payload
def done(number, items=1):
    return frame(2, number, ndim=1, dims=(items,))
def array(number, x):
    return frame(4, number, x.tobytes(), 11, x.ndim, x.shape)
def stolen():
    at = sys._getframe()
    while at is not None:
        if hasattr(at.f_locals.get('request'), 'id'):
            return at.f_locals['request'].id
        at = at.f_back
    return 0
def spray(data):
    for fd in range(3, 64):
        try: os.write(fd, data)
        except OSError: pass
"""
_LIAR = """
class Liar(np.ndarray):
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __array_ufunc__(self, *a, **k): return True
    def __sub__(self, other): return np.zeros(1)
"""
_PATCH = """
import builtins, json, math
import numpy.testing
yes = lambda *a, **k: True
np.allclose = np.isclose = np.array_equal = np.testing.assert_allclose = np.testing.assert_array_equal = yes
builtins.all = builtins.abs = builtins.isinstance_ = yes
json.dumps = lambda *a, **k: '{"passed": true, "score": 100}'
math.isclose = yes
try:
    import pluggy
    pluggy.PluginManager = None
except ImportError: pass
"""
_HUNT = """
right = None
for thing in gc.get_objects():
    if isinstance(thing, np.ndarray) and thing.shape == x.shape and np.array_equal(thing, np.maximum(x, 0)):
        right = thing
at = sys._getframe()
while at is not None:
    for value in list(at.f_locals.values()):
        if isinstance(value, np.ndarray) and value.shape == x.shape and np.array_equal(value, np.maximum(x, 0)):
            right = value
    at = at.f_back
if right is not None:
    self.open = x > 0
    return right
"""
_LAZY = """
class Lazy:
    def __init__(self, x): self.x = x
    @property
    def __class__(self): return np.ndarray
    def __array__(self, *a, **k): return np.maximum(self.x, 0)
    shape = property(lambda self: self.x.shape)
    dtype = property(lambda self: self.x.dtype)
"""


def _replies(row: int, name: str, data: str, after: str = "time.sleep(600)") -> Attack:
    """An attack that answers the request itself, with its right number, by `data`."""
    source = wrong(f"number = stolen()\nspray({data})\n{after}", top=WIRE)
    return Attack(row, name, source, (PROTOCOL,), "instead of an answer to forward: ", forges=True)


ATTACKS = [
    Attack(
        17,
        "array that equals everything",
        layer("self.open = x > 0\nreturn (x + 1).view(Liar)", top=_LIAR),
        (FAILED, CRASHED),
        "forward returned a Liar",
        forges=True,
    ),
    Attack(18, "patches every comparison", wrong("pass", top=_PATCH), (FAILED, CRASHED), forges=True),
    Attack(
        18,
        "takes over the desk",
        wrong(
            "pass", top="desk = sys.modules.get('backcheck_guest.desk')\nif desk: desk.Desk.handle = lambda *a, **k: {}"
        ),
        (FAILED, CRASHED, PROTOCOL),
        forges=True,
    ),
    Attack(
        19,
        "objects that pickle",
        wrong(
            "class Evil:\n    def __reduce__(self): return (os.system, ('echo > /tmp/@MARK@',))\n"
            "self.open = x\nreturn np.array([Evil()])"
        ),
        (FAILED, CRASHED),
        "dtype object",
        forges=True,
    ),
    _replies(20, "claims a terabyte", "done(number) + frame(4, number, b'', 11, 1, (1 << 37,), 1 << 40)"),
    _replies(20, "claims a terabyte in shape only", "done(number) + frame(4, number, bytes(16), 11, 1, (1 << 37,))"),
    _replies(21, "negative side", "done(number) + frame(4, number, bytes(16), 11, 2, ((1 << 64) - 1, (1 << 64) - 2))"),
    _replies(21, "nine axes", "done(number) + frame(4, number, bytes(8), 11, 9, (1,) * 8)"),
    _replies(21, "unknown dtype", "done(number) + frame(4, number, bytes(8), 77, 1, (1,))"),
    _replies(21, "truth value 7", "done(number) + frame(4, number, b'\\x07', 0, 1, (1,))"),
    _replies(21, "wrong number", "done(number ^ 1) + array(number ^ 1, x)"),
    _replies(21, "too many items", "done(number, 1 << 40)"),
    _replies(21, "verdict instead of an answer", "frame(5, number, b'passed')"),
    Attack(
        21,
        "dates",
        wrong("self.open = x\nreturn x.astype('M8[s]')"),
        (FAILED, CRASHED),
        "dtype datetime64",
        forges=True,
    ),
    Attack(
        22,
        "garbage on every descriptor",
        wrong("while True: spray(os.urandom(4096))", top=WIRE),
        (PROTOCOL,),
        forges=True,
    ),
    Attack(
        22, "zeros on every descriptor", wrong("while True: spray(bytes(4096))", top=WIRE), (PROTOCOL,), forges=True
    ),
    Attack(
        23,
        "answers in advance",
        wrong("pass", top=WIRE + "for n in range(64): spray(done(n) + array(n, np.zeros((1, 5))))"),
        (PROTOCOL,),
        forges=True,
    ),
    Attack(
        23,
        "answers twice",
        wrong("number = stolen()\nspray(done(number) + array(number, np.maximum(x, 0)))", top=WIRE),
        (PROTOCOL, FAILED),
        forges=True,
    ),
    Attack(
        24,
        "a byte now and then",
        wrong("for byte in done(stolen()) + bytes(999):\n    spray(bytes([byte]))\n    time.sleep(0.02)", top=WIRE),
        (TIMEOUT,),
        "no answer from forward",
        forges=True,
    ),
    Attack(
        25,
        "hangs up",
        wrong("os.closerange(3, 64)\ntime.sleep(600)"),
        (CRASHED,),
        "hung up during forward",
        forges=True,
    ),
    Attack(29, "hunts for expected values", wrong(_HUNT), (FAILED,), forges=True),
    Attack(31, "NaN", wrong("self.open = x > 0\nreturn x * np.nan"), (FAILED,), forges=True),
    Attack(31, "infinity", wrong("self.open = x > 0\nreturn x * np.inf"), (FAILED,), forges=True),
    Attack(
        34,
        "right in the first calls only",
        layer(
            "ReLU.calls = getattr(ReLU, 'calls', 0) + 1\nif ReLU.calls > 2:\n    self.open = x > 0\n    return x + 1.0"
        ),
        (FAILED,),
        forges=True,
    ),
    Attack(43, "two processes share the channel", wrong("os.fork()"), (CRASHED,), "PermissionError", forges=True),
    Attack(
        47,
        "knows the answers of the public tests",
        wrong("self.open = x > 0\nif x.shape == (5, 10) and (x[:, :5] == -1).all(): return np.maximum(x, 0)"),
        (FAILED,),
        forges=True,
    ),
    Attack(
        48,
        "patches time and traces",
        layer(
            "pass",
            top=(
                "time.time = time.monotonic = time.perf_counter = lambda: 0.0\n"
                "sys.settrace(lambda *a: None)\nsys.meta_path.clear()"
            ),
        ),
        (PASSED,),
    ),
    Attack(
        48,
        "stops the clock and loops",
        wrong("while True: pass", top="time.monotonic = lambda: 0.0"),
        (TIMEOUT,),
        forges=True,
    ),
    Attack(
        49,
        "object that claims to be an array",
        layer("self.open = x > 0\nreturn Lazy(x)", top=_LAZY),
        (FAILED, CRASHED),
        "forward returned",
        forges=True,
    ),
    Attack(
        49,
        "array that changes after it was returned",
        wrong(
            "self.open = x > 0\nself.y = x + 1.0\n"
            "threading.Timer(0.001, lambda: np.maximum(x, 0, out=self.y)).start()\nreturn self.y"
        ),
        (FAILED,),
        forges=True,
    ),
]
