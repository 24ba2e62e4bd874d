"""What a pair of states, of the program as it is and compiled, says: the same, a refusal, or a failure."""

import re
import traceback
from dataclasses import dataclass

from tensorgrad.errors import TraceError

from .compare import difference

#: What an internal error looks like in a message that users read.
INTERNAL = re.compile(
    r"object has no attribute|index out of range|NoneType|KeyError|IndexError|AttributeError|not subscriptable|"
    r"not iterable|unhashable|TraceArray|positional argument|object at 0x|unexpected keyword|<lambda>|(?<!\w)_\w+\(\)|"
    r"cannot unpack|not callable|is not in list|could not broadcast|slots"
)


@dataclass
class Outcome:
    """What came of a program, and why, in words.

    verdict:   ``"same"``, ``"raised"`` (by both), ``"uncompiled"`` (the same, as it ran without a program),
               ``"refused"`` or ``"failed"``
    signature: what failures of one kind have in common
    replayed:  how many calls were runs of a program written before
    """

    verdict: str
    words: str = ""
    signature: tuple = ()
    details: str = ""
    replayed: int = 0


@dataclass
class State:
    """What was to be seen after a block: an error, or leaves."""

    label: str
    error: BaseException | None
    leaves: dict
    warned: list


def judged(eager, found, before, way):
    """Return the Outcome that a pair of States settles, or None to go on."""
    label = eager.label
    complaint = next((text for text in found.warned if INTERNAL.search(text)), None)
    if complaint:
        return Outcome("failed", f"{label} warns: {complaint}", ("internal error in a warning", stem(complaint)))
    if found.error is None and eager.error is None:
        unlike = difference(without_names(eager.leaves), without_names(found.leaves), way.loose)
        if unlike is None:
            return None
        path, aspect, words = unlike
        return Outcome("failed", f"after {label}: {words}", ("mismatch", role(path), aspect, way.label))
    if found.error is None:
        return Outcome("failed", f"{label} raises {describe(eager.error)} eagerly, nothing compiled", ("no error",
                       type(eager.error).__name__))  # fmt: skip
    if eager.error is not None and isinstance(found.error, (type(eager.error), TraceError)):
        return None
    if isinstance(found.error, TraceError) and before is not None and label.startswith("call"):
        unlike = difference(without_names(before.leaves), without_names(found.leaves), way.loose)
        if unlike is not None:
            words = f"{label} is refused, but has written: {unlike[2]} ({found.error})"
            return Outcome("failed", words, ("written before a refusal", role(unlike[0])))
    return refusal(label, found.error)


def refusal(label, error):
    """Return the Outcome of an error that only the compiled program raises."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, TraceError) and not INTERNAL.search(str(error)):
        return Outcome("refused", str(error), (stem(str(error)),), details)
    kind = "internal words in a refusal" if isinstance(error, TraceError) else type(error).__name__
    return Outcome("failed", f"{label} raises {describe(error)}", (kind, line_of(error)), details)


def line_of(error):
    """Return the innermost line of tensorgrad's in a traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/tensorgrad/" in f.filename]
    return f"{frames[-1].filename.rpartition('/tensorgrad/')[2]}:{frames[-1].name}" if frames else "outside"


def without_names(leaves):
    return {path: leaf for path, leaf in leaves.items() if path != "names"}


def role(path):
    """Return what a path of a snapshot is: ``result``, or the name it starts with, without numbers."""
    name = re.match(r"[^\W\d]+", path)
    found = name[0].rstrip("_") if name else path
    return found + ("" if "." not in path else re.sub(r"\[.*?\]", "", path[path.index(".") :]))


def describe(error):
    return f"{type(error).__name__}: {error}"


def stem(text):
    """Return a message without what differs from program to program: its places, names and numbers."""
    text = re.sub(r"\S+\.py:\d+: |'[^']*'|\d+|\[[^\]]*\]", "·", text)
    return re.sub(r"\b(float|int|uint|complex)·", "dtype", re.sub(r"^.*?\.py", "", text))[:110]
