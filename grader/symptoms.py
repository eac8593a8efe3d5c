"""What an exception, or a bare yes or no, says: a sentence for failures that leave no numbers to compare."""

from __future__ import annotations

import re

_SAID = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"overwrites the array that", "the numbers are right, and the array that holds them is used again"),
        (r" in place$", "the numbers are right, and an array that belongs to the caller is written into"),
        (r"^exactly \d+ elements are kept", "a fixed number is drawn, in the place of one decision for every element"),
        (r"has shape \(1,\); \(\d+,\)", "one number for all, where each is asked to have its own"),
        (r"does not hold them afterwards", "what is assigned from outside does not arrive"),
        (r"returned a float; an ndarray", "one number, where an array was asked for"),
        (r"has no \w+$", "a part that others rely on is not there"),
        (r"^TypeError: cannot pickle", "something that cannot be stored is saved along, such as a running generator"),
        (r"^AttributeError: 'NoneType' object", "something is used before anybody has set it"),
        (
            r"^TypeError: '(int|float)' object is not (iterable|subscriptable)",
            "one number came where a pair is expected",
        ),
        (r"^(Attribute|Type)Error: .*'(int|float)'", "a plain number came where an array is expected"),
        (r"^AssertionError", "an assertion of its own that a legal input does not meet"),
        (
            r"^ValueError: .*(broadcast|not aligned|core dimension|reshape array|mismatch|inhomogeneous|to unpack)",
            "two sizes that do not fit together: one of them is not what the code takes it for",
        ),
    )
)


def symptom(message: str) -> str:
    """Return what the message of a failed check suggests, or nothing."""
    message = message.partition(", raised in your")[0]
    return next((sentence for pattern, sentence in _SAID if pattern.search(message)), "")
