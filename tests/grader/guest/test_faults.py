"""Exceptions of student code as data: never raising, whatever the exception does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from grader.guest.faults import ANSWER, RAISED, Fault, fault_of


def caught(source: str, name: str = "Layers/X.py") -> BaseException:
    """Run a piece of student code and return what it raises."""
    try:
        exec(compile(source, name, "exec"), {})
    except BaseException as exc:
        return exc
    raise AssertionError("nothing was raised")


def is_student_file(name: str) -> bool:
    return name.startswith("Layers/")


def test_exception_is_located_in_the_hand_in() -> None:
    fault = fault_of(caught("def f():\n    import json\n    json.loads('{')\nf()"), is_student_file)
    assert (fault.kind, fault.error, fault.where) == (RAISED, "JSONDecodeError", "Layers/X.py:3")
    assert fault.message.startswith("Expecting property name")


def test_exception_outside_the_hand_in_has_no_place() -> None:
    assert fault_of(caught("1 / 0", "elsewhere.py"), is_student_file).where == ""
    assert fault_of(ValueError("never raised"), is_student_file).where == ""


def test_without_a_hand_in_the_place_is_the_innermost_frame_outside_the_grader() -> None:
    assert fault_of(caught("1 / 0", "/some/where/else.py")).where == "where/else.py:1"
    assert fault_of(caught("1 / 0", "/home/me/grader/probe.py")).where == ""


def test_syntax_error_is_where_the_source_is_wrong() -> None:
    fault = fault_of(caught("x = 1\ny = = 2\n"), is_student_file)
    assert (fault.error, fault.where, fault.message) == ("SyntaxError", "Layers/X.py:2", "invalid syntax")
    assert fault_of(caught("x = (", "sub/dir/Y.py")).where == "dir/Y.py:1"


def test_syntax_error_of_an_eval_is_where_eval_is_called() -> None:
    assert fault_of(caught("\n\neval('1 +')"), is_student_file).where == "Layers/X.py:3"


def test_fault_stays_the_fault_it_is() -> None:
    fault = Fault(ANSWER, "a list")
    assert fault_of(fault) is fault


def test_long_texts_are_cut() -> None:
    fault = fault_of(type("E" * 5000, (Exception,), {})("m" * 10_000_000))
    assert (len(fault.message), len(fault.error)) == (400, 80)


def test_exits_are_exceptions_too() -> None:
    assert fault_of(caught("raise SystemExit(3)")).error == "SystemExit"
    assert fault_of(caught("raise KeyboardInterrupt")).error == "KeyboardInterrupt"


def fail(*_: Any) -> NoReturn:
    raise RuntimeError("no, no")


class Text(str):
    """A string that cannot be cut."""

    __getitem__ = __len__ = __str__ = __format__ = fail  # type: ignore[assignment]  # a string that lies


class NoName(type):
    """The class of a class whose name cannot be read."""

    __name__ = property(fail)  # type: ignore[assignment]  # a class that lies


def no_text() -> Exception:
    return type("E", (ValueError,), {"__str__": fail, "__repr__": fail})()


def odd_text() -> Exception:
    return type("E", (ValueError,), {"__str__": lambda self: Text("short")})()


def text_of_another_type() -> Exception:
    return type("E", (ValueError,), {"__str__": lambda self: 3})()


def no_traceback() -> Exception:
    return type("E", (ValueError,), {"__traceback__": property(fail)})()


def no_class() -> Exception:
    return type("E", (ValueError,), {"__class__": property(fail)})()


def no_name() -> Exception:
    made: Exception = NoName("E", (ValueError,), {})()
    return made


def odd_syntax_error() -> Exception:
    exc = SyntaxError("text")
    exc.filename, exc.lineno, exc.msg = Text("Layers/X.py"), Text("1"), Text("text")  # type: ignore[assignment]
    return exc


def syntax_error_without_place() -> Exception:
    return SyntaxError("text")


def endless_text() -> Exception:
    def text(self: Exception) -> str:
        return str(self)

    return type("E", (ValueError,), {"__str__": text})()


@pytest.mark.parametrize(
    "make",
    [
        no_text,
        odd_text,
        text_of_another_type,
        no_traceback,
        no_class,
        no_name,
        odd_syntax_error,
        syntax_error_without_place,
        endless_text,
    ],
)
@pytest.mark.parametrize("known", [None, is_student_file])
def test_lying_exception_is_described_all_the_same(make: Callable[[], Exception], known: Any) -> None:
    fault = fault_of(make(), known)
    assert fault.kind == RAISED
    assert type(fault.message) is str
    assert fault.error
