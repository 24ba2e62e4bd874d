"""The states of random generators: a draw is noticed, and put back."""

import random

import numpy as np
import pytest

from tensorgrad.compile.guards.generators import GeneratorState, SeedState
from tensorgrad.seeding import generator, set_random_seed

GENERATORS = {
    "Generator": (np.random.default_rng(0), lambda g: g.normal(size=3).tolist()),
    "PCG64": (np.random.PCG64(0), lambda g: g.random_raw(3).tolist()),
    "RandomState": (np.random.RandomState(0), lambda g: g.normal(size=3).tolist()),
    "MT19937": (np.random.Generator(np.random.MT19937(0)), lambda g: g.normal(size=3).tolist()),
    "Random": (random.Random(0), lambda g: [g.random() for _ in range(3)]),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_a_draw_is_noticed_and_put_back(name):
    g, draw = GENERATORS[name]
    state = GeneratorState(g, "g")
    first = draw(g)
    assert not state.holds()
    state.restore()
    assert state.holds()
    assert draw(g) == first


def test_a_generator_made_from_the_seed_is_noticed_and_put_back():
    set_random_seed(3)
    state = SeedState()
    first = generator(None).random()
    assert not state.holds()
    state.restore()
    assert state.holds()
    assert generator(None).random() == first
