"""Text of a submission, made harmless."""

from __future__ import annotations

import unicodedata

import pytest

from grader.reporters._text import clean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, größer als 卷积 ✓", "plain text, größer als 卷积 ✓"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[2J\x1b[H\x1bcgone", "gone"),
        ("\x9b31mred", "31mred"),
        ("a\nb\r\nc\u2028d\x85e\x0bf", "a b c d e f"),
        ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
        ("a\x00b\x07c\x08d\x7fe", "abcde"),
        ("tab\there", "tabhere"),
        ("\ud800lone", "lone"),
        ("\ue000private", "private"),
        ("", ""),
    ],
)
def test_what_could_act_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_text_is_cut() -> None:
    assert clean("x" * 10_000) == "x" * 1_999 + "…"
    assert clean("x" * 10, 10) == "x" * 10
    assert clean("x" * 11, 10) == "x" * 9 + "…"


def test_lines_can_be_kept() -> None:
    assert clean("a\n\x1b[1mb\r\nc\n", keep_lines=True) == "a\nb\nc\n"


def test_whatever_comes_in_nothing_acts() -> None:
    everything = "".join(chr(n) for n in range(0x3000)) + "\U000e0041\U0001f600"
    shown = clean(everything, 100_000)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert {"A", "ü", "Ω", "\U0001f600"} <= set(shown)
