"""Names: functions are verbs, or nouns for what they return; one name means one thing; structures have one walker."""

import ast
import collections
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tensorgrad"
FILES = sorted(PACKAGE.rglob("*.py"))

#: Words in -ed that are verbs or nouns.
NO_PARTICIPLES = {"bed", "embed", "exceed", "feed", "need", "proceed", "seed", "shed", "speed", "succeed", "unembed"}

#: Participles of irregular verbs that are not the verb itself, as ``cast`` and ``split`` are.
IRREGULAR = {
    "begun", "bound", "broken", "built", "chosen", "done", "drawn", "driven", "eaten", "fallen", "found", "given",
    "gone", "grown", "held", "hidden", "kept", "known", "laid", "left", "lost", "made", "meant", "met", "said", "seen",
    "sent", "shown", "spent", "spoken", "stood", "struck", "sworn", "taken", "taught", "thought", "thrown", "told",
    "torn", "understood", "undone", "won", "worn", "written",
}  # fmt: skip

#: Names that several files define on purpose, each with its reason.
SHARED = {
    "binary_crossentropy": "a loss of Keras's, which takes a mean, and keras.ops's, which takes none",
    "cast": "keras.ops's, and a step of a compiled program",
    "categorical_crossentropy": "a loss of Keras's, which smooths labels, and keras.ops's, which does not",
    "clip": "NumPy's, and with the names of the Array API standard",
    "cond": "NumPy's condition number, and keras.ops's branch",
    "gelu": "an activation of Keras's is exact, and keras.ops's is not",
    "get": "Keras has one in each package",
    "get_item": "keras.ops's, and how a trace reads an entry",
    "linear": "an activation of Keras's, and the declarer of linear ops",
    "sort": "NumPy's, and in descending order as the Array API standard has it",
    "sparse_categorical_crossentropy": "a loss of Keras's, which ignores a class, and keras.ops's, which does not",
}

#: Files whose functions are what a learner writes by hand: ``relu`` in an exercise is not ours.
EXERCISES = "exercises/tasks/"


def parse(path):
    return ast.parse(path.read_text())


def place(path):
    return str(path.relative_to(PACKAGE))


def is_participle(name):
    word = name.strip("_")
    if "_" in word:
        return False
    return word in IRREGULAR or (word.endswith("ed") and word not in NO_PARTICIPLES)


def is_property(function):
    """Return whether a method is read as an attribute: ``layer.built``."""
    return any(getattr(d, "id", getattr(d, "attr", "")) in ("property", "cached_property", "setter")
               for d in function.decorator_list)  # fmt: skip


def functions(path):
    return [n for n in ast.walk(parse(path)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


@pytest.mark.parametrize("path", FILES, ids=place)
def test_no_function_is_a_bare_participle(path):
    bare = [f"{f.name}:{f.lineno}" for f in functions(path) if is_participle(f.name) and not is_property(f)]
    assert bare == [], "name a function by a verb, or by a noun for what it returns"


def test_a_participle_is_told_from_a_verb():
    assert [*filter(is_participle, ("explained", "told", "_named", "named_leaves", "seed", "cast", "run"))] == [
        "explained", "told", "_named",
    ]  # fmt: skip


def test_a_name_is_defined_once():
    where = collections.defaultdict(set)
    for path in FILES:
        for node in parse(path).body if EXERCISES not in place(path) else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                where[node.name].add(place(path))
    again = {name: sorted(files) for name, files in where.items() if len(files) > 1 and not name.startswith("__")}
    again.pop("_", None)  # the rule of an op that nobody calls by name
    assert {name: files for name, files in again.items() if name not in SHARED} == {}
    assert set(SHARED) <= set(again), "these names are defined once now: take them out"


#: The types of nested structures: a function that asks for all of these walks one by hand.
CONTAINERS = {"list", "tuple", "dict"}

#: Functions that ask for lists, tuples and dicts and are no walkers, each with its reason.
ASKERS = {
    "backward.py:conjugate_gradient": "the cotangents of several outputs are a list",
    "options.py:config_value": "what a config in JSON may hold; lies below pytree",
    "core/number.py:name_at": "walks the syntax of a line, not a structure",
    "ops/arrangement.py:depth_of": "np.block means lists by their nesting, and arrays by none",
    "ops/indexing.py:plain_index": "an index is a tuple of parts, of which a list is an array",
    "layers/weights.py:gather_parts": "finds layers and weights in attributes, each once",
    "compile/call_structure.py:flatten": "makes the exact, hashable key of a call, on its hot path",
    "compile/call_structure.py:unflatten": "the inverse of flatten",
    "compile/guards/function_code.py:names_in": "walks code objects in constants",
    "compile/guards/generators.py:comparable_state": "a generator's state, as NumPy nests it",
    "compile/ir/program.py:argument_text": "writes an argument as source",
    "compile/trace/tracer.py:stand_ins_of_result": "what a NumPy function returned, as stand-ins",
}


def containers_asked(function):
    """Return which types of containers ``function`` asks for by ``isinstance``."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "isinstance" and len(node.args) == 2:
            found |= {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)} & CONTAINERS
    return found


def calls_itself(function):
    return any(isinstance(n, ast.Call) and getattr(n.func, "id", None) == function.name for n in ast.walk(function))


def test_structures_have_one_walker():
    """A function that asks for containers and calls itself is a walker: ``pytree.py`` has the one there is."""
    walkers = {
        f"{place(path)}:{f.name}"
        for path in FILES
        if place(path) != "pytree.py"
        for f in functions(path)
        if containers_asked(f) and calls_itself(f)
    }
    assert walkers == set(ASKERS)
