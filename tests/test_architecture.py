"""The house: imports go down, files and functions stay small, and importing tensorgrad imports NumPy only."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "tensorgrad"
FILES = sorted(PACKAGE.rglob("*.py"))

#: The rooms of the house, each on a floor of its own: a module imports from its room and from those before it.
ROOMS = [
    "errors", "seeding", "shapes", "tracking", "interrupts", "config", "options", "pytree",
    "core", "ops", "special", "nn", "linalg", "fft", "backward", "forward", "graph",
    "compile.ir", "compile.passes", "compile.emit", "compile.guards", "compile.trace",
    "draw.text", "draw.diagram", "draw.simplify", "draw.export", "draw.player", "draw", "compile",
    "check.mistakes", "check.report", "check.numeric", "check.subject", "check.compare", "check.diagnose", "check",
    "debug", "exercises.tasks", "exercises",
    "numpy.fft", "numpy.linalg", "numpy.random", "numpy", "methods", "transforms.batching", "transforms",
    "activations", "initializers", "losses", "metrics", "optimizers", "layers",
    "callbacks", "training", "models", "utils", "testing",
]  # fmt: skip

#: Functions over the limit, each with its reason.
LONG = {
    "backward.py:sweep": "the hot path: one loop, unrolled for a * b; split up it costs 0.3 µs an op",
}


#: Folders of more files, each with its reason.
CROWDED = {"ops": 49}  # the derivative table: one file for each family, nothing but rows

#: Rooms that have no folder of tests, each with what tests it.
UNTESTED = {
    "errors": "every test that compares the words of an error",
    "seeding": "tests/initializers and tests/layers, which draw numbers",
    "shapes": "its examples, and tests/backward, which undoes broadcasting",
    "config": "tests/layers, which sets the default dtype",
    "forward": "tests/ops and tests/check, which compare it with the backward and with differences",
}

#: Rooms within a room that have no folder of tests, each with what tests it.
TESTED_TOGETHER = {
    "exercises.tasks": "tests/exercises, which solves every task and plants its bugs",
    "transforms.batching": "tests/transforms, which runs every op under vmap",
}

#: Folders of tests that are of no room: of everything at once.
ALL_OF_IT = {"fuzz", "types"}


@functools.cache
def parsed(path):
    return ast.parse(path.read_text())


def parts(path):
    """Return the dotted name of a file inside the package as a list: ``['core', 'op']``."""
    names = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return names[:-1] if names[-1] == "__init__" else names


def imported(path):
    """Yield ``(line, dotted parts)`` of every import of our own, inside functions too."""
    here = parts(path)
    package = here if path.name == "__init__.py" else here[:-1]
    tree = parsed(path)
    for_types = {n for block in ast.walk(tree) if is_type_checking(block) for n in ast.walk(block)}
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - (node.level - 1)]
                target = base + (node.module.split(".") if node.module else [])
            elif node.module and node.module.split(".")[0] == "tensorgrad":
                target = node.module.split(".")[1:]
            else:
                continue
            for alias in node.names:
                deeper = PACKAGE.joinpath(*target, alias.name)
                is_module = deeper.is_dir() or deeper.with_suffix(".py").exists()
                yield node.lineno, [*target, alias.name] if is_module else target
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "tensorgrad":
                    yield node.lineno, alias.name.split(".")[1:]


def is_type_checking(node):
    """Return whether ``node`` is ``if TYPE_CHECKING:``, which never runs."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room(names):
    """Return the room that a module, given as ``["draw", "text", "names"]``, lies in."""
    found = [".".join(names[:i]) for i in range(len(names), 0, -1) if ".".join(names[:i]) in ROOMS]
    assert found, f"tensorgrad/{'/'.join(names)} lies in no room: add it to ROOMS"
    return found[0]


def functions(path):
    for node in ast.walk(parsed(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def code_lines(node):
    """Return how many lines a function takes without its docstring."""
    body = node.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return node.end_lineno - body[0].lineno + 2 if body else 1


@pytest.mark.parametrize("path", [f for f in FILES if parts(f)], ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_go_down(path):
    mine = ROOMS.index(room(parts(path)))
    for line, target in imported(path):
        assert target, f"{path.name}:{line} imports the whole package from inside it"
        assert ROOMS.index(room(target)) <= mine, f"{path.name}:{line} imports up, from {'.'.join(target)}"


def test_every_folder_is_a_room_of_a_dozen_files():
    folders = [f.parent for f in FILES if f.name == "__init__.py" and f.parent != PACKAGE]
    assert {".".join(f.relative_to(PACKAGE).parts) for f in folders} <= set(ROOMS)
    crowded = {f.name: n for f in folders if (n := len(list(f.glob("*.py")))) > 13}  # twelve, and __init__.py
    assert crowded == CROWDED


def test_the_tests_mirror_the_rooms():
    rooms = {name.partition(".")[0] for name in ROOMS}
    folders = {path.parent.name for path in TESTS.glob("*/test_*.py")}
    assert rooms - folders == set(UNTESTED), "give each room tests/ROOM/test_*.py"
    assert folders - rooms == ALL_OF_IT


def test_the_tests_of_a_room_within_a_room_lie_in_a_folder_within():
    inner = {name for name in ROOMS if "." in name}
    without = {name for name in inner if not [*TESTS.joinpath(*name.split(".")).glob("test_*.py")]}
    assert without == set(TESTED_TOGETHER)


def test_the_name_of_a_file_of_tests_is_its_own():
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert [name for name in names if names.count(name) > 1] == []


def test_a_files_name_is_its_own():
    names = [f.stem for f in FILES if f.stem not in ("__init__", "base")]
    assert [name for name in names if names.count(name) > 1] == []


def test_there_is_no_import_cycle():
    graph = {".".join(parts(f)): set() for f in FILES if parts(f)}
    for f in FILES:
        for _, target in imported(f) if parts(f) else ():
            name = ".".join(target)
            if name != ".".join(parts(f)) and not ".".join(parts(f)).startswith(name + "."):
                graph[".".join(parts(f))].add(name)
    done, path = set(), []

    def walk(name):
        assert name not in path, f"import cycle: {' -> '.join([*path[path.index(name) :], name])}"
        if name in done:
            return
        path.append(name)
        for target in sorted(graph.get(name, ())):
            walk(target)
        done.add(path.pop())

    for name in graph:
        walk(name)


@pytest.mark.parametrize("path", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path):
    text = path.read_text()
    assert text.count("\n") <= 400, f"{path.name} has {text.count(chr(10))} lines"
    for f in functions(path):
        name = f"{path.relative_to(PACKAGE)}:{f.name}"
        if name not in LONG:
            assert code_lines(f) <= 40, f"{name} has {code_lines(f)} lines"
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)


@pytest.mark.parametrize("path", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_classes_stay_small(path):
    classes = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
    assert {c.name: n for c in classes if (n := c.end_lineno - c.lineno + 1) > 150} == {}


def test_every_exception_to_the_limit_is_needed():
    long = {f"{p.relative_to(PACKAGE)}:{f.name}" for p in FILES for f in functions(p) if code_lines(f) > 40}
    assert long == set(LONG)


@pytest.mark.parametrize("path", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(parsed(path)), "no module docstring"


def test_importing_tensorgrad_imports_numpy_and_the_standard_library_only():
    probe = "import sys, numpy; before = set(sys.modules); import tensorgrad; print(*(set(sys.modules) - before))"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    roots = {name.split(".")[0] for name in out.stdout.split()} - set(sys.stdlib_module_names)
    assert roots - {"numpy"} == {"tensorgrad"}  # NumPy imports some of its own modules when they are first used
    assert not {"inspect", "dataclasses", "unittest", "doctest"} & set(out.stdout.split()), "slow to import"
