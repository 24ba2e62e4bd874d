"""No module holds state but constants, registries, and variables of a context; what else there is has its reason here.

A module-level name that a function changes is state: two threads, two models or two tests share it. This file finds
each such name in the source, so that a new one is a decision.
"""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "tensorgrad"

#: Registries: filled where a class or an op is defined, read ever after.
REGISTRIES = {"core/op.py:REGISTRY", "core/dispatch.py:NUMPY", "layers/base.py:CLASSES"}

#: What a function changes beside them, each with its reason.
STATE = {
    "config.py:_settings": "set_floatx and set_epsilon: what Keras has, one for the whole process",
    "seeding.py:_root": "set_random_seed: what Keras has, one for the whole process",
    "seeding.py:_state": "the RandomState of tensorgrad.numpy.random: NumPy has one for the whole process",
    "ops/assignment.py:HELD_ONCE": "measured once: how many references Python counts where nobody else has one",
    "ops/assignment.py:last_write": "the numbers of the latest write: whether anything was computed since",
    "compile/guards/generators.py:_root": "the same generator, put back after a function has run twice",
    "core/number.py:_sites": "a cache: what a line of source was found to do with a number",
    "graph/observer.py:OPEN": "who observes: empty unless somebody does; of all threads, since one of them may compute",
    "graph/observer.py:_lock": "guards OPEN; a process that was forked makes its own",
    "interrupts.py:_signals": "local to a thread: whether an interrupt waits until a write is whole",
    "tracking.py:newest_change": "a counter: the number of the latest change to any object that counts its changes",
}

#: Counters and caches made by a call at module level: only these functions may keep something there.
COUNTERS = {"core/tensor.py:tick", "tracking.py:_numbers"}

WRITES = {
    "add", "append", "appendleft", "cache_clear", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft",
    "remove", "setdefault", "update",
}  # fmt: skip


def names_of_module(tree):
    """Return the names that a module's own statements bind, imports from our modules included."""
    found, contexts = set(), set()
    for statement in tree.body:
        inside = ast.walk(statement) if isinstance(statement, (ast.If, ast.Try)) else [statement]
        for node in inside:
            if isinstance(node, ast.ImportFrom) and node.level:
                found |= {alias.asname or alias.name for alias in node.names}
            for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
                names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)} if target else set()
                found |= names
                value = getattr(node, "value", None)
                if isinstance(value, ast.Call) and getattr(value.func, "id", None) == "ContextVar":
                    contexts |= names
    return found - contexts


def functions(tree):
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))]


def names_of_function(function):
    """Return the names that are local to a function, and those that it declares global."""
    a = function.args
    given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    local, shared = {x.arg for x in given}, set()
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            shared |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node is not function:
            local.add(node.name)
    return local - shared, shared


def written_in(function, names):
    """Yield each of ``names`` that ``function`` writes into."""
    for node in ast.walk(function):
        target = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            target = node.func.value
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            target = node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "next" and node.args:
            target = node.args[0]
        if isinstance(target, ast.Name) and target.id in names:
            yield target.id


def state(tree):
    """Return the module-level names that functions of a module write into or bind anew."""
    found = set()
    for function in functions(tree):
        local, shared = names_of_function(function)
        found |= shared | set(written_in(function, names_of_module(tree) - local))
    return found


def counters(tree):
    """Return the module-level names of an iterator's next step, ``count().__next__``."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.value, "attr", None) == "__next__"
        for target in node.targets
    }


def of_all_modules(find):
    return {
        f"{path.relative_to(PACKAGE)}:{name}"
        for path in PACKAGE.rglob("*.py")
        for name in find(ast.parse(path.read_text()))
    }


def test_every_state_of_a_module_has_its_reason():
    assert of_all_modules(state) == REGISTRIES | set(STATE)
    assert of_all_modules(counters) == COUNTERS


def test_this_file_finds_state():
    module = ast.parse(
        "import numpy as np\n"
        "from .op import TABLE\n"
        "cache, seen, count, flag, order = {}, set(), iter(()), 0, ContextVar('order')\n"
        "mode = ContextVar('mode')\n"
        "def f(x):\n    cache[x] = 1\n    mode.set(x)\n    local = []\n    local.append(x)\n"
        "def g(x, seen=None):\n    seen.add(x)\n    return next(count), TABLE.pop(x)\n"
        "def h():\n    global flag\n    flag = 1\n    return lambda k: seen.discard(k)\n"
    )
    assert state(module) == {"cache", "count", "TABLE", "flag", "seen"}
