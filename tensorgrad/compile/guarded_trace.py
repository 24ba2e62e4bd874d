"""GuardedTrace: one trace of a function, with guards that find what it changed in Python."""

from typing import Any

from ..core.tensor import Tensor
from ..errors import TraceError
from .attempts import NO_GUARD
from .call_structure import FixedItem
from .executable import CapturedObjects, Replay
from .function_trace import trace_function
from .guards.function_code import deferred_result_kind
from .guards.guards import Guards
from .trial import Trial


class GuardedTrace:
    """One trace of a CompiledFunction for the Arguments of a call, and the program that comes of it.

    guards:    watch what the function uses
    recording: the TraceResult, its effects still in place; None if no program can be made of the trace
    reason:    why none can be made: an error, or the paths of what the trace changed
    """

    def __init__(self, compiled, arguments):
        self.function, self.signature, self.exact = compiled.function, compiled.signature, compiled.exact
        self.arguments = arguments
        name, owner = compiled.__name__, compiled.owner
        roots = {name: self.function, f"an argument of {name}": arguments.fixed_values()}
        self.guards = Guards(roots if owner is None else {"self": owner(), **roots})
        self.recording: Any = None
        self.reason: Any = None
        self.trial: Any = None
        self.leaves: list = []
        self.made: list = []  # the lists, tuples and dicts that the function is given
        self.copies: list = []  # what these held before
        self.stand_ins: list = []

    def run(self, leaves):
        """Trace the function; set ``recording`` if a program can be made of the trace, else ``reason``, and undo it."""
        self.leaves = leaves
        if what := self._obstacle(leaves):
            self.reason = TraceError(f"it {what}; {NO_GUARD}")
            return
        guards, names = self.guards, self.signature.leaf_names(self.arguments)
        try:
            recording = trace_function(self._call, leaves, names, self._known_structures)
        except TraceError:
            guards.restore()
            raise
        except Exception as error:  # of the user's own, or of something that takes no stand-ins
            guards.restore()
            self.reason = error
            return
        except BaseException:  # Ctrl-C
            guards.restore()
            raise
        guards.loose += recording.trace.noted
        recording.add_known(guards.arrays())
        handled = recording.trace.raised  # an error that the function handled, which a program cannot
        self.reason = (
            handled or guards.changed_paths(recording.trace.rollback.generators) + self._changed_arguments() or None
        )
        if self.reason is None:
            self.recording = recording
            return
        recording.trace.undo()  # what changed may hold stand-ins now
        guards.restore()

    def undo(self):
        """Undo what the trace changed, before the function runs as it is."""
        self.trial = Trial(self.recording, [*self.leaves, *self.arguments.containers])
        self.recording.trace.undo()

    def program(self, result):
        """Return the Replay of the trace; raise a TraceError if ``result``, of the function as it is, is another."""
        self.trial.check(result)
        replay = Replay(self.recording, exact=self.exact, share=True)
        containers = self.arguments.containers
        if self.guards.compares or containers:
            replay.captured = CapturedObjects(self.recording.used_objects(), self.guards)
            replay.captured.check(self.leaves, containers)
        return replay

    def _obstacle(self, leaves):
        """Return what the function does that no program can do, a phrase, or None."""
        code = getattr(self.function, "__code__", None)
        later = deferred_result_kind(self.function) if code is not None else None
        if later:
            return f"gives {later}, which runs later"
        if "grad" in self.guards.names and any(isinstance(x, Tensor) and x.grad is not None for x in leaves):
            return "may read the gradient of an argument"
        return self.guards.unseen[0] if self.guards.unseen else None

    def _call(self, stand_ins):
        self.stand_ins = stand_ins
        return self.arguments.call(self._run_function, stand_ins, self.signature.positional, self.made)

    def _run_function(self, *args, **kwargs):
        self.copies = [contents(x) for x in self.made]
        return self.function(*args, **kwargs)

    def _known_structures(self):
        """Return ``{id: structure}`` of arguments and containers from outside: the function may return these."""
        known = {id(x): ("fixed", FixedItem(x)) for x in self.guards.containers()}
        return known | {id(x): ("given", i) for i, x in enumerate([*self.stand_ins, *self.made])}

    def _changed_arguments(self):
        """Return which of its lists and dicts the function changed, as phrases."""
        pairs = zip(self.made, self.copies, strict=True)
        return [] if all(has_contents(x, copy) for x, copy in pairs) else ["a list or dict that it is given"]


def contents(x):
    """Return the items of a list, or the pairs of a dict."""
    return list(x.items() if isinstance(x, dict) else x)


def has_contents(x, items):
    """Return whether a list or dict holds the same objects as ``items``."""
    return len(x) == len(items) and all(map(is_same_item, contents(x), items))


def is_same_item(a, b):
    """Return whether two items are the same object, or pairs of the same objects."""
    return a is b or (type(a) is type(b) is tuple and len(a) == len(b) == 2 and a[0] is b[0] and a[1] is b[1])
