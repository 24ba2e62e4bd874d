"""Backpropagation: what reaches which leaf, and what it may not disturb."""

import threading

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError, ShapeError


def leaf(values, dtype="float64", name=None):
    return tg.Tensor(np.array(values, dtype), requires_grad=True, name=name)


def test_gradients_add_up_over_every_path():
    x = leaf(3.0)
    y = x * x
    z = y + y * x  # x² + x³
    z.backward()
    assert x.grad.item() == 2 * 3 + 3 * 3**2


def test_a_second_backward_accumulates():
    x = leaf([1.0, 2.0])
    loss = (x * x).sum()
    loss.backward()
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, [4.0, 8.0])


def test_an_accumulated_gradient_leaves_the_old_one_as_it_was():
    x = leaf([1.0, 2.0])
    (x * 2.0).sum().backward()
    first = x.grad
    (x * 2.0).sum().backward()
    np.testing.assert_array_equal(first.data, [2.0, 2.0])


@pytest.mark.parametrize(
    ("a", "b"),
    [((2, 3), (3,)), ((2, 3), (2, 1)), ((), (4,)), ((1,), ()), ((2, 1, 3), (4, 1)), ((0, 3), (3,)), ((1, 1), (2, 2))],
)
def test_broadcasting_is_undone_in_both_inputs(a, b, rng):
    x, y = leaf(rng.random(a)), leaf(rng.random(b))
    (x * y).sum().backward()
    assert x.grad.shape == a
    assert y.grad.shape == b
    expand = np.broadcast_to(y.data, np.broadcast_shapes(a, b))
    lead = tuple(range(expand.ndim - len(a)))
    ones = tuple(i - len(a) for i, n in enumerate(a) if n == 1)
    expected = expand.sum(axis=(*lead, *(i + expand.ndim for i in ones)), keepdims=True).reshape(a)
    np.testing.assert_allclose(x.grad.data, expected, rtol=1e-14)


def test_no_two_gradients_share_memory():
    a, b, c = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf([[1.0, 1.0]])
    seed = np.array([[5.0, 6.0]])
    ((a + b) + c).backward(seed)
    arrays = [a.grad.data, b.grad.data, c.grad.data, a.data, seed]
    for i, x in enumerate(arrays):
        for y in arrays[i + 1 :]:
            assert not np.shares_memory(x, y)
    a.grad.data[:] = 0
    np.testing.assert_array_equal(b.grad.data, [5.0, 6.0])


def test_backward_from_the_leaf_itself():
    x = leaf([1.0, 2.0])
    seed = np.array([3.0, 4.0])
    x.backward(seed)
    seed[:] = 0
    np.testing.assert_array_equal(x.grad.data, [3.0, 4.0])


def test_float32_stays_float32_and_each_leaf_gets_its_own_dtype():
    x, w = leaf([1.0, 2.0], "float32"), leaf([1.0, 2.0], "float64")
    (x * 2.0 + 1).sum().backward()
    assert x.grad.dtype == np.float32
    x.grad = None
    (x * w).sum().backward()
    assert (x.grad.dtype, w.grad.dtype) == (np.float32, np.float64)


def test_constants_and_frozen_leaves_get_no_gradient():
    x, c = leaf([1.0, 2.0]), tg.Tensor([3.0, 4.0])
    (x * c).sum().backward()
    assert c.grad is None
    np.testing.assert_array_equal(x.grad.data, c.data)


def test_create_graph_gives_second_and_third_derivatives():
    x = leaf(2.0)
    y = x * x * x * x
    y.backward(create_graph=True)
    g1, x.grad = x.grad, None
    assert g1.item() == 4 * 2**3
    g1.backward(create_graph=True)
    g2, x.grad = x.grad, None
    assert g2.item() == 12 * 2**2
    g2.backward()
    assert x.grad.item() == 24 * 2


def test_without_create_graph_a_gradient_has_no_history():
    x = leaf(2.0)
    (x * x).backward()
    assert not x.grad.requires_grad
    assert x.grad.is_leaf


def test_an_error_midway_changes_no_gradient():
    @tg.primitive
    def fragile(x):
        """x, with a rule that fails."""
        return x * 1.0

    @fragile.vjp("x")
    def _(g, y, x):
        raise ZeroDivisionError("planted")

    x, w = leaf([1.0]), leaf([2.0])
    loss = (fragile(x) + w).sum()
    with pytest.raises(ZeroDivisionError, match="planted"):
        loss.backward()
    assert x.grad is None
    assert w.grad is None


def test_a_rule_of_the_wrong_shape_is_named():
    @tg.primitive
    def misshapen(x):
        """x."""
        return x * 1.0

    misshapen.vjp("x")(lambda g, y, x: np.ones((5, 5)))
    x = leaf([1.0, 2.0], name="x")
    with pytest.raises(ShapeError, match=r"the rule of op 'misshapen' gave a gradient float64\[5, 5\]"):
        misshapen(x).sum().backward()


def test_hooks_see_and_replace_gradients():
    seen = []
    x = leaf([1.0, 2.0])
    h = x * 2.0
    remove = h.register_hook(lambda g: seen.append(g.data.copy()))
    x.register_hook(lambda g: g * 10.0)
    h.sum().backward()
    np.testing.assert_array_equal(seen, [[1.0, 1.0]])
    np.testing.assert_array_equal(x.grad.data, [20.0, 20.0])
    remove()
    remove()  # twice does no harm
    h.sum().backward()
    assert len(seen) == 1


def test_a_hook_runs_once_on_the_whole_gradient():
    seen = []
    x = leaf(1.0)
    x.register_hook(lambda g: seen.append(g.item()))
    (x + x + x).backward()
    assert seen == [3.0]


def test_a_hook_must_keep_the_shape_and_needs_a_gradient():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda g: g.sum())
    with pytest.raises(ShapeError, match=r"a hook of float64\[2\] returned float64\[\]"):
        (x * 2.0).sum().backward()
    with pytest.raises(GradientError, match="would never run"):
        tg.Tensor([1.0]).register_hook(print)


def test_retain_grad_keeps_the_gradient_of_a_result():
    x = leaf([1.0, 2.0])
    h = x * 2.0
    h.retain_grad()
    (h * h).sum().backward()
    np.testing.assert_array_equal(h.grad.data, 2 * h.data)
    np.testing.assert_array_equal(x.grad.data, 4 * h.data)


def test_no_grad_records_nothing_and_is_undone_by_errors_and_nesting():
    x = leaf(2.0)
    with tg.no_grad():
        assert not (x * 2.0).requires_grad
        with tg.enable_grad():
            assert (x * 2.0).requires_grad
        assert not (x * 2.0).requires_grad
    with pytest.raises(KeyError), tg.no_grad():
        raise KeyError("planted")
    assert (x * 2.0).requires_grad


def test_no_grad_decorates_functions_even_recursive_ones():
    x = leaf(2.0)

    @tg.no_grad()
    def power(n):
        return x if n == 0 else power(n - 1) * 2.0

    assert not power(3).requires_grad
    assert (x * 2.0).requires_grad


def test_no_grad_is_per_thread():
    x = leaf(2.0)
    found = []
    with tg.no_grad():
        thread = threading.Thread(target=lambda: found.append((x * 2.0).requires_grad))
        thread.start()
        thread.join()
    assert found == [True]


def test_two_threads_walk_one_graph():
    w = leaf(np.ones(3))
    h = w
    for _ in range(200):
        h = h * 1.0 + w * 0.0
    loss = h.sum()
    from tensorgrad.backward import gradients

    results = []
    threads = [
        threading.Thread(target=lambda: results.extend(g for _ in range(20) for _, g in gradients(loss)))
        for _ in range(4)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 80
    for g in results:
        np.testing.assert_array_equal(g, np.ones(3))


ERRORS = [
    (lambda x: (x * 2.0).backward(), GradientError, r"backward\(\) starts from a scalar, got float64\[2\]; reduce it"),
    (lambda x: tg.Tensor(1.0).backward(), GradientError, r"depends on no Tensor that requires a gradient"),
    (lambda x: x.detach().sum().backward(), GradientError, r"backward\(\) from float64\[\], which depends on no"),
    (lambda x: (x * 2.0).backward(np.ones(3)), ShapeError, r"float64\[3\] must have the shape of float64\[2\]"),
    (lambda x: tg.Tensor([1, 2], requires_grad=True), TypeError, r"only floats have gradients, got int64\[2\]; write"),
    (lambda x: tg.Tensor([1j], requires_grad=True), TypeError, r"gradients of complex Tensors are not defined"),
    (lambda x: (x * 1j).sum().backward(), GradientError, r"starts from a real number, got complex128\[\]"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=[message[:30] for _, _, message in ERRORS])
def test_errors_say_what_to_do(call, kind, message):
    with pytest.raises(kind, match=message):
        call(leaf([1.0, 2.0]))
