"""A user's script with a mistake planted in it, so that a test can name the line."""

import textwrap

import numpy as np

import tensorgrad as tg


def train(source, **names):
    """Run ``source`` as ``train.py`` and return its names."""
    scope = {"np": np, "tg": tg, "__name__": "train", **names}
    exec(compile(textwrap.dedent(source).strip("\n"), "/home/user/train.py", "exec"), scope)
    return scope
