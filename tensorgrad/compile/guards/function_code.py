"""The code of a function: the names it looks up, who wrote it, and the calls that no guard can follow."""

import builtins
import copy
import dataclasses
import datetime
import decimal
import importlib
import operator
import re
import sys
import sysconfig
import threading
import time
from dis import get_instructions
from functools import lru_cache
from itertools import pairwise
from types import CodeType
from typing import Any

import numpy as np

PACKAGE = __package__.partition(".")[0]
GLOBALS = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"}
ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "STORE_ATTR", "DELETE_ATTR", "LOAD_SUPER_ATTR"}
CLOCKS = (time.time, time.time_ns, time.monotonic, time.monotonic_ns, time.perf_counter, time.perf_counter_ns,
          time.process_time, time.localtime, time.gmtime, time.strftime)  # fmt: skip
#: The results of these depend on more than their arguments, and no guard can see on what.
UNSEEN: dict[Any, str] = {
    eval: "looks up what a text names, by eval()", exec: "runs a text, by exec()",
    globals: "looks up names in globals()", input: "asks by input()", __import__: "imports by __import__()",
    importlib.import_module: "imports by import_module()", threading.current_thread: "asks for the thread it runs in",
    **dict.fromkeys(CLOCKS, "reads a clock"),
    **dict.fromkeys((threading.get_ident, threading.active_count), "asks for the threads there are"),
    **dict.fromkeys((np.geterr, np.get_printoptions, decimal.getcontext), "asks for settings of its thread"),
}  # fmt: skip
#: These give something else for an array than for its stand-in.
IDENTITY = {
    type: "compares type(x): use isinstance(x, ...)", id: "asks id(x): compare by a name of your own",
}  # fmt: skip
#: Names of arguments that are objects of the user's own class, never stand-ins.
OWN = {"self", "cls"}
#: Code with one of these names may look at any attribute.
REFLECTIVE = {"getattr", "setattr", "delattr", "hasattr", "vars", "__dict__", "attrgetter", "methodcaller", "asdict",
              "astuple", "fields", "replace", "copy", "deepcopy", "dumps", "__getattribute__", "__reduce__",
              "__reduce_ex__"}  # fmt: skip
LOOKERS = (getattr, setattr, delattr, hasattr, vars, copy.copy, copy.deepcopy, dataclasses.asdict, dataclasses.astuple,
           dataclasses.fields, dataclasses.replace)  # fmt: skip
STANDARD = tuple({sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib")})
#: Bits of ``co_flags``, and what a call of such a function gives.
LATER = {0x20: "a generator", 0x80: "a coroutine", 0x200: "an asynchronous generator"}


@lru_cache(4096)
def is_user_module(module):
    """Return whether the module of this name is the user's: not Python's, not an installed package's, not ours."""
    return owner_of_module(module) == "user"


@lru_cache(4096)
def owner_of_module(module):
    """Return whose the module of this name is: ``"ours"`` (or NumPy's), ``"python"``, ``"installed"`` or ``"user"``."""
    name = str(module)
    if name.partition(".")[0] in (PACKAGE, "numpy"):
        return "ours"
    found = sys.modules.get(module)
    file = getattr(found, "__file__", None)
    if file is None:  # built in, or made by hand
        standard = name.partition(".")[0] in {*sys.stdlib_module_names, "builtins"} - {"__main__"}
        return "python" if standard else "user"
    if "site-packages" in file or "dist-packages" in file:
        return "installed"
    return "python" if file.startswith(STANDARD) else "user"


WORD = re.compile(r"[^\W\d]\w*")
#: Operations by which Python calls a method whose name does not stand in the code.
IMPLIED = {"FORMAT_VALUE": "format", "FORMAT_SIMPLE": "format", "CONVERT_VALUE": "format", "COMPARE_OP": "==",
           "CONTAINS_OP": "=="}  # fmt: skip


@lru_cache(4096)
def names_in(code):
    """Return the names of globals, of attributes, and ``(level, name)`` of imports in code and inner functions.

    The names of attributes include strings that could be one, as in ``getattr(x, "rate")``, ``"format"`` where the code
    formats something, and ``"=="`` where it compares.
    """
    found: dict = {}
    attributes: dict = {}
    imported: dict = {}
    levels = [0, 0]
    for instruction in get_instructions(code):
        name = instruction.opname
        if name in GLOBALS:
            found[instruction.argval] = None
        elif name in ATTRIBUTES:
            attributes[instruction.argval] = None
        elif name == "IMPORT_NAME":
            imported[levels[-2] if isinstance(levels[-2], int) else 0, instruction.argval] = None
        elif name in IMPLIED or (name == "BINARY_OP" and instruction.argrepr.startswith("%")):
            attributes[IMPLIED.get(name, "format")] = None
        elif name in ("LOAD_CONST", "LOAD_SMALL_INT"):
            levels.append(instruction.argval)
            texts = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
            for text in [text for text in texts if isinstance(text, str)]:
                attributes.update(dict.fromkeys(WORD.findall(text) if "{" in text else [text] * text.isidentifier()))
    for inner in inner_code(code):
        for mine, others in zip((found, attributes, imported), names_in(inner), strict=True):
            mine.update(dict.fromkeys(others))
    return tuple(found), tuple(attributes), tuple(imported)


def inner_code(code):
    """Return the code of the functions defined inside."""
    return [part for part in code.co_consts if isinstance(part, CodeType)]


def unguardable_phrases(function):
    """Return phrases that say what a function does that no guard can follow.

    >>> unguardable_phrases(lambda x: eval("K") * x)
    ['looks up what a text names, by eval()']
    >>> unguardable_phrases(lambda x: type(x) is int)
    ['compares type(x): use isinstance(x, ...)']
    >>> unguardable_phrases(lambda self: type(self) is int), unguardable_phrases(lambda x: type(x).__name__)
    ([], [])
    >>> unguardable_phrases(lambda x: isinstance(x, type) or f"{type(x.a[0]).__name__}")
    []
    """
    code, space = function.__code__, function.__globals__
    found = [
        phrase
        for name in names_in(code)[0]
        if (phrase := unguardable_phrase(space.get(name, vars(builtins).get(name))))
    ]
    asked = [space.get(name, vars(builtins).get(name)) for name in identity_calls(code)]
    return found + [IDENTITY[value] for value in asked if value is type or value is id]


def reads_clock(value, names):
    """Return whether ``value`` is a class of dates and the code asks it for the present date."""
    return value in (datetime.datetime, datetime.date) and not {"now", "today", "utcnow"}.isdisjoint(names)


def unguardable_phrase(value):
    """Return the phrase for a call of ``value``, if no guard can follow that, else None."""
    return next((phrase for function, phrase in UNSEEN.items() if value is function), None)


def deferred_result_kind(function):
    """Return ``"a generator"`` or ``"a coroutine"`` if a call of the function gives one, else None."""
    flags = function.__code__.co_flags
    return next((what for flag, what in LATER.items() if flags & flag), None)


@lru_cache(4096)
def compares_identity(code):
    """Return whether code compares two things by ``is``, other than with a constant such as None.

    >>> compares_identity((lambda x, w: x is w).__code__)
    True
    >>> compares_identity((lambda x: x is None or x is not True).__code__)
    False
    """
    steps, inner = pairwise(get_instructions(code)), inner_code(code)
    return any(b.opname == "IS_OP" and a.opname != "LOAD_CONST" for a, b in steps) or any(map(compares_identity, inner))


def is_reflective(value):
    """Return whether ``value`` is a function that looks up attributes by names it gets, or all attributes."""
    return any(value is function for function in LOOKERS)


def is_identity_operator(value):
    """Return whether ``value`` is ``operator.is_`` or ``operator.is_not``."""
    return value is operator.is_ or value is operator.is_not


@lru_cache(4096)
def identity_calls(code):
    """Return ``"type"`` or ``"id"`` for each call of one, other than on ``self`` or ``cls``.

    ``type(x).__name__``, which only names the class, does not count, nor does ``isinstance(x, type)``.
    """
    is_method = "." in code.co_qualname.rpartition(">.")[2]
    own = {*OWN, *code.co_varnames[:1]} if is_method else OWN  # whatever its name is
    found = []
    steps = [step for step in get_instructions(code) if step.opname not in ("PRECALL", "CACHE", "PUSH_NULL")]
    for at, step in enumerate(steps[:-1]):
        called = step.opname == "LOAD_GLOBAL" and (step.arg or 0) & 1  # else it is no more than a value
        if not called or step.argval not in ("type", "id") or steps[at + 1].argval in own:
            continue
        call = next((i for i in range(at + 1, len(steps) - 1) if steps[i].opname == "CALL"), at)
        after = steps[call + 1]
        if after.opname != "LOAD_ATTR" or after.argval not in ("__name__", "__qualname__"):
            found.append(step.argval)
    return (*found, *[name for inner in inner_code(code) for name in identity_calls(inner)])
