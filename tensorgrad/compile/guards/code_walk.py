"""The walk through code: the globals, the enclosing variables, the defaults and the modules that functions use."""

import builtins
import os
import sys
import types

from .function_code import (
    compares_identity,
    is_identity_operator,
    is_reflective,
    is_user_module,
    names_in,
    owner_of_module,
    reads_clock,
    unguardable_phrase,
    unguardable_phrases,
)
from .kinds import BOUND, AllNames, is_dunder, module_of
from .object_walk import walk_attributes
from .watched_places import ClosureCell, DictEntry, FunctionDefinition, ImportedModule


def walk_function(reach, f, path):
    """Walk through what a function of the user's uses: its defaults, enclosing variables, globals and imports."""
    if hasattr(f, "__wrapped__"):
        reach.walk(f.__wrapped__, path)
    if not is_user_module(f.__module__) and owner_of_module(f.__module__) != "python":
        return
    for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
        walk_cell(reach, cell, name)
    if not is_user_module(f.__globals__.get("__name__", "")):  # a wrapper of this library's that bears the user's name
        return
    reach.functions.append(f)
    note_unwatchable(reach, f)
    reach.loose.append(FunctionDefinition(f, path))
    walk_attributes(reach, f, path, reach.loose)
    for default in (*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()):
        reach.walk(default, f"a default of {path}")
    names, _, imported = names_in(f.__code__)
    for name in names:
        walk_global(reach, f.__globals__, name, name)
    for level, name in imported:
        walk_imports(reach, f, level, name)


def note_unwatchable(reach, f):
    """Note what a function does that no guard can follow, and whether it compares by ``is``."""
    if is_dunder(f.__name__) and f.__name__ not in ("__call__", "__getattr__", "__missing__"):
        return  # such as ``__eq__``, which compares types and hardly ever runs
    reach.unseen += [f"{phrase}, in {f.__name__}" for phrase in unguardable_phrases(f)]
    reach.compares = reach.compares or compares_identity(f.__code__)


def walk_imports(reach, f, level, name):
    """Walk through the modules that a function imports when it runs, if they have been imported."""
    package = f.__globals__.get("__package__") or ""
    base = package.rsplit(".", level - 1)[0] if level else ""
    full = ".".join(filter(None, (base, name)))
    parts = full.split(".")
    for i in range(1, len(parts) + 1):
        found = ".".join(parts[:i])
        reach.loose.append(ImportedModule(found))
        if found in sys.modules:
            reach.walk(sys.modules[found], found)


def walk_cell(reach, cell, name):
    """Watch an enclosing variable, and walk through its value."""
    if id(cell) not in reach.met:
        reach.met[id(cell)] = cell
        place = ClosureCell(cell, name)
        reach.loose.append(place)
        reach.walk(place.value, name)


def walk_global(reach, mapping, key, path):
    """Watch a global, a builtin, or an attribute of a module of the user's, and walk through its value."""
    if (id(mapping), key) in reach.met:
        return
    reach.met[id(mapping), key] = mapping
    if key not in mapping:  # a builtin, or one that may be defined later
        reach.bindings.add(mapping, key, path)
        if key in vars(builtins):
            reach.bindings.add(vars(builtins), key, path)
        return
    value = mapping[key]
    if isinstance(value, (types.ModuleType, types.FunctionType, type, *BOUND)) and not is_user_module(module_of(value)):
        note_library(reach, value, path)
        reach.bindings.add(mapping, key, path)
    else:
        reach.loose.append(DictEntry(mapping, key, path))
    reach.walk(value, path)


def note_library(reach, value, path):
    """Note what follows from the use of something of Python's, of NumPy's or of an installed package's."""
    if phrase := unguardable_phrase(value):
        reach.unseen.append(f"{phrase}, {path}")
    if isinstance(value, type) and reads_clock(value, reach.literal):
        reach.unseen.append(f"reads a clock, {path}")
    if value is os.getenv:
        reach.walk(os.environ, "os.environ")
    reach.compares = reach.compares or is_identity_operator(value)
    reach.reflective = reach.reflective or is_reflective(value)
    if owner_of_module(module_of(value)) == "installed":
        reach.reflective = True  # it may look at all that it is given


def walk_module(reach, module, path):
    """Walk through the attributes of a module whose names stand in code."""
    own = vars(module)
    if is_user_module(module.__name__):
        absent = {"hasattr", "getattr", "AttributeError"} & reach.literal
        wanted = {*own, *reach.literal} if isinstance(reach.names, AllNames) else reach.literal
        for name in [name for name in wanted if name in own or absent]:
            walk_global(reach, own, name, f"{path}.{name}")
        reach.walk(own.get("__getattr__"), f"{path}.__getattr__")
        return
    if module is sys and "modules" in reach.literal:
        reach.unseen.append("looks up modules in sys.modules")
    for name in [name for name in reach.literal if name in own]:
        value = own[name]
        reach.bindings.add(own, name, f"{path}.{name}")
        note_library(reach, value, f"{path}.{name}")
        if isinstance(value, (types.ModuleType, list, dict, type(os.environ))) and value is not sys.modules:
            reach.walk(value, f"{path}.{name}")
