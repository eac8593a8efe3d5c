"""Objects over a pipe between the parent and its own workers: eight bytes of length, then a pickle.

Both ends are the grader. Nothing of a submission is ever unpickled: its guests speak `guest/wire.py`.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct("<Q")


def send(stream: IO[bytes], item: object) -> None:
    """Write one object. Raises OSError if nobody reads any more."""
    data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one object. Raises EOFError if the other end is gone, be it in the middle."""
    head = stream.read(_LENGTH.size)
    if len(head) == _LENGTH.size:
        size = _LENGTH.unpack(head)[0]
        data = stream.read(size)
        if len(data) == size:
            return pickle.loads(data)
    raise EOFError
