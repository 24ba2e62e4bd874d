"""Every error tensorgrad raises, and the words they share.

    TensorgradError
    ├── ShapeError(ValueError)           shapes that do not fit together
    ├── DataError(ValueError)            training data that cannot be used as given
    ├── UnknownNameError(ValueError)     a string that names nothing, with a suggestion
    ├── OptionError(ValueError)          an argument outside what it may be
    ├── GradientError(RuntimeError)      a gradient that cannot be computed this way
    ├── TraceError(TypeError)            Python code that a compiled function cannot run
    ├── BatchError(TypeError)            Python code that ``tg.vmap`` cannot run
    ├── NotReadyError(RuntimeError)      a step is missing: build, compile
    ├── RenderError(RuntimeError)        a picture that cannot be drawn here
    ├── NumericsError(FloatingPointError)  an op that made nan or inf while ``tg.trace_numerics()`` watched
    └── GradcheckError(AssertionError)   an analytic gradient that disagrees with the numeric one

Catching the built-in type works as well as catching ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BatchError", "DataError", "GradcheckError", "GradientError", "NotReadyError", "NumericsError", "OptionError",
    "RenderError", "ShapeError", "TensorgradError", "TraceError", "UncompiledWarning", "UnknownNameError",
]  # fmt: skip

#: What a reader would take for one of the escapes of ``printable_text``.
ESCAPE = r"\\(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})"


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
    """A gradient that cannot be computed this way."""


class TraceError(TensorgradError, TypeError):
    """Python code that a compiled function cannot run: it needs a value that only a run has."""


class BatchError(TensorgradError, TypeError):
    """Python code that ``tg.vmap`` cannot run: it needs one value where each example of a batch has its own."""


class UncompiledWarning(UserWarning):
    """A function or a model runs as it is, more slowly, because no program could take its place."""


class NotReadyError(TensorgradError, RuntimeError):
    """A step is missing: the model was not built, or not compiled."""


class RenderError(TensorgradError, RuntimeError):
    """A picture that cannot be drawn on this machine."""


class NumericsError(TensorgradError, FloatingPointError):
    """An op that made nan or inf; ``finding`` says which, where, of what, and what to do about it."""

    def __init__(self, message: str, finding: Any = None) -> None:
        super().__init__(message)
        self.finding = finding


class GradcheckError(TensorgradError, AssertionError):
    """An analytic gradient that disagrees with the numeric one."""


def printable_text(text: object) -> str:
    r"""Return ``text`` on one line that every terminal, file and format can hold, different for different texts.

    Line breaks, control and bidi characters, characters without width, lone surrogates and a space at either end are
    written as Python's strings write them. Backslashes are then doubled, and also where one would read as an escape.

    >>> for text in ("capa_ñ 隐藏", " two\nlines\u202e", r"two\nlines", r"$\sigma$"):
    ...     print(printable_text(text))
    capa_ñ 隐藏
    \x20two\nlines\u202e
    two\\nlines
    $\sigma$
    """
    text = str(text)
    if text.isprintable() and text == text.strip() and not ("\\" in text and re.search(ESCAPE, text)):
        return text
    shown = [c if c.isprintable() and c != "\\" else repr(c)[1:-1] for c in text]
    for end in {0, len(text) - 1}:
        shown[end] = shown[end].replace(" ", "\\x20")
    return "".join(shown)


def shorten_text(text: object, most: int) -> str:
    """Return ``text``; if it is longer than ``most``, its beginning and a checksum, different for different texts.

    >>> shorten_text("hidden", 20), shorten_text("n" * 100, 20), shorten_text("n" * 101, 20)
    ('hidden', 'nnnnnnnnnnn…61560ae4', 'nnnnnnnnnnn…df0ed3b9')
    """
    text = str(text)
    if len(text) <= most:
        return text
    from zlib import crc32  # an import that only long names need

    return f"{text[: most - 9]}…{crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def describe(x: Any) -> str:
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
    text = text if text.isprintable() else printable_text(text)  # an object's own repr may hold anything
    return f"{type(x).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def count_text(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count_text(1, "row"), count_text(3, "row"), count_text(2, "class")
    ('1 row', '3 rows', '2 classes')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}{'es' if noun.endswith('s') else 's'}"


def suggest(name: object, known: Iterable[object]) -> str:
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
    return f"; known: {', '.join(map(printable_text, known))}" if known else ""


def unknown_name_error(kind: str, name: object, known: Iterable[object]) -> UnknownNameError:
    """Return the error for ``name``, which is no ``kind``.

    >>> print(unknown_name_error("optimizer", "adm", ["adam", "sgd"]))
    unknown optimizer 'adm'; did you mean 'adam'?
    """
    return UnknownNameError(f"unknown {kind} {name!r}{suggest(name, known)}")
