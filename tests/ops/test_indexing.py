"""Reading and writing entries: every kind of index, and the value semantics of ``x[i] = v``."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives


def leaf(values):
    return tg.Tensor(np.array(values, float), requires_grad=True)


def written(x, v, index):
    """Return ``x`` with ``v`` at ``index``, for arrays and Tensors: the statement under test."""
    y = x * 1
    y[index] = v
    return y


READS = {
    "take": (lambda x: np.take(x, [2, 0, 2], axis=1) ** 2, (2, 3)),
    "take flat": (lambda x: np.take(x, [[5, 0], [0, 1]]) ** 2, (2, 3)),
    "take number": (lambda x: np.take(x, 1, axis=-1) ** 2, (2, 3)),
    "take wrap": (lambda x: np.take(x, [4, -4], axis=1, mode="wrap") ** 2, (2, 3)),
    "take clip": (lambda x: np.take(x, [9, -9], axis=1, mode="clip") ** 2, (2, 3)),
    "take_along_axis": (lambda x: np.take_along_axis(x, np.array([[1, 1], [2, 0]]), axis=1) ** 2, (2, 3)),
    "take_along_axis broadcast": (lambda x: np.take_along_axis(x, np.array([[1], [0]]), axis=1) ** 2, (2, 3)),
    "take_along_axis flat": (lambda x: np.take_along_axis(x, np.array([5, 0, 0]), axis=None) ** 2, (2, 3)),
    "take_along_axis cube": (
        lambda x: np.take_along_axis(x, np.arange(12).reshape(2, 2, 3) % 2, axis=1) ** 2,
        (2, 4, 3),
    ),
    "sort": (lambda x: np.sort(x, axis=0) * np.arange(3.0), (4, 3)),
    "sort flat": (lambda x: np.sort(x, axis=None) * np.arange(12.0), (4, 3)),
    "an open mesh": (lambda x: x[np.ix_([0, 2], [1, 1])] ** 2, (3, 2)),
    "a list": (lambda x: x[[2, 0, 0]] ** 2, (3, 2)),
    "an empty list": (lambda x: x[[]] ** 2, (3, 2)),
    "a list of bools": (lambda x: x[[True, False, True]] ** 2, (3, 2)),
    "a NumPy int": (lambda x: x[np.int64(1)] ** 2, (3, 2)),
    "a bool": (lambda x: x[True] ** 2, (3, 2)),
}


@pytest.mark.parametrize("name", READS)
def test_a_function_and_its_two_derivatives(name):
    f, shape = READS[name]
    check_derivatives(f, shape)


indices = st.one_of(
    hnp.basic_indices((3, 4, 2), allow_newaxis=True),
    hnp.integer_array_indices((3, 4, 2)),
    hnp.arrays(bool, (3, 4)),
    st.tuples(st.just(slice(None, None, 2)), hnp.integer_array_indices((4,)).map(lambda i: i[0])),
    st.tuples(
        st.integers(-3, 2), st.just(...), st.lists(st.integers(-2, 1), max_size=3).map(lambda i: np.array(i, int))
    ),
)


@given(index=indices)
@settings(max_examples=80, deadline=None)
def test_any_index_reads_as_numpy_does_and_scatters_back(index):
    check_derivatives(lambda x: x[index] ** 2, (3, 4, 2))


@given(index=indices, seed=st.integers(0, 9))
@settings(max_examples=80, deadline=None)
def test_any_index_writes_as_numpy_does(index, seed):
    taken = np.empty((3, 4, 2))[index].shape
    check_derivatives(lambda x, v: written(x, v, index) ** 2, (3, 4, 2), taken)


@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=1, base_shape=(3, 2), max_dims=2))
@settings(max_examples=40, deadline=None)
def test_what_is_written_broadcasts(shapes):
    if shapes.result_shape == (3, 2):
        check_derivatives(lambda x, v: written(x, v, slice(1, None)) ** 2, (4, 2), shapes.input_shapes[0])


def test_of_several_writes_to_one_entry_the_last_counts():
    v = leaf([1, 2, 3])
    x = tg.Tensor(np.zeros(2))
    x[[0, 0, 1]] = v
    assert x.tolist() == [2, 3]
    x.sum().backward()
    assert v.grad.tolist() == [0, 1, 1]


def test_leading_axes_of_length_one_may_be_written():
    v = leaf([[[1, 2, 3]]])
    x = tg.Tensor(np.zeros((2, 3)))
    x[:] = v
    (x * [[1.0], [10.0]]).sum().backward()
    assert v.grad.tolist() == [[[11, 11, 11]]]


def test_a_complex_step_passes_through_what_is_written():
    assert tg.assign(np.zeros(2), np.array(3 + 1e-30j), index=1).imag.tolist() == [0, 1e-30]


@pytest.mark.parametrize("make", [list, np.array, tg.Tensor])
def test_tensors_arrays_and_lists_index_alike(make):
    x = leaf([1, 2, 3])
    x[make([2, 2])].sum().backward()
    assert x.grad.tolist() == [0, 0, 2]
    assert x[make([True, False, True])].tolist() == [1, 3]


def test_a_comparison_selects_and_replaces():
    x = leaf([-1, 2, -3])
    y = x * 1
    y[y < 0] = 0
    y.sum().backward()
    assert y.tolist() == [0, 2, 0]
    assert x.grad.tolist() == [0, 1, 0]
    assert x[x > 0].tolist() == [2]


def test_an_index_array_may_be_changed_afterwards():
    index, x = np.array([0, 1]), leaf([1, 2, 3])
    y = x[index].sum()
    index[:] = 2
    y.backward()
    assert x.grad.tolist() == [1, 1, 0]


class TestWriting:
    """``x[i] = v`` makes ``x`` the result of an op; whoever used its old value keeps it."""

    def test_what_was_computed_before_has_the_old_gradient(self):
        w = leaf([1, 2, 3])
        x = w * 1
        y = x * x
        x[0] = 5
        assert (x.tolist(), y.tolist()) == ([5, 2, 3], [1, 4, 9])
        y.sum().backward()
        assert w.grad.tolist() == [2, 4, 6]

    def test_both_versions_count_in_one_sum(self):
        w = leaf([1, 2])
        x = w * 1
        before = (x * 10).sum()
        x[0] = 7
        (before + (x * x).sum()).backward()
        assert w.grad.tolist() == [10, 14]

    def test_a_constant_buffer_keeps_what_its_users_saw(self):
        w = leaf([1, 1])
        x = tg.Tensor([2.0, 3.0])
        y = (w * x).sum()
        x[0] = 100
        with tg.no_grad():
            x[1] = 100
        z = (w * x).sum()
        x[:] = 0
        x[1] = 0
        y.backward()
        assert w.grad.tolist() == [2, 3]
        z.backward()
        assert w.grad.tolist() == [102, 103]

    def test_no_grad_writes_leave_older_users_alone(self):
        w = leaf([1, 2])
        x = w * 1
        y = (x * x).sum()
        with tg.no_grad():
            x[0] = 50
        assert not x.requires_grad
        y.backward()
        assert w.grad.tolist() == [2, 4]

    def test_a_loop_fills_a_buffer(self):
        w = leaf(0.5)
        x = tg.Tensor(np.zeros(5))
        x[0] = 1.0
        for i in range(1, 5):
            x[i] = x[i - 1] * w
        x.sum().backward()
        np.testing.assert_allclose(w.grad.data, 1 + 2 * 0.5 + 3 * 0.25 + 4 * 0.125)

    def test_adding_to_an_entry(self):
        w = leaf([1, 2])
        x = w * 1
        x[0] += 10
        x[1] *= w[1]
        x.sum().backward()
        assert x.tolist() == [11, 4]
        assert w.grad.tolist() == [1, 4]

    def test_in_place_operators_make_a_new_tensor(self):
        x = leaf([1, 2])
        y = x
        y += 1
        y *= 2
        assert (x.tolist(), y.tolist()) == ([1, 2], [4, 6])
        y.sum().backward()
        assert x.grad.tolist() == [2, 2]

    def test_a_tensor_written_into_itself(self):
        w = leaf([1, 2, 3])
        x = w * 1
        x[1:] = x[:-1]
        assert x.tolist() == [1, 1, 2]
        x[0] = x.sum()
        x[...] = x
        (x * [1.0, 10.0, 100.0]).sum().backward()
        assert w.grad.tolist() == [2 + 10, 1 + 100, 0]

    def test_two_tensors_of_one_array_part(self):
        a = np.array([1.0, 2.0])
        x, y = tg.Tensor(a), tg.Tensor(a)
        view = x[:1]
        x[0] = 9
        assert (x.tolist(), y.tolist(), a.tolist(), view.tolist()) == ([9, 2], [1, 2], [1, 2], [9])

    def test_swapping_entries(self):
        w = leaf([1, 2])
        x = w * 1
        x[0], x[1] = x[1], x[0]
        (x * [1.0, 10.0]).sum().backward()
        assert w.grad.tolist() == [10, 1]

    def test_the_dtype_stays(self):
        x = tg.Tensor(np.zeros(2, "float32"))
        v = leaf(1.5)
        x[0] = v
        x.sum().backward()
        assert (x.dtype, v.grad.dtype) == ("float32", "float64")
        n = tg.Tensor([1, 2])
        n[0] = 7.0
        assert n.tolist() == [7, 2]

    def test_twice_differentiable(self):
        w = leaf(3)
        x = tg.Tensor(np.zeros(2))
        x[0] = w * w * w
        x.sum().backward(create_graph=True)
        g, w.grad = w.grad, None
        g.backward()
        assert w.grad.item() == 18

    def test_retain_grad_follows_the_new_value_and_hooks_stay_with_the_old(self):
        w, seen = leaf([1, 2]), []
        x = w * 1
        x.register_hook(lambda g: seen.append(g.tolist()))
        x.retain_grad()
        x[0] = 5
        (x * [3.0, 4.0]).sum().backward()
        assert x.grad.tolist() == [3, 4]
        assert seen == [[0, 4]]

    def test_the_graph_is_freed_without_the_collector(self):
        gc.collect()
        gc.disable()
        try:
            w = leaf([1, 2, 3])
            x = w * 1
            for i in range(3):
                x[i] += x[i - 1] * 2
            x[:] = x
            gone = weakref.ref(x)
            del x
            assert gone() is None
        finally:
            gc.enable()

    def test_writing_again_and_again_keeps_no_history(self):
        x = tg.Tensor(np.zeros(3))
        for i in range(100):
            x[i % 3] = i
        depth, node = 0, x
        while getattr(node, "past", None) is not None:
            depth, node = depth + 1, node.past
        assert depth == 1

    def test_a_long_loop_is_linear_and_not_recursive(self):
        w = leaf(1)
        x = tg.Tensor(np.zeros(2))
        for i in range(5000):
            x[i % 2] = x[1 - i % 2] * w + 1
        x.sum().backward()
        assert w.grad.item() > 0


ERRORS = [
    (
        lambda w, y: w.__setitem__(0, 1.0),
        tg.errors.GradientError,
        "cannot write into w (float64[2, 3]) in place: it requires a gradient and its old value would be lost; write "
        "into a copy (y = x * 1; y[i] = v), or change x.data to update it outside the graph",
    ),
    (
        lambda w, y: y.__setitem__(0, [1.0, 2.0]),
        tg.errors.ShapeError,
        "setitem(x, v): v (2,) does not broadcast to x[index] (3,); got x float64[2, 3], v float64[2]",
    ),
    (
        lambda w, y: tg.Tensor([1, 2]).__setitem__(0, w[0, 0]),
        TypeError,
        "x[i] = v: x int64[2] cannot hold v float64[], which requires a gradient; make x of floats, or write "
        "v.detach()",
    ),
    (
        lambda w, y: tg.Tensor([1, 2]).__setitem__(0, 7.9),
        TypeError,
        "x[i] = v: x int64[2] cannot hold v 7.9, whose fractions NumPy would cut off; make x of floats, or write "
        "np.trunc(v)",
    ),
    (
        lambda w, y: y.__setitem__(0, 1j),
        TypeError,
        "x[i] = v: x float64[2, 3] cannot hold the complex v 1j; use v.real",
    ),
    (lambda w, y: y[2], IndexError, "index 2 is out of bounds for axis 0 with size 2"),
    (
        lambda w, y: y[0.5],
        IndexError,
        "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
        "indices",
    ),
    (lambda w, y: y[w], IndexError, "arrays used as indices must be of integer (or boolean) type"),
    (
        lambda w, y: np.take_along_axis(y, np.array([0, 1]), 1),
        tg.errors.ShapeError,
        "take_along_axis(x, indices): x float64[2, 3] and indices int64[2] must have the same number of axes",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors(call, kind, message):
    w = tg.Tensor(np.ones((2, 3)), requires_grad=True, name="w")
    y = w * 1
    with pytest.raises(kind) as error:
        call(w, y)
    assert str(error.value) == message
    assert y.tolist() == w.tolist()


def test_a_failed_write_changes_nothing():
    w = leaf([1, 2])
    x = w * 1
    with pytest.raises(IndexError) as error:
        x[5] = 1
    assert error.value.__notes__ == ["in setitem: x float64[2], v int64[]"]
    x.sum().backward()
    assert w.grad.tolist() == [1, 1]
