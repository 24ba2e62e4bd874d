"""What a family of ops lists as public: each op and each function of NumPy's name that it defines, and nothing else."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.dispatch import NUMPY

FILES = sorted(Path(tg.ops.__file__).parent.glob("*.py"))
FAMILIES = [import_module(f"tensorgrad.ops.{f.stem}") for f in FILES if f.stem not in ("__init__", "random", "fourier")]
#: Families of functions composed of ops, under Keras's names, or made for NumPy's creation functions.
COMPOSED = {
    "class_losses", "control_flow", "conversion", "creation", "encoding", "lifting", "nonlinearities", "normalization",
    "segments", "short_forms",
}  # fmt: skip

#: Rows of which public ops are made, such as ``norm2`` of ``norm``.
PARTS = {
    "cofactor", "cofactor_slope", "exponent", "fraction", "norm2", "norm_p", "part", "reorder", "whole",
}  # fmt: skip
#: What only ``tg.linalg`` has: ``ops.cond`` is Keras's, which chooses a branch.
OF_LINALG = {"cond"}
#: ``t[i] = v`` and what it records, which NumPy has under no name.
WRITING = {"assign", "setitem"}
#: What other libraries have, and NumPy has not.
BORROWED = {"logcumsumexp", "top_k"}
#: Where NumPy's names are looked for.
NAMESPACES = (np, np.linalg, np.lib.stride_tricks)
#: What the oldest NumPy that we take has not got.
NEWER = {"matvec", "unstack", "vecmat"}


def defined(family):
    """Return the names of the ops of ``family``, and of its functions that answer a function of NumPy."""
    found = set()
    for name, value in vars(family).items():
        if isinstance(value, type):
            continue
        op, theirs = getattr(value, "op", None), next(filter(None, [getattr(m, name, None) for m in NAMESPACES]), None)
        home = op.module if op else getattr(value, "__module__", None)
        is_op = op is not None and op.name == name
        answers = (callable(theirs) and NUMPY.get(theirs) is value) or name in BORROWED | set(tg.special.__all__)
        if home == family.__name__ and (is_op or answers or name in WRITING | (NEWER - set(dir(np)))):
            found.add(name)
    return found - PARTS - OF_LINALG


def last_name(family):
    return family.__name__.rpartition(".")[2]


@pytest.mark.parametrize("family", [f for f in FAMILIES if last_name(f) not in COMPOSED], ids=last_name)
def test_a_family_lists_what_it_defines(family):
    assert set(family.__all__) == defined(family)


@pytest.mark.parametrize("family", [f for f in FAMILIES if last_name(f) in COMPOSED], ids=last_name)
def test_a_family_of_compositions_lists_what_it_defines(family):
    homes = {family.__name__, "tensorgrad.ops.lifting"}
    assert [name for name in family.__all__ if getattr(family, name).__module__ not in homes] == []


def test_no_name_is_listed_twice():
    names = [name for family in FAMILIES for name in family.__all__]
    assert [name for name in names if names.count(name) > 1] == []


def test_ops_lists_what_its_families_list_and_the_short_names():
    short = {"sub", "mul", "div", "neg", "eq", "ne", "lt", "le", "gt", "ge"}
    numpys = {name for name, value in vars(np).items() if callable(value) and value in NUMPY}
    assert set(tg.ops.__all__) == {name for family in FAMILIES for name in family.__all__} | short | numpys
    assert len(tg.ops.__all__) == len(set(tg.ops.__all__))


def test_every_part_is_needed():
    assert set(tg.REGISTRY) >= PARTS
    assert not PARTS & set(tg.ops.__all__)
