"""Derivatives checked against what does not use them: the function's own values."""

import numpy as np

import tensorgrad as tg


def gradients(f, arrays, cotangent, create_graph=False):
    """Return the gradients of ``Σ f(*arrays) * cotangent``, as Tensors."""
    leaves = [tg.Tensor(x, requires_grad=True) for x in arrays]
    (f(*leaves) * cotangent).sum().backward(create_graph=create_graph)
    return leaves, [np.zeros_like(x) if x.grad is None else x.grad for x in leaves]


def along(grads, directions):
    """Return the sum of the inner products of gradients and directions."""
    return sum([(g * d).sum() for g, d in zip(grads, directions, strict=True)])


def central(f, arrays, directions, h):
    """Return the central difference of ``f`` along ``directions``."""
    ahead = f(*[x + h * d for x, d in zip(arrays, directions, strict=True)])
    back = f(*[x - h * d for x, d in zip(arrays, directions, strict=True)])
    return (ahead - back) / (2 * h)


def check_derivatives(f, *shapes, value=None):
    """Check value, first and second derivative of ``f`` (NumPy calls only), given arrays of ``shapes``."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in shapes]
    y = f(*[tg.Tensor(x, requires_grad=True) for x in arrays])
    np.testing.assert_allclose(y.data, (value or f)(*arrays), rtol=1e-12, atol=1e-14)
    cotangent = rng.normal(size=y.shape)
    directions = [rng.normal(size=s) for s in shapes]

    def first(*arrays):
        grads = gradients(f, arrays, cotangent)[1]
        assert [g.shape for g in grads] == list(shapes)
        return along([getattr(g, "data", g) for g in grads], directions)

    numeric = (central(lambda *a: np.asarray(f(*a)), arrays, directions, 1e-6) * cotangent).sum()
    np.testing.assert_allclose(first(*arrays), numeric, rtol=1e-6, atol=1e-7)

    leaves, grads = gradients(f, arrays, cotangent, create_graph=True)
    slope = along(grads, directions)
    np.testing.assert_allclose(slope.data, first(*arrays), rtol=1e-12, atol=1e-12)
    for x in leaves:
        x.grad = None
    if slope.requires_grad:
        slope.backward()
    second = along([np.zeros_like(x.data) if x.grad is None else x.grad.data for x in leaves], directions)
    np.testing.assert_allclose(second, central(first, arrays, directions, 1e-5), rtol=1e-5, atol=1e-6)


def value_and_gradient(f, x, g=None):
    """Return what ``f`` gives for the array ``x``, and its gradient for the cotangent ``g``, by default ones."""
    t = tg.Tensor(x, requires_grad=True)
    y = f(t)
    y.backward(tg.Tensor(np.ones(y.shape, y.dtype) if g is None else np.asarray(g, y.dtype)))
    return y.data, t.grad.data
