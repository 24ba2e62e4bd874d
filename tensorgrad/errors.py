"""Every error tensorgrad raises, and the words they share.

    TensorgradError
    ├── ShapeError(ValueError)           shapes that do not fit together
    ├── DataError(ValueError)            training data that cannot be used as given
    ├── UnknownNameError(ValueError)     a string that names nothing, with a suggestion
    ├── OptionError(ValueError)          an argument outside what it may be
    ├── GradientError(RuntimeError)      a gradient that cannot be had this way
    ├── TraceError(TypeError)            Python code that a compiled function cannot run
    ├── NotReadyError(RuntimeError)      a step is missing: build, compile
    ├── RenderError(RuntimeError)        a picture that cannot be drawn here
    ├── NumericsError(FloatingPointError)  an op that made nan or inf while ``tg.trace_numerics()`` watched
    └── GradcheckError(AssertionError)   an analytic gradient that disagrees with the numeric one

Catching the built-in type works as well as catching ours.
"""


class TensorgradError(Exception):
    """The root of every error tensorgrad raises on purpose."""


class ShapeError(TensorgradError, ValueError):
    """Shapes that do not fit together."""


class DataError(TensorgradError, ValueError):
    """Training data that cannot be used as it was given."""


class UnknownNameError(TensorgradError, ValueError):
    """A string that names nothing."""


class OptionError(TensorgradError, ValueError):
    """An argument outside what it may be."""


class GradientError(TensorgradError, RuntimeError):
    """A gradient that cannot be had this way."""


class TraceError(TensorgradError, TypeError):
    """Python code that a compiled function cannot run: it needs a value that only a run has."""


class UncompiledWarning(UserWarning):
    """A function or a model runs as it is, more slowly, because no program could take its place."""


class NotReadyError(TensorgradError, RuntimeError):
    """A step is missing: the model was not built, or not compiled."""


class RenderError(TensorgradError, RuntimeError):
    """A picture that cannot be drawn on this machine."""


class NumericsError(TensorgradError, FloatingPointError):
    """An op that made nan or inf; ``finding`` says which, where, of what, and what to do about it."""

    def __init__(self, message, finding=None):
        super().__init__(message)
        self.finding = finding


class GradcheckError(TensorgradError, AssertionError):
    """An analytic gradient that disagrees with the numeric one."""


def describe(x):
    """Return ``'float32[2, 3]'`` for anything with a dtype and a shape, else a short text.

    >>> import numpy as np
    >>> describe(np.zeros((2, 3), "float32")), describe(2.5), describe("abc")
    ('float32[2, 3]', '2.5', "str 'abc'")
    """
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"{x.dtype}{list(x.shape)}"
    if isinstance(x, (bool, int, float, complex, type(None))):
        return repr(x)
    text = repr(x)
    return f"{type(x).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def printable(text):
    """Return ``text`` on one line, with an escape for each character that would not show as itself.

    >>> printable("a\nb"), printable("capa_ñ"), printable("\u2028\ud800")
    ('a\\nb', 'capa_ñ', '\\u2028\\ud800')
    """
    text = str(text)
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text])


def counted(n, noun):
    """Return a number with its noun.

    >>> counted(1, "row"), counted(3, "row"), counted(2, "class")
    ('1 row', '3 rows', '2 classes')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}{'es' if noun.endswith('s') else 's'}"


def suggest(name, known):
    """Return ``"; did you mean 'adam'?"`` when ``name`` is near a known one, else the whole list.

    >>> suggest("adm", ["adam", "sgd"])
    "; did you mean 'adam'?"
    >>> suggest("he", ["he_normal", "he_uniform", "zeros"])
    "; did you mean 'he_normal' or 'he_uniform'?"
    >>> suggest("zzz", ["adam", "sgd"])
    '; known: adam, sgd'
    """
    from difflib import get_close_matches  # costs 3 ms, and only an error pays it

    known = sorted({str(k) for k in known})
    lowered = {k.lower(): k for k in known}  # lower case sorts last, and wins
    near = get_close_matches(str(name).lower(), lowered, 1, 0.7)
    if not near and len(str(name)) > 1:
        near = [k for k in lowered if k.startswith(f"{name}_".lower())]
    if near:
        return f"; did you mean {' or '.join(repr(lowered[k]) for k in near)}?"
    return f"; known: {', '.join(known)}" if known else ""


def unknown(kind, name, known):
    """Return the error for ``name``, which is no ``kind``.

    >>> print(unknown("optimizer", "adm", ["adam", "sgd"]))
    unknown optimizer 'adm'; did you mean 'adam'?
    """
    return UnknownNameError(f"unknown {kind} {name!r}{suggest(name, known)}")
