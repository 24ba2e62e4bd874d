"""Tensor by itself: what it accepts, keeps, prints, and how it is copied."""

import copy
import pickle

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import describe


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, "float64"),
        (2, "int64"),
        (True, "bool"),
        ([1.0, 2], "float64"),
        (np.float32(1), "float32"),
        (np.zeros((2, 3), "float32"), "float32"),
        (np.zeros(0, "float16"), "float16"),
        ([], "float64"),
    ],
)
def test_dtypes_follow_numpy(data, dtype):
    t = tg.Tensor(data)
    assert t.dtype == dtype
    assert t.shape == np.shape(data)
    assert type(t.data) is np.ndarray


def test_dtype_may_be_given():
    assert tg.Tensor([1, 2], requires_grad=True, dtype="float32").dtype == np.float32


def test_an_array_is_kept_and_not_copied():
    a = np.ones(3)
    assert tg.Tensor(a).data is a
    assert tg.Tensor(tg.Tensor(a)).data is a


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("abc", r"a Tensor holds numbers, got <U3\[\]"),
        (["a", "b"], r"a Tensor holds numbers, got <U1\[2\]"),
        (None, r"a Tensor holds numbers, got object\[\]"),
        ([{}, 1], r"a Tensor holds numbers, got object\[2\]"),
        (np.array(["2020-01-01"], "datetime64[D]"), r"a Tensor holds numbers, got datetime64\[D\]\[1\]"),
    ],
)
def test_what_is_not_numeric_is_refused(data, message):
    with pytest.raises(TypeError, match=message):
        tg.Tensor(data)


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="cannot make a Tensor of list"):
        tg.Tensor([[1, 2], [3]])


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (tg.Tensor([1.0, 2.5]), "Tensor([1. , 2.5])"),
        (tg.Tensor(3), "Tensor(3)"),
        (tg.Tensor(np.float32(3)), "Tensor(3., dtype=float32)"),
        (tg.Tensor([1.0], requires_grad=True, name="w"), "Tensor([1.], requires_grad=True, name='w')"),
        (tg.Parameter([1.0], name="w"), "Parameter([1.], name='w')"),
        (tg.Parameter([1.0], requires_grad=False), "Parameter([1.], requires_grad=False)"),
        (tg.Tensor([[1, 2], [3, 4]]), "Tensor([[1, 2],\n        [3, 4]])"),
    ],
)
def test_repr(tensor, text):
    assert repr(tensor) == text


def test_format_works_for_single_numbers():
    assert f"{tg.Tensor(3.14159, requires_grad=True):.2f}" == "3.14"
    assert f"{tg.Tensor([1.0])}" == "Tensor([1.])"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
@pytest.mark.parametrize("kind", [tg.Tensor, tg.Parameter])
def test_copies_are_leaves_of_their_own(again, kind):
    t = kind(np.array([1.0, 2.0], "float32"), requires_grad=True, name="w")
    u = again(t)
    assert (type(u), u.name, u.requires_grad, u.dtype) == (kind, "w", True, np.float32)
    assert not np.shares_memory(t.data, u.data)
    np.testing.assert_array_equal(t.data, u.data)


def test_a_copied_result_has_no_graph():
    h = tg.Tensor([1.0], requires_grad=True) * 2.0
    assert copy.deepcopy(h).is_leaf


def test_detach_shares_values_and_drops_the_graph():
    w = tg.Tensor([1.0, 2.0], requires_grad=True, name="w")
    d = w.detach()
    assert d.data is w.data
    assert not d.requires_grad
    assert d.name == "w"


def test_an_array_of_a_tensor_that_requires_a_gradient_is_refused():
    w = tg.Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"use t.numpy\(\) or t.detach\(\)"):
        np.asarray(w)
    np.testing.assert_array_equal(np.asarray(w.detach()), [1.0, 2.0])
    assert np.asarray(w.detach(), "float32").dtype == np.float32
    assert w.numpy() is w.data


def test_numbers_come_out():
    t = tg.Tensor(2.5, requires_grad=True)
    assert (float(t), int(t), t.item(), bool(t)) == (2.5, 2, 2.5, True)
    assert tg.Tensor([[1, 2]]).tolist() == [[1, 2]]
    assert [10, 20, 30][tg.Tensor(1)] == 20
    with pytest.raises(ValueError, match="truth value"):
        bool(tg.Tensor([1.0, 2.0]))
    with pytest.raises(TypeError, match="iteration over a 0-d Tensor"):
        list(t)


def test_tensors_are_told_apart_by_identity_in_sets():
    a, b = tg.Tensor(1.0), tg.Tensor(1.0)
    assert len({a, b, a}) == 2


def test_attributes_are_not_invented():
    with pytest.raises(AttributeError):
        tg.Tensor(1.0).gradient = 3


@pytest.mark.parametrize(
    ("x", "text"),
    [(np.zeros((2, 3), "f"), "float32[2, 3]"), (2.5, "2.5"), (None, "None"), ([1, 2], "list [1, 2]"), (1j, "1j")],
)
def test_describe(x, text):
    assert describe(x) == text
