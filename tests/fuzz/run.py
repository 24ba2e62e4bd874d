"""Run a program twice, as it is and compiled, each in a world of its own, and compare all that can be seen."""

import contextlib
import io
import random
import signal
import threading
import warnings

import numpy as np

import tensorgrad as tg

from .compare import difference
from .judge import Outcome, State, describe, judged, stem, without_names
from .prelude import PRELUDE
from .snapshot import mutable_in, names_of, share, snapshot
from .ways import made

SECONDS = 10
_prelude = compile(PRELUDE, "prelude.py", "exec")


class Hang(BaseException):
    """A program that does not come to an end; no ``except Exception`` of what is tested takes it."""


def outcome(program):
    """Run the program in all its ways and return the Outcome."""
    found = None
    made.clear()
    with quiet():
        try:
            eager = list(states(program, program.ways()[0]))
        except Hang as hang:
            return Outcome("raised", describe(hang))
        for way in program.ways()[1:]:
            found = compared(program, eager, way) or found
            if found is not None and found.verdict == "failed" and differs_from_itself(program, eager):
                return Outcome("raised", "it gives something else at each run")
            if found is not None and found.verdict != "uncompiled":
                return found
    if eager[-1].error is not None:
        return Outcome("raised", describe(eager[-1].error))
    found = found or Outcome("same")
    found.replayed = sum(step.cache_info().hits for step in made)
    return found


def differs_from_itself(program, eager):
    """Return whether another eager run gives something else: of memory that nobody has written, say."""
    again = states(program, program.ways()[0], eager)
    return any(difference(without_names(a.leaves), without_names(b.leaves)) for a, b in zip(eager, again, strict=False))


@contextlib.contextmanager
def quiet():
    """Keep errors of floating point to themselves, and NumPy's own generators as they were."""
    state, own = np.random.get_state(), random.getstate()  # noqa: NPY002  (programs may draw from it)
    with np.errstate(all="ignore"), time_limit(), warnings.catch_warnings():
        warnings.simplefilter("ignore", tg.errors.UncompiledWarning)  # the function runs as it is, and says why
        warnings.filterwarnings("ignore", "Passing more than 2 positional arguments to np.m")
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002  (as above)
            random.setstate(own)


@contextlib.contextmanager
def time_limit():
    """Raise Hang in a block that takes too long; only the main thread can be told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise Hang(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def states(program, way, wanted=None):
    """Yield the State after each block, run one ``way``; the first error is the last.

    wanted: the States of the eager run, whose names are looked at; of all names if None
    """
    namespace = {"__name__": program.name}
    exec(_prelude, namespace)
    namespace.update(way.names)
    own, shared = set(namespace), set()
    np.random.seed(0)  # noqa: NPY002  (programs may draw from it)
    random.seed(0)
    tg.set_random_seed(0)
    for number, (label, source) in enumerate(program.blocks()):
        error, warned = executed(source, f"{program.name}.py", namespace)
        if error is not None:
            names = wanted[number - 1].leaves["names"] if wanted and 0 < number <= len(wanted) else []
            yield State(label, error, visible(names, namespace), warned)
            return
        if wanted is None:
            names = [n for n in lasting(namespace, label, shared) if n not in own]
        else:
            names = [n for n in wanted[number].leaves["names"] if n in namespace] if number < len(wanted) else []
        yield State(label, None, visible(names, namespace), warned)


def visible(names, namespace):
    """Return the leaves of a State: of these names, and of the generators that all share."""
    generators = numpy_state(), hash(random.getstate())
    seen = {**snapshot(names, namespace), "the global generators": generators, "names": names}
    for name in names:
        if name.startswith("result"):
            seen[f"{name} shares"] = sharing(name, names, namespace)
    return seen


def sharing(name, names, namespace):
    """Return which things in a result are one or lie in one memory, and which other names see the same memory."""
    own = lasting_in(namespace[name], False)  # what a program returns has no gradient
    pairs = [(i, j) for i, a in enumerate(own) for j, b in enumerate(own[:i]) if share(a, b)]
    rest = {n: lasting_in(namespace[n], not n.startswith("result")) for n in names if n != name}
    return tuple(pairs), tuple(n for n, found in rest.items() if any(share(a, b) for a in own for b in found))


def lasting_in(x, grads):
    """Return what can be changed in ``x``: no tuples, of which only what they hold can."""
    return [found for found in mutable_in(x, [], grads=grads) if not isinstance(found, tuple)]


def numpy_state():
    """Return the state of NumPy's global generator."""
    _, keys, place, *rest = np.random.get_state()  # noqa: NPY002  (programs may draw from it)
    return hash(keys.tobytes()), place, tuple(rest)


def executed(source, file, namespace):
    """Run a block and return the exception it raised, or None, and what it warned of."""
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        try:
            exec(compile(source, file, "exec"), namespace)
            error = None
        except Hang:
            raise
        except Exception as raised:
            error = raised
    return error, [str(w.message) for w in caught if is_told_of(w)]


def is_told_of(warning):
    """Return whether a warning says that something runs without a program."""
    return issubclass(warning.category, tg.errors.UncompiledWarning) or "compiled program" in str(warning.message)


def lasting(namespace, label, shared):
    """Return the names whose values are to be compared after a block.

    A result of an earlier call is the caller's: it stays as it is, unless the function gave out a part of an argument.

    shared: results that could be changed through something else, at any time; those of this block are added
    """
    names = names_of(namespace)
    others = {n: mutable_in(namespace[n], []) for n in names}
    for name in [n for n in names if n.startswith("result")]:
        rest = [a for n, found in others.items() if n != name for a in found]
        if any(share(a, b) for a in others[name] for b in rest):
            shared.add(name)
    return [n for n in names if n not in shared or label == f"call {n[6:]}"]


def compared(program, eager, way):
    """Run the program one ``way`` and return how it differs from the eager run, or None."""
    warned = []
    try:
        with way.around():
            for number, state in enumerate(states(program, way, eager)):
                found = judged(eager[number], state, eager[number - 1] if number else None, way)
                if found is not None:
                    return found
                warned += state.warned
    except Hang as hang:
        return Outcome("failed", f"does not end: {hang}", ("hang",))
    return Outcome("uncompiled", warned[0], (stem(warned[0]),)) if warned else None
