"""Arrays that remember their step: through NumPy's functions and structures, and plain again afterwards."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug.taint import TaintedArray, array_step, array_steps, untaint
from tensorgrad.debug.taint_tracker import TaintTracker


@pytest.fixture
def array():
    with TaintTracker(tg.Parameter([[2.0, 1.0], [1.0, 3.0]], name="w")) as tracker:
        yield tracker.p.numpy()


def path_of(array):
    """Return the words of the steps that lead to an array, the last one first."""
    step, words = array_step(array), []
    while step is not None:
        words.append(step.what)
        step = step.edges[0][0] if step.edges else None
    return words


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (lambda a: a * 2, "multiply"),
        (lambda a: a @ np.ones(2), "matmul"),
        (lambda a: np.concatenate([a, a]), "concatenate"),
        (lambda a: np.linalg.eigh(a).eigenvalues, "eigh"),
        (lambda a: np.split(a, 2)[1], "split"),
        (lambda a: np.einsum("ij->j", a), "einsum"),
    ],
    ids=["a ufunc", "a product", "a list given", "a named tuple", "a list returned", "a function"],
)
def test_a_result_of_numpy_remembers_its_steps(array, function, word):
    result = function(array)
    assert path_of(result) == [word, ".numpy()", "w"]
    np.testing.assert_array_equal(untaint(result), function(np.array([[2.0, 1.0], [1.0, 3.0]])))


def test_views_and_entries_remember_the_step_of_their_array(array):
    for view in (array[0], array[0, 1], array.T, np.asarray(array), next(iter(array))):
        assert path_of(view) == [".numpy()", "w"]


def test_an_array_to_write_into_stays_what_it_is(array):
    out = np.empty((2, 2))
    assert np.add(array, 1.0, out=out) is out
    assert (type(out), out.tolist()) == (np.ndarray, [[3.0, 2.0], [2.0, 4.0]])


def test_structures_are_searched_and_made_plain(array):
    nested = {"a": [array, 1.0], "b": (np.ones(2), "text")}
    assert [step.what for step in array_steps(nested)] == [".numpy()"]
    plain = untaint(nested)
    assert type(plain["a"][0]) is np.ndarray
    assert plain["b"][0] is nested["b"][0]
    assert array_steps(plain) == []


def test_after_the_block_results_are_not_followed():
    with TaintTracker(tg.Parameter([1.0, 2.0], name="w")) as tracker:
        array = tracker.p.numpy()
        assert type(array) is TaintedArray
        assert path_of(array * 2) == ["multiply", ".numpy()", "w"]
    assert type(array * 2) is np.ndarray
    assert array_step(array * 2) is None
