"""Run the tests and examples of one room, a folder or a file of ``tensorgrad/``: ``python -m tests.room losses``."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def paths_of(name):
    """Return the tests and the source of a room, or of a file: ``draw/text``, ``dispatch``."""
    places = [*ROOT.joinpath("tensorgrad").rglob(f"{name}.py"), *ROOT.joinpath("tensorgrad").glob(name)]
    tests = [*ROOT.joinpath("tests").rglob(f"test_{name}.py"), *ROOT.joinpath("tests").glob(name)]
    return [str(path) for path in (*tests, *places)] if places else []


if __name__ == "__main__":
    found = paths_of(sys.argv[1])
    if not found:
        sys.exit(f"tensorgrad/ has no folder and no file called {sys.argv[1]!r}")
    sys.exit(pytest.main(["-q", *found]))
