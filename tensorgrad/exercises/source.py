"""Get the source of a function, and make a function from source."""

import linecache

import numpy as np


def function_source(function):
    """Return the source of a function."""
    from inspect import getsource  # 5 ms of import

    return getsource(function).rstrip()


def plant_bug(task, bug):
    """Return the source and the function of a task's backward with a bug in it."""
    source = function_source(task.backward).replace(bug.old, bug.new)
    return source, compile_function(source, f"<bug in {task.name}>")


def compile_function(source, filename):
    """Return the function that ``source`` defines; tracebacks show its lines under ``filename``."""
    names = {"np": np}
    exec(compile(source, filename, "exec"), names)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return next(value for key, value in names.items() if key not in ("np", "__builtins__"))
