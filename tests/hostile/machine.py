"""Attacks on the machine: files, secrets, network, other processes, packages. Rows 10 to 16, 38 to 40, 50, 51."""

from __future__ import annotations

from tests.hostile.attack import CRASHED, FAILED, PASSED, Attack, layer, wrong

_TELL = "raise ValueError(repr({}))"
_DAEMON = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(0.2)
        open('/tmp/@MARK@', 'w').write('later')
        time.sleep(2)
    os._exit(0)
"""
_UDP = "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'@MARK@', ('127.0.0.1', @UDP@))"
_LIBC = (
    "libc = ctypes.CDLL(None, use_errno=True)\n"
    "check = lambda r: r if r >= 0 else (_ for _ in ()).throw(OSError('no'))\n"
)
_DENIED = "PermissionError|FileNotFoundError|ProcessLookupError|OSError"


def _reads(what: str) -> str:
    return layer(_TELL.format(f"open({what!r}, 'rb').read()[:200]"))


ATTACKS = [
    Attack(10, "reads a file of the grader's user", _reads("@CANARY@"), (CRASHED,), _DENIED, True),
    Attack(
        10,
        "reads /etc",
        layer("raise ValueError('@SECRET@' if 'root' in open('/etc/passwd').read() else 'no')"),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(10, "lists the other hand-ins", layer(_TELL.format("os.listdir('@FOLDER@')")), (CRASHED,), _DENIED, True),
    Attack(
        10,
        "loads through NumPy",
        layer(_TELL.format("np.fromfile('@CANARY@', np.uint8).tobytes()")),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(
        10,
        "reads through the C library",
        layer(f"{_LIBC}fd = check(libc.open(b'@CANARY@', 0))\n" + _TELL.format("os.read(fd, 200)")),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(11, "environment", layer(_TELL.format("dict(os.environ)")), (CRASHED,), "ValueError"),
    Attack(11, "/proc/self/environ", _reads("/proc/self/environ"), (CRASHED,), _DENIED),
    Attack(11, "/proc/<grader>/environ", _reads("/proc/@GRADER@/environ"), (CRASHED,), _DENIED),
    Attack(
        12, "TCP", layer("socket.create_connection(('127.0.0.1', @TCP@)).send(b'@MARK@')"), (CRASHED,), _DENIED, True
    ),
    Attack(12, "UDP", layer(_UDP), (CRASHED,), _DENIED, True),
    Attack(
        12,
        "unix socket",
        layer("socket.socket(socket.AF_UNIX).connect('@UNIX@')"),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(12, "vsock", layer("socket.socket(40, socket.SOCK_STREAM).connect((2, 1234))"), (CRASHED,), _DENIED),
    Attack(12, "netlink", layer("socket.socket(16, socket.SOCK_RAW)"), (CRASHED,), _DENIED),
    Attack(
        12,
        "socket through the C library",
        layer(f"{_LIBC}check(libc.syscall(@SOCKET@, 2, 1, 0))"),
        (CRASHED,),
        _DENIED,
    ),
    Attack(13, "kills its parent", layer("os.kill(os.getppid(), 9)"), (CRASHED,), _DENIED),
    Attack(13, "kills the grader", layer("os.kill(@GRADER@, 9)"), (CRASHED,), _DENIED),
    Attack(13, "kills another process of its user", layer("os.kill(@VICTIM@, 9)"), (CRASHED,), _DENIED, True),
    Attack(13, "kills all it may", layer("os.kill(-1, 0)"), (CRASHED,), _DENIED),
    Attack(
        13,
        "kills through a descriptor",
        layer("signal.pidfd_send_signal(os.pidfd_open(@VICTIM@), 9)"),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(14, "ptrace", layer(f"{_LIBC}check(libc.ptrace(16, @GRADER@, 0, 0))"), (CRASHED,), _DENIED),
    Attack(14, "the grader's memory", _reads("/proc/@GRADER@/mem"), (CRASHED,), _DENIED),
    Attack(14, "its parent's memory", layer("open(f'/proc/{os.getppid()}/mem', 'r+b')"), (CRASHED,), _DENIED),
    Attack(
        14,
        "process_vm_readv",
        layer(f"{_LIBC}check(libc.process_vm_readv(@GRADER@, 0, 0, 0, 0, 0))"),
        (CRASHED,),
        _DENIED,
    ),
    *(
        Attack(15, f"overwrites {name}", layer(f"open('@FOLDER@/{name}', 'w').write('100')"), (CRASHED,), _DENIED, True)
        for name in ("results.json", "results.csv", "results.sqlite", "results.html")
    ),
    Attack(15, "removes results", layer("os.unlink('@FOLDER@/results.json')"), (CRASHED,), _DENIED, True),
    Attack(15, "writes to a terminal", layer("open('@TERMINAL@', 'w').write('@MARK@')"), (CRASHED,), _DENIED, True),
    Attack(16, "daemon", layer(_DAEMON), (CRASHED,), "PermissionError", True),
    Attack(38, "imports torch", layer("import torch"), (CRASHED,), "ModuleNotFoundError: No module named 'torch'"),
    Attack(38, "imports sklearn", layer("from sklearn import svm"), (CRASHED,), "No module named 'sklearn'"),
    Attack(
        38,
        "goes to the packages' folder",
        layer("sys.path[:0] = ['@PACKAGES@']\nimport pytest\n" + _TELL.format("pytest.__file__ and '@SECRET@'")),
        (CRASHED,),
        r"No module named 'pytest'|PermissionError",
        True,
    ),
    Attack(
        39, "subprocess", layer("subprocess.run(['/bin/sh', '-c', 'echo > /tmp/@MARK@'])"), (CRASHED,), _DENIED, True
    ),
    Attack(
        39,
        "os.posix_spawn",
        layer("os.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', 'echo > /tmp/@MARK@'], {}), 0)"),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(39, "os.execv", layer("os.execv('/bin/sh', ['sh', '-c', 'echo > /tmp/@MARK@'])"), (CRASHED,), _DENIED, True),
    Attack(
        39,
        "multiprocessing",
        layer(
            "import multiprocessing as m\n"
            "p = m.get_context('fork').Process(target=open, args=('/tmp/@MARK@', 'w'))\n"
            "p.start(); p.join()"
        ),
        (CRASHED,),
        _DENIED,
        True,
    ),
    Attack(40, "user namespace", layer(f"{_LIBC}check(libc.unshare(0x10000000))"), (CRASHED,), _DENIED),
    Attack(
        40,
        "namespace by clone",
        layer(f"{_LIBC}check(libc.syscall(@CLONE@, 0x10000011, 0, 0, 0, 0))"),
        (CRASHED,),
        _DENIED,
    ),
    Attack(40, "mount", layer(f"{_LIBC}check(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))"), (CRASHED,), _DENIED),
    Attack(
        50,
        "looks for the reference",
        wrong(
            "for folder in ('@PROJECT@', os.getcwd(), *sys.path):\n    sys.path.append(folder)\n"
            "import framework.reference\n" + _TELL.format("'@SECRET@'")
        ),
        (CRASHED,),
        r"No module named 'framework.reference'",
        forges=True,
    ),
    Attack(
        50,
        "reads the reference",
        wrong("source = open('@PROJECT@/framework/reference/relu.py').read()\nraise ValueError('@SECRET@')"),
        (CRASHED,),
        _DENIED,
        True,
        forges=True,
    ),
    Attack(
        51, "chdir and environment at import", layer("pass", top="os.chdir('/')\nos.environ['HOME'] = '/x'"), (PASSED,)
    ),
    Attack(51, "asks for input", layer("input()"), (CRASHED,), r"asks for input\(\)"),
    Attack(51, "shows a plot", layer("pass", top="import matplotlib.pyplot as plt"), (PASSED, CRASHED, FAILED)),
]
