"""Fixtures for the tests of the grader."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from grader.intake.layout import build_submission
from grader.model import Limits
from grader.sandbox.interpreter import launch
from grader.sandbox.session import Session
from tests.grader.command import RIGHT, SGD, hand_in

OpenSession = Callable[..., Session]


@pytest.fixture
def open_session() -> Iterator[OpenSession]:
    """Open a real guest on a hand-in, file name -> source: `open_session({"Layers/ReLU.py": …})`; closed in the end."""
    sessions: list[Session] = []

    def open_one(sources: Mapping[str, str], limits: Limits | None = None) -> Session:
        submission = build_submission("small", {name: text.encode() for name, text in sources.items()})
        session = Session(submission, launch, seed=1, limits=limits)
        sessions.append(session)
        return session

    yield open_one
    for session in sessions:
        session.close()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator of its own for every test, so that their order changes nothing."""
    return np.random.default_rng(np.random.SeedSequence(zlib.crc32(request.node.name.encode())))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like the project's `submissions`, with one hand-in that is right."""
    hand_in(tmp_path, "right", RIGHT, SGD)
    return tmp_path
