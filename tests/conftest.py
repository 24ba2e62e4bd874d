"""Fixtures: a seeded generator, and a seal on what a test must not leave changed."""

import gc
import logging
import signal

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import config
from tensorgrad.core.modes import is_recording
from tensorgrad.core.op import REGISTRY

BUILT_IN = {name: op for name, op in REGISTRY.items() if op.module.startswith("tensorgrad.")}


@pytest.fixture
def rng():
    """A generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def seal():
    """Fail a test that leaves recording off, a setting changed, an op of ours replaced, or NumPy's seed touched."""
    settings = (config.floatx(), config.epsilon())
    state = np.random.get_state()[1].copy()  # noqa: NPY002  (reading it is the point)
    yield
    assert is_recording(), "recording was left off"
    assert (config.floatx(), config.epsilon()) == settings, "a setting was left changed"
    assert all(REGISTRY.get(name) is op for name, op in BUILT_IN.items()), "an op of ours was replaced"
    assert (np.random.get_state()[1] == state).all(), "NumPy's global generator was used"  # noqa: NPY002  (as above)
    for name in REGISTRY.keys() - BUILT_IN.keys():
        del REGISTRY[name]  # ops that the test declared


@pytest.fixture(autouse=True, scope="session")
def interruptible():
    """Ctrl-C raises, also in a run in the background, where a shell has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="module")
def small_heap():
    """Let the collector pass by what was there before a file's first test: all of it takes half a second each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def names_for_doctests(doctest_namespace):
    """Examples may use ``np`` and ``tg``."""
    doctest_namespace.update(np=np, tg=tg)


class Hearing(logging.Handler):
    """Hands every message to ``hear``."""

    def __init__(self, hear):
        super().__init__()
        self.hear = hear

    def emit(self, record):
        self.hear(record.msg)


def unwatched(hear):
    """Return a logger: what it is told, ``log.info(message)``, ``hear`` hears; no guard looks there."""
    log = logging.Logger("unwatched", logging.INFO)
    log.addHandler(Hearing(hear))
    return log
