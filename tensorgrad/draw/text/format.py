"""What boxes say about settings and names: short, and the same in every run."""

from ...errors import describe, printable_text, shorten_text

#: Settings that the dtype and shape of the result show already; so does a plain transpose.
SEEN = {"shape", "dtype", "keepdims"}

LONGEST = 60


def op_settings(t):
    """Return the settings of the op that made ``t`` that are not the defaults, as ``['axis=0']``."""
    shown = []
    for key, value in (t.settings or {}).items():
        if key in SEEN or (key == "axes" and value == tuple(reversed(range(t.ndim)))):
            continue
        default = t.op.defaults.get(key)
        if value is not default and not (type(value) is type(default) and repr(value) == repr(default)):
            shown.append(f"{key}={setting(value)}")
    return shown


def setting(value):
    """Return a setting as short text, the same in every run."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return describe(value)
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value[0] if isinstance(value, tuple) and len(value) == 1 else value)
    return type(value).__name__ if " at 0x" in text else text


def frame_title(name, kind):
    """Return what a frame is called: ``'hidden (Dense)'``."""
    return f"{name} ({kind})" if kind else name


def clean(text):
    """Return ``text`` as pictures, listings and pages show it: printable, and cut to 60 characters before that."""
    return printable_text(shorten_text(text, LONGEST))
