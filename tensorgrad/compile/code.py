"""What a function's code tells: the names it looks up, whose it is, and what it asks that no guard can follow."""

import builtins
import importlib
import sys
from dis import get_instructions
from functools import lru_cache
from itertools import pairwise
from types import CodeType, FunctionType

PACKAGE = __package__.partition(".")[0]
GLOBALS = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"}
ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "STORE_ATTR"}
#: What these give depends on more than on their arguments, and what that is cannot be seen.
UNSEEN = {
    eval: "looks up what a text names, by eval()", exec: "runs a text, by exec()",
    globals: "looks up names in globals()", input: "asks by input()", __import__: "imports by __import__()",
    importlib.import_module: "imports by import_module()",
}  # fmt: skip
#: What these give of an array differs from what they give of one that stands for it.
IDENTITY = {
    type: "compares type(x): use isinstance(x, ...)", id: "asks id(x): compare by a name of your own",
}  # fmt: skip
#: Names of what is an object's own, of which nothing stands for another.
OWN = {"self", "cls"}


@lru_cache(4096)
def users(module):
    """Return whether a module is the user's own: none of Python's, of installed packages or of this library."""
    top = str(module).partition(".")[0]
    if top in (PACKAGE, "numpy", "builtins") or top in sys.stdlib_module_names - {"__main__"}:
        return False
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return "site-packages" not in file and "dist-packages" not in file


def ours(value):
    """Return whether a value is a function or a class of this library's, of NumPy's, or of an installed package."""
    module = getattr(value, "__module__", None)
    return isinstance(value, (FunctionType, type)) and isinstance(module, str) and not users(module)


@lru_cache(4096)
def names_in(code):
    """Return the names of globals, of attributes and of modules in code, that of inner functions included."""
    found, attributes, imported = {}, {}, {}
    for instruction in get_instructions(code):
        name = instruction.opname
        if name in GLOBALS:
            found[instruction.argval] = None
        elif name in ATTRIBUTES:
            attributes[instruction.argval] = None
        elif name == "IMPORT_NAME":
            imported[instruction.argval] = None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            for mine, inner in zip((found, attributes, imported), names_in(constant), strict=True):
                mine.update(dict.fromkeys(inner))
    return tuple(found), tuple(attributes), tuple(imported)


def unseen(function):
    """Return what a function does that no guard can follow, a list of phrases.

    >>> unseen(lambda x: eval("K") * x)
    ['looks up what a text names, by eval()']
    >>> unseen(lambda x: type(x) is int), unseen(lambda self: type(self) is int), unseen(lambda x: type(x).__name__)
    (['compares type(x): use isinstance(x, ...)'], [], [])
    >>> unseen(lambda x: isinstance(x, type) or f"{type(x.a[0]).__name__}")
    []
    """
    space = function.__globals__
    found = [UNSEEN[value] for name in names_in(function.__code__)[0]
             if (value := hashable(space.get(name, vars(builtins).get(name)))) in UNSEEN]  # fmt: skip
    asked = [space.get(name, vars(builtins).get(name)) for name in asked_of_others(function.__code__)]
    return [*found, *[IDENTITY[value] for value in map(hashable, asked) if value in IDENTITY]]


def hashable(value):
    """Return a value that can be looked up in a set, else None."""
    return value if isinstance(value, type) or (callable(value) and getattr(type(value), "__hash__", None)) else None


@lru_cache(4096)
def compares(code):
    """Return whether code compares two things by ``is``, other than with None and its like.

    >>> compares((lambda x, w: x is w).__code__), compares((lambda x: x is None or x is not True).__code__)
    (True, False)
    """
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    pairs = pairwise(get_instructions(code))
    return any(b.opname == "IS_OP" and a.opname != "LOAD_CONST" for a, b in pairs) or any(map(compares, inner))


@lru_cache(4096)
def asked_of_others(code):
    """Return the names, of those that are ``type`` or ``id`` by default, called on what is no object's own.

    What only names the class, ``type(x).__name__``, does not count, nor does ``isinstance(x, type)``.
    """
    found = []
    steps = [step for step in get_instructions(code) if step.opname not in ("PRECALL", "CACHE", "PUSH_NULL")]
    for at, step in enumerate(steps[:-1]):
        called = step.opname == "LOAD_GLOBAL" and step.arg & 1  # else it is no more than a value
        if not called or step.argval not in ("type", "id") or steps[at + 1].argval in OWN:
            continue
        call = next((i for i in range(at + 1, len(steps) - 1) if steps[i].opname == "CALL"), at)
        after = steps[call + 1]
        if after.opname != "LOAD_ATTR" or after.argval not in ("__name__", "__qualname__"):
            found.append(step.argval)
    return tuple(found) + tuple(
        [name for c in code.co_consts if isinstance(c, CodeType) for name in asked_of_others(c)]
    )
