"""Attempts: whether a model's function can become a program, and if it cannot, why, in the user's words."""

import sys
import traceback
import warnings
from contextlib import contextmanager

from ..errors import TraceError, UncompiledWarning, printable
from ..graph.code import is_user_frame
from ..graph.origins import line_of as file_line
from .ir.program import Call

#: Why a function runs as it is that does what no guard can follow.
NO_GUARD = "that may be something else at each call, unseen by a program"


class Unsettled(Exception):
    """A trace changed what its program would have frozen. ``changes``: for each path, what it did and the remedy."""

    def __init__(self, changes):
        first = list(changes.values())[:3]
        more = f", and {len(changes) - len(first)} more" if len(changes) > len(first) else ""
        does, remedies = ", ".join(does for does, _ in first), dict.fromkeys(remedy for _, remedy in first)
        super().__init__(f"{does}{more} at every call, which a program would do once; {'; '.join(remedies)}")
        self.changes = changes


class Fault(Exception):
    """A trace went well, but no program could be made of it: a fault of ours."""


class Attempts:
    """Whether a function that is run again and again can have programs, as its traces so far have shown.

    reason: why it runs without from now on, once that is known
    silent: give up without a word

    What a first call makes, later calls find. So a function whose call changes what a program would freeze is run as it
    is, and traced again at its next call; what changes then as well, changes at every call.
    """

    def __init__(self, silent=False):
        self.reason, self.silent = None, silent
        self.changing = set()

    def run(self, write, eager, guards):
        """Return ``write()``, which traces; if there can be no program, put back what that changed, and ``eager()``."""
        guards.watch()
        if guards.unseen:
            self.reason = (
                f"this model runs without a compiled program, more slowly: it {printable(guards.unseen[0])}; {NO_GUARD}"
            )
            warnings.warn(self.reason, UncompiledWarning, stacklevel=level_of_user())
            return eager()
        try:
            found = write()
        except Exception as error:  # whatever stopped the trace, the eager run decides
            guards.restore()
            found = eager()  # an error of the user's own is raised again, as they know it
            self.settle(error, guards)
        except BaseException:  # Ctrl-C
            guards.restore()
            raise
        else:
            self.changing.clear()
        return found

    def settle(self, error, guards):
        """Give the function another chance, or give up and say why."""
        if isinstance(error, Unsettled):
            changes = error.changes
        else:  # whether generators have moved on says nothing about the next call
            changes = dict.fromkeys(guards.changed({id(place.generator) for place in guards.generators}))
        if not isinstance(error, Fault) and changes.keys() - self.changing:
            self.changing.update(changes)
            return
        self.reason = reason(error)
        if isinstance(error, Fault) or not self.silent:
            warnings.warn(self.reason, UncompiledWarning, stacklevel=level_of_user())


def check_settled(guards, trace, names):
    """Raise Unsettled if a trace has changed what its program froze.

    names: how the roots of ``guards`` are called, such as ``"layer 'noisy'"``
    """
    if trace.raised is not None:
        raise TraceError("a layer or the loss handles an error of NumPy's, which a program cannot") from trace.raised
    guards.loose += trace.noted
    paths = guards.changed(trace.drawn)
    if paths:
        drawn = {place.path for place in guards.generators}
        raise Unsettled({path: words(path, names, path in drawn) for path in paths})


def words(path, names, drawn):
    """Return what a call does to what lies at ``path``, and what to do instead.

    >>> words("layer 'noisy'.calls", ["layer 'noisy'"], False)[0]
    "layer 'noisy' changes its attribute calls"
    """
    owner = max((name for name in names if path.startswith((f"{name}.", f"{name}["))), key=len, default="")
    inside = path[len(owner) :].lstrip(".")
    if drawn:
        return f"{owner or 'a call'} draws from {inside}", "draw with tensorgrad.ops.random.uniform_like"
    does = f"{owner} changes its attribute {inside}" if owner else f"a call changes {inside}"
    return does, "keep it in a Tensor, and write into its .data"


@contextmanager
def writing():
    """Within it a program is written: an error there is no fault of the user's."""
    try:
        yield
    except TraceError:
        raise
    except Exception as error:  # of any pass, told as what it is
        raise Fault(fault(error)) from error


def reason(error):
    """Return why a model has no programs, a sentence."""
    if isinstance(error, Fault):
        return f"this model runs without a compiled program, more slowly: {error}"
    if isinstance(error, TraceError):
        return f"this model trains without a compiled program, more slowly: {error}"
    if isinstance(error, Unsettled):
        return (
            f"this model runs without a compiled program, more slowly: {error}; "
            "or write compile(run_eagerly=True), and nothing is said"
        )
    return f"this model trains without a compiled program, more slowly: {unfit(error)}"


def unfit(error):
    """Return why an error that only a trace raises means that there can be no program."""
    return (
        f"{line_of(error)}what is done here can be done with an array but not with what stands for one while a program "
        "is written; use a function of NumPy's instead"
    )


def line_of(error):
    """Return ``"model.py:12: "``, the user's line that raised ``error``, "" if there is none."""
    entries = traceback.walk_tb(error.__traceback__)
    lines = [f"{file_line(frame.f_code, number)}: " for frame, number in entries if is_user_frame(frame)]
    return lines[-1] if lines else ""


def fault(error):
    """Return what to tell us about an error in writing a program."""
    frame, number = list(traceback.walk_tb(error.__traceback__))[-1]
    place = f"{frame.f_globals.get('__name__', '?')}:{number}"
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    calls = [x for frame in frames for x in frame.f_locals.values() if type(x) is Call]  # the innermost last
    origin = calls[-1].origin if calls else None
    about = f", at {origin.op!r} of layer {origin.layer!r} ({origin.line})" if origin is not None else ""
    return f"a fault of tensorgrad's compiler, not of the model: please report {type(error).__name__} in {place}{about}"


def level_of_user():
    """Return the ``stacklevel`` with which the caller's warning shows the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and not is_user_frame(frame):
        level, frame = level + 1, frame.f_back
    return level
