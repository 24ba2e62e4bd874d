"""The source of a function as text, and a function from text."""

import linecache

import numpy as np


def source_of(function):
    """Return the source of a function."""
    from inspect import getsource  # 5 ms of import

    return getsource(function).rstrip()


def planted(task, bug):
    """Return the source and the function of a task's backward with a bug in it."""
    source = source_of(task.backward).replace(bug.old, bug.new)
    return source, function_from(source, f"<bug in {task.name}>")


def function_from(source, filename):
    """Return the function that ``source`` defines; tracebacks show its lines under ``filename``."""
    names = {"np": np}
    exec(compile(source, filename, "exec"), names)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return next(value for key, value in names.items() if key not in ("np", "__builtins__"))
