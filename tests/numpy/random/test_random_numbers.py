"""tensorgrad.numpy.random: NumPy's numbers as Tensors, and no gradient lost.

That NumPy's global state is left alone is looked at after every test: ``conftest.py``.
"""

import copy
import pickle

import numpy
import pytest

import tensorgrad as tg
import tensorgrad.numpy as np

DRAWS = [
    "normal(1.0, 2.0, size=3)", "uniform(size=(2, 2))", "permutation(5)", "permutation([3, 1, 2])", "choice(5, 3)",
    "choice([1.0, 2.0], 4, p=[0.25, 0.75])", "standard_normal(2)", "exponential(size=2)", "poisson(3.0, 4)",
    "multivariate_normal([0.0, 1.0], [[1.0, 0.0], [0.0, 2.0]])",
]  # fmt: skip


@pytest.mark.parametrize("draw", [*DRAWS, "integers(9, size=4)", "random(3)", "permuted([1, 2, 3])",
                                  "permutation([[1, 2], [3, 4]], axis=1)", "choice([[1, 2], [3, 4]], 3, axis=1)",
                                  "choice(4, 2, shuffle=False)"])  # fmt: skip
def test_a_generator_draws_numpys_numbers(draw):
    ours = eval(f"rng.{draw}", {"rng": np.random.default_rng(7)})
    assert type(ours) is tg.Tensor
    numpy.testing.assert_array_equal(ours.numpy(), eval(f"rng.{draw}", {"rng": numpy.random.default_rng(7)}))


@pytest.mark.parametrize("draw", [*DRAWS, "rand(2, 3)", "randn(3)", "randint(9, size=4)", "random_sample(3)"])
def test_the_functions_of_the_module_draw_what_numpys_do_after_seed(draw):
    np.random.seed(3)
    ours = eval(f"np.random.{draw}")
    assert type(ours) is tg.Tensor
    numpy.testing.assert_array_equal(ours.numpy(), eval(f"old.{draw}", {"old": numpy.random.RandomState(3)}))
    again = eval(f"state.{draw}", {"state": np.random.RandomState(3)})
    numpy.testing.assert_array_equal(ours.numpy(), again.numpy())


def test_set_random_seed_makes_the_functions_of_the_module_repeatable():
    tg.set_random_seed(5)
    first = np.random.rand(3).tolist()
    second = np.random.rand(3).tolist()
    tg.set_random_seed(5)
    assert [np.random.rand(3).tolist(), np.random.rand(3).tolist()] == [first, second]
    tg.set_random_seed(6)
    assert np.random.rand(3).tolist() != first


def test_what_is_chosen_and_permuted_keeps_its_gradient():
    x = tg.Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    y = np.random.default_rng(0).permutation(x, axis=1)
    numpy.testing.assert_array_equal(y.numpy(), numpy.random.default_rng(0).permutation(x.numpy(), axis=1))
    (y * np.asarray([1.0, 10.0, 100.0])).sum().backward()
    order = numpy.random.default_rng(0).permutation(3)
    numpy.testing.assert_array_equal(x.grad.numpy()[:, order], [[1.0, 10.0, 100.0]] * 2)
    x.grad = None
    drawn = np.random.default_rng(1).choice(x, 4, axis=1)
    numpy.testing.assert_array_equal(drawn.numpy(), numpy.random.default_rng(1).choice(x.numpy(), 4, axis=1))
    drawn.sum().backward()
    numpy.testing.assert_array_equal(
        x.grad.numpy(), [numpy.bincount(numpy.random.default_rng(1).choice(3, 4), minlength=3)] * 2
    )


def test_shuffle_writes_and_refuses_a_leaf_that_requires_a_gradient():
    x, array = tg.Tensor([1.0, 2.0, 3.0, 4.0]), numpy.array([1.0, 2.0, 3.0, 4.0])
    np.random.default_rng(2).shuffle(x)
    numpy.random.default_rng(2).shuffle(array)
    assert x.tolist() == array.tolist() != [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(RuntimeError, match="in place"):
        np.random.default_rng(2).shuffle(tg.Tensor([1.0], requires_grad=True))


def test_a_parameter_that_requires_a_gradient_is_refused():
    mean = tg.Tensor(1.0, requires_grad=True)
    with pytest.raises(TypeError, match=r"random\.normal: no gradient flows.*rng\.standard_normal"):
        np.random.default_rng(0).normal(mean)
    numpy.testing.assert_array_equal(
        np.random.default_rng(0).normal(mean.detach(), size=2).numpy(), numpy.random.default_rng(0).normal(1.0, size=2)
    )


def test_a_generator_copies_and_pickles():
    rng = np.random.default_rng(0)
    twins = copy.deepcopy(rng), pickle.loads(pickle.dumps(rng))
    assert [twin.random() == rng.random() for twin in twins[:1]] == [True]
    assert twins[1].random(2).tolist() == numpy.random.default_rng(0).random(2).tolist()
    assert np.random.default_rng(rng).source.bit_generator is rng.source.bit_generator
