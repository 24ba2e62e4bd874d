"""Quotients with remainder, and powers in float64: NumPy's values, dtypes and gradients."""

import numpy as np

import tensorgrad as tg


def test_divmod_is_quotient_and_remainder():
    quotient, rest = divmod(tg.Tensor([7.5, -7.5], requires_grad=True), 2)
    assert quotient.tolist() == [3.0, -4.0]
    assert rest.tolist() == [1.5, 0.5]
    assert not quotient.requires_grad
    assert rest.requires_grad
    assert [x.tolist() for x in np.divmod(tg.Tensor(7.0), 4)] == [1.0, 3.0]


def test_float_power_is_in_float64():
    for a, b in ((np.array([2, 4]), -1), (np.array([2.0], "float32"), 2), (3, np.array([1, -2])), ([1, 2], [3, 4])):
        expected = np.float_power(a, b)
        found = np.float_power(tg.Tensor(a), b)
        np.testing.assert_array_equal(found.data, expected)
        assert found.dtype == expected.dtype == np.float64
    w = tg.Tensor(np.array([2.0], "float32"), requires_grad=True)
    np.float_power(w, 3).sum().backward()
    assert (w.grad.tolist(), w.grad.dtype) == ([12.0], np.float32)
