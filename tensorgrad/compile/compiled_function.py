"""CompiledFunction: it traces a function once for each kind of arguments, and then replays the trace."""

import sys
import warnings
from collections import OrderedDict
from functools import wraps

from ..core.modes import is_compile_off, no_compile
from ..errors import OptionError, TraceError, UncompiledWarning, printable_text
from .attempts import trace_error_text, user_stacklevel
from .compiled_method import CompiledMethod, reference_to
from .function_cache import EAGER, FunctionCache, cache_key
from .guarded_trace import GuardedTrace
from .signature import Signature, arrays_of_leaves


class CompiledFunction:
    """A compiled function: call it like the function itself.

    ``step.program(*args)`` is the program for such arguments, ``step.cache_info()`` counts. As a method it is one
    CompiledFunction for each object, with programs of its own.
    """

    def __init__(self, function, static=(), exact=True, signature=None):
        if isinstance(function, (classmethod, staticmethod)):
            kind = type(function).__name__
            raise OptionError(f"compile: write @{kind} above @tg.compile, which takes a function, not a {kind}")
        self.function, self.exact = function, exact
        self.__wrapped__ = function
        self.__name__, self.__doc__ = getattr(function, "__name__", "step"), function.__doc__
        self.__qualname__ = getattr(function, "__qualname__", self.__name__)
        self.__module__ = getattr(function, "__module__", None)  # type: ignore[assignment]  # as its function's
        self.signature = signature or Signature.from_function(function, self.__name__, static)
        self.cache = FunctionCache()
        self.methods: OrderedDict = OrderedDict()  # id of an object -> (reference to it, its CompiledFunction)
        self.owner = None  # of a method: a reference to its object
        self.warned: set = set()

    def __call__(self, *args, **kwargs):
        bound = None if is_compile_off() else self.signature.bind_distinct(args, kwargs)
        if bound is None:  # inside another compiled function, whose program takes it in, or observed
            return self.function(*args, **kwargs)
        leaves, arguments = bound
        inputs = arrays_of_leaves(leaves)
        key = cache_key(leaves, arguments)
        replay = self.cache.find(key, inputs)
        if replay is None:
            return self._compile(key, self._trace(key, leaves, arguments), args, kwargs)
        if replay is EAGER or (replay.captured is not None and replay.captured.has_alias(leaves, arguments.containers)):
            return self.function(*args, **kwargs)
        if replay.overlap and replay.overlap.has_overlap([*inputs, *[t.data for t in replay.bound]]):
            return self.function(*args, **kwargs)
        try:
            return replay(inputs, [*leaves, *arguments.containers])
        except Exception as error:  # of NumPy's, which the function may handle
            if replay.changes:
                name = printable_text(self.__name__)
                error.add_note(f"in a program of {name}; a function that handles this cannot be one")
                raise
        return self.function(*args, **kwargs)  # which may handle the error, or raises it again

    def program(self, *args, **kwargs):
        """Return the program for such arguments; if there is none yet, run the function once to write it."""
        leaves, arguments = self.signature.bind(args, kwargs)
        key = cache_key(leaves, arguments)
        replay = self.cache.find(key, arrays_of_leaves(leaves))
        if replay is None:
            trace = self._trace(key, leaves, arguments)
            if trace.recording is not None:
                self._compile(key, trace, args, kwargs)
            elif isinstance(trace.reason, Exception):
                raise trace.reason
            replay = self.cache.newest(key)
        if replay is EAGER:
            raise TraceError(f"{self.__name__} changes what it uses whenever it runs: no program can take its place")
        return replay

    def _trace(self, key, leaves, arguments):
        """Return the GuardedTrace of the function for these arguments."""
        self.cache.misses += 1
        trace = GuardedTrace(self, arguments)
        trace.reason = None if self.signature.static else self.cache.count_unused(key)
        if trace.reason is None:
            trace.run(leaves)
        return trace

    def _compile(self, key, trace, args, kwargs):
        """Run the function as it is and return its result; keep the program of the trace if both gave the same."""
        if trace.recording is None:
            result = self.function(*args, **kwargs)  # an error of the user's own comes again
            self._refuse(key, trace.reason)
            return result
        self.cache.changing.pop(key, None)
        trace.undo()
        with no_compile():
            result = self.function(*args, **kwargs)
        try:
            self.cache.keep(key, trace.program(result), trace.guards)
        except TraceError as error:
            self._refuse(key, error)
        return result

    def _refuse(self, key, why):
        """Note why a trace gave no program: an error, or the paths of what it changed. Warn once there will be none."""
        if isinstance(why, Exception):
            self.cache.eager.add(key[:1])
            self._warn(f"runs as it is, uncompiled: {why if isinstance(why, TraceError) else trace_error_text(why)}")
        elif self.cache.count_change(key):
            changed = " and ".join(map(printable_text, why[:3]))
            self._warn(
                f"changes {changed} whenever it runs, which a program would not do: from "
                "now on it runs as it is, uncompiled; keep what changes in a Tensor, or pass it as an argument and "
                "return it"
            )

    def _warn(self, words):
        if words not in self.warned:
            self.warned.add(words)
            warnings.warn(f"{printable_text(self.__name__)} {words}", UncompiledWarning, stacklevel=user_stacklevel())

    def cache_info(self):
        """Return how often a program was found and how often one was written, as ``functools.lru_cache`` does."""
        return self.cache.info()

    def cache_clear(self):
        """Forget all programs."""
        self.cache = FunctionCache()

    def __get__(self, instance, owner=None):
        """Return the method of an object: compiled at its first use, and kept while the object lives."""
        if instance is None:
            return self
        key, methods = id(instance), self.methods
        if key not in methods:
            reference = reference_to(instance, methods)
            methods[key] = reference, self._compile_method(reference)
        return CompiledMethod(instance, methods[key][1], self.__name__)

    def _compile_method(self, reference):
        """Return the CompiledFunction of the method of the object that ``reference()`` gives."""
        method = self.function

        @wraps(method)
        def call(*args, **kwargs):
            return method(reference(), *args, **kwargs)

        compiled = CompiledFunction(call, exact=self.exact, signature=self.signature.without_self())
        compiled.owner = reference
        return compiled

    def __reduce__(self):
        found = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__  # pickled by name, like any function
        return CompiledFunction, (self.function, (), self.exact, self.signature)

    def __copy__(self):
        return CompiledFunction(self.function, (), self.exact, self.signature)

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __repr__(self):
        return f"<compiled {self.__name__}>"
