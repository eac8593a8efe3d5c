"""Attacks that end, stop or exhaust the process they run in: rows 1 to 9, 26 to 28, 41, 42."""

from __future__ import annotations

from tests.hostile.attack import CRASHED, OUTPUT_LIMIT, TIMEOUT, Attack, layer

_HOARD = "kept = []\nfor _ in range(6000):\n    kept.append(bytearray(1 << 20))\n"
_NESTED = "x = " + "(" * 5000 + ")" * 5000 + "\n"
_LITERAL = "x = " + "9" * 2_000_000 + "\n"
_RECURSE = "x = ()\nfor _ in range(1_000_000): x = (x,)\nhash(x)"

ATTACKS = [
    Attack(1, "exits at import", layer("pass", top="os._exit(0)"), (CRASHED,), r"ended during the import"),
    Attack(
        1, "exits in forward", layer("os._exit(0)"), (CRASHED,), r"the process ended during forward \(exit code 0\)"
    ),
    Attack(2, "sys.exit in forward", layer("sys.exit(0)"), (CRASHED,), "SystemExit: 0"),
    Attack(2, "sys.exit in a thread's excepthook", layer("sys.exit('all tests passed')"), (CRASHED,), "SystemExit"),
    Attack(
        3,
        "ignores SIGTERM",
        layer("for n in range(1, 32):\n    if n not in (9, 19): signal.signal(n, signal.SIG_IGN)\nwhile True: pass"),
        (TIMEOUT,),
        "no answer from forward within",
    ),
    Attack(4, "stops itself", layer("os.kill(os.getpid(), signal.SIGSTOP)"), (TIMEOUT,), "no answer from forward"),
    Attack(5, "hoards memory", layer(_HOARD), (CRASHED,), "out of memory"),
    Attack(5, "one huge array", layer("self.x = np.ones(6 << 27)"), (CRASHED,), "out of memory"),
    Attack(
        5,
        "maps memory",
        layer("import mmap\nself.maps = [mmap.mmap(-1, 1 << 28) for _ in range(24)]"),
        (CRASHED,),
        "Cannot allocate memory|out of memory",
    ),
    Attack(
        6,
        "fork bomb",
        layer("for _ in range(7):\n    os.fork()\ntime.sleep(0.3)"),
        (CRASHED,),
        r"PermissionError: \[Errno 1\] .*, raised in your Layers/ReLU.py",
    ),
    Attack(
        6,
        "thread bomb",
        layer("for _ in range(2000):\n    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"),
        (CRASHED,),
        "can't start new thread|out of memory",
    ),
    Attack(
        7, "opens descriptors", layer("self.kept = [os.dup(0) for _ in range(10_000)]"), (CRASHED,), "Too many open"
    ),
    Attack(7, "opens pipes", layer("self.kept = [os.pipe() for _ in range(10_000)]"), (CRASHED,), "Too many open"),
    *(
        Attack(8, f"fills {place}", layer(f"open('{place}/@MARK@', 'wb').write(bytes(1 << 20))"), (CRASHED,), "", True)
        for place in ("/tmp", "/var/tmp", "/dev/shm", "@FOLDER@")
    ),
    Attack(
        8,
        "many small files",
        layer("for n in range(200):\n    open(f'/tmp/@MARK@{n}', 'w').close()"),
        (CRASHED,),
        "Error",
        True,
    ),
    Attack(
        8,
        "a file in memory",
        layer("fd = os.memfd_create('x')\nos.write(fd, bytes(1 << 20))"),
        (CRASHED,),
        "PermissionError",
    ),
    Attack(9, "floods stdout", layer("while True: print('spam' * 1000)"), (OUTPUT_LIMIT,), "printed more than"),
    Attack(9, "floods stderr", layer("while True: os.write(2, b'spam' * 1000)"), (OUTPUT_LIMIT,), "printed more than"),
    Attack(26, "reads address 0", layer("ctypes.string_at(0)"), (CRASHED,), "SIGSEGV"),
    Attack(26, "aborts", layer("os.abort()"), (CRASHED,), "SIGABRT"),
    Attack(27, "nested source", _NESTED + layer("pass"), (CRASHED,), "Error"),
    Attack(27, "huge literal", _LITERAL + layer("pass"), (CRASHED,), "Error"),
    Attack(28, "recursion of the C stack", layer(_RECURSE), (CRASHED,), "SIGSEGV|Recursion|SIGABRT"),
    Attack(41, "one call that takes for ever", layer("10 ** 10 ** 8"), (TIMEOUT,), "no answer from forward"),
    Attack(42, "regular expression", layer("import re\nre.match('(a+)+$', 'a' * 40 + 'b')"), (TIMEOUT,), "no answer"),
]
