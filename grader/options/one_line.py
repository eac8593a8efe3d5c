"""A parser that says in one line what is wrong, and what was probably meant."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Collection, Sequence
from typing import NoReturn


class OneLineParser(argparse.ArgumentParser):
    """argparse would put the whole usage in front of every error, and knows no suggestions."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with 2."""
        from grader.reporters._text import clean

        self.exit(2, f"{self.prog}: {clean(message, 2000)} (--help tells more)\n")

    def parse_args(  # type: ignore[override]  # argparse has overloads for namespaces of other types
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Return what the arguments say; exit with 2 for one that nobody knows, with a suggestion where there is one.

        `namespace` gets the values, as in argparse.
        """
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            meant = self._meant(unknown[0])
            self.error(f"unrecognized arguments: {' '.join(unknown)}" + (f"; did you mean {meant}?" if meant else ""))
        return found

    def hide(self, options: Collection[str]) -> None:
        """Leave options out of --help; who gives one of them still gets the answer that it has here."""
        for action in self._actions:
            if action.dest in options:
                action.help = argparse.SUPPRESS

    def _meant(self, word: str) -> str:
        """Return the option, with its value if the word is one, that was probably meant by a word; else nothing."""
        if word.startswith("-"):
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            given = word.partition("=")[0].lstrip("-").lower()
            return next(iter(difflib.get_close_matches(f"--{given}", known, 1, 0.7)), "")
        from grader.plugins import load_registry

        registry = load_registry(diagnosing=False)
        task = next((name for name in [*registry.tasks, *registry.groups] if name.lower() == word.lower()), "")
        return f"--task {task}" if task else ""
