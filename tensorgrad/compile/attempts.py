"""Attempts: whether a model's function can become a program, and if not, why, in words for the user."""

import sys
import traceback
import warnings
from contextlib import contextmanager

from ..errors import TraceError, UncompiledWarning, printable_text
from ..graph.code import is_user_frame
from ..graph.origins import line_of as file_line
from .ir.program import Call

#: Why a function has no program if it does what no guard can follow.
NO_GUARD = "that may be something else at each call, unseen by a program"


class Unsettled(Exception):
    """A trace changed what its program would freeze. ``changes``: ``{path: (what the call does, the remedy)}``."""

    def __init__(self, changes):
        first = list(changes.values())[:3]
        more = f", and {len(changes) - len(first)} more" if len(changes) > len(first) else ""
        does, remedies = ", ".join(does for does, _ in first), dict.fromkeys(remedy for _, remedy in first)
        super().__init__(f"{does}{more} at every call, which a program would do once; {'; '.join(remedies)}")
        self.changes = changes


class CompilerFault(Exception):
    """A trace went well, but the compiler failed to make a program of it: a fault of ours."""


class Attempts:
    """Whether a function can have programs, as far as its traces so far have shown.

    reason: why it runs without programs from now on; None while it may have some
    silent: give up without a warning

    A first call may make something that later calls find. So a function that changes what a program would freeze runs
    as it is, and its next call is traced again; what changes again changes at every call.
    """

    def __init__(self, silent=False):
        self.reason, self.silent = None, silent
        self.changing = set()

    def run(self, write, eager, guards):
        """Return ``write()``, which traces; if that fails, put back what it changed and return ``eager()``."""
        guards.watch()
        if guards.unseen:
            seen = printable_text(guards.unseen[0])
            self.reason = f"this model runs without a compiled program, more slowly: it {seen}; {NO_GUARD}"
            warnings.warn(self.reason, UncompiledWarning, stacklevel=user_stacklevel())
            return eager()
        try:
            found = write()
        except Exception as error:  # whatever stopped the trace, the eager run decides
            guards.restore()
            found = eager()  # raises an error of the user's own again, as they know it
            self.settle(error, guards)
        except BaseException:  # Ctrl-C
            guards.restore()
            raise
        else:
            self.changing.clear()
        return found

    def settle(self, error, guards):
        """Let the function be traced again, or give up and say why."""
        if isinstance(error, Unsettled):
            changes = error.changes
        else:  # whether generators have moved on says nothing about the next call
            changes = dict.fromkeys(guards.changed_paths({id(place.generator) for place in guards.generators}))
        if not isinstance(error, CompilerFault) and changes.keys() - self.changing:
            self.changing.update(changes)
            return
        self.reason = reason_text(error)
        if isinstance(error, CompilerFault) or not self.silent:
            warnings.warn(self.reason, UncompiledWarning, stacklevel=user_stacklevel())


def check_settled(guards, trace, names):
    """Raise Unsettled if a trace changed what its program freezes.

    names: the names of the roots of ``guards``, such as ``"layer 'noisy'"``
    """
    if trace.raised is not None:
        raise TraceError("a layer or the loss handles an error of NumPy's, which a program cannot") from trace.raised
    guards.loose += trace.noted
    paths = guards.changed_paths(trace.rollback.generators)
    if paths:
        drawn = {place.path for place in guards.generators}
        raise Unsettled({path: change_text(path, names, path in drawn) for path in paths})


def change_text(path, names, drawn):
    """Return how a call changes what lies at ``path``, and what to do instead.

    >>> change_text("layer 'noisy'.calls", ["layer 'noisy'"], False)[0]
    "layer 'noisy' changes its attribute calls"
    """
    owner = max((name for name in names if path.startswith((f"{name}.", f"{name}["))), key=len, default="")
    inside = path[len(owner) :].lstrip(".")
    if drawn:
        return f"{owner or 'a call'} draws from {inside}", "draw with tensorgrad.ops.random.uniform_like"
    does = f"{owner} changes its attribute {inside}" if owner else f"a call changes {inside}"
    return does, "keep it in a Tensor, and write into its .data"


@contextmanager
def convert_faults():
    """Raise any error in the block, where a program is written, as a CompilerFault: it is not the user's."""
    try:
        yield
    except TraceError:
        raise
    except Exception as error:  # of any pass
        raise CompilerFault(fault_text(error)) from error


def reason_text(error):
    """Return why a model has no programs, a sentence."""
    if isinstance(error, CompilerFault):
        return f"this model runs without a compiled program, more slowly: {error}"
    if isinstance(error, TraceError):
        return f"this model trains without a compiled program, more slowly: {error}"
    if isinstance(error, Unsettled):
        return (
            f"this model runs without a compiled program, more slowly: {error}; "
            "or write compile(run_eagerly=True), and nothing is said"
        )
    return f"this model trains without a compiled program, more slowly: {trace_error_text(error)}"


def trace_error_text(error):
    """Return why there is no program, after an error that only the trace raised."""
    return (
        f"{error_line(error)}what is done here can be done with an array but not with what stands for one while a "
        "program is written; use a function of NumPy's instead"
    )


def error_line(error):
    """Return ``"model.py:12: "``, the user's line that raised ``error``, "" if there is none."""
    entries = traceback.walk_tb(error.__traceback__)
    lines = [f"{file_line(frame.f_code, number)}: " for frame, number in entries if is_user_frame(frame)]
    return lines[-1] if lines else ""


def fault_text(error):
    """Return what the user is to report about an error in the compiler."""
    frame, number = list(traceback.walk_tb(error.__traceback__))[-1]
    place = f"{frame.f_globals.get('__name__', '?')}:{number}"
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    calls = [x for frame in frames for x in frame.f_locals.values() if type(x) is Call]  # the innermost last
    origin = calls[-1].origin if calls else None
    about = f", at {origin.op!r} of layer {origin.layer!r} ({origin.line})" if origin is not None else ""
    return f"a fault of tensorgrad's compiler, not of the model: please report {type(error).__name__} in {place}{about}"


def user_stacklevel():
    """Return the ``stacklevel`` that makes the caller's warning show the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and not is_user_frame(frame):
        level, frame = level + 1, frame.f_back
    return level
