"""How calls run: whether they are recorded, whether programs are used. Flags, each per thread and per async task."""

from contextlib import ContextDecorator
from contextvars import ContextVar

_recording = ContextVar("recording", default=True)
_plainly = ContextVar("plainly", default=False)

#: Return whether calls are being recorded. 22 ns, paid once per recorded op.
is_recording = _recording.get
#: Return whether compiled functions are to run as they were written: somebody watches what they call.
runs_plainly = _plainly.get


class _Mode(ContextDecorator):
    """Set a flag inside a ``with`` block or a decorated function."""

    _flag = _recording
    _value: bool

    def __init__(self):
        self._tokens = []

    def __enter__(self):
        self._tokens.append(self._flag.set(self._value))
        return self

    def __exit__(self, *exception):
        self._flag.reset(self._tokens.pop())

    def _recreate_cm(self):
        return type(self)()  # each call of a decorated function has its own token


class no_grad(_Mode):
    """Record nothing: results do not require a gradient. A context manager and a decorator.

    >>> import tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.no_grad():
    ...     (w * 2).requires_grad
    False
    """

    _value = False


class enable_grad(_Mode):
    """Record again, inside a ``no_grad`` block. A context manager and a decorator.

    >>> import tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.no_grad(), tg.enable_grad():
    ...     (w * 2).requires_grad
    True
    """

    _value = True


class plainly(_Mode):
    """Run compiled functions, and models, as they were written, inside a ``with`` block."""

    _flag = _plainly
    _value = True
