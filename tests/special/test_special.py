"""The special functions equal SciPy's, at ordinary and at extreme places; their slopes where a sample could not say."""

import math

import numpy as np
import pytest
from scipy import special

import tensorgrad as tg

INF, NAN = math.inf, math.nan
rng = np.random.default_rng(0)
POSITIVE = np.concatenate([10 ** rng.uniform(-8, 3, 400), rng.uniform(0, 12, 400), [1, 2, 3, 0.5, 10, 171, 1e300, INF]])
NEGATIVE = np.concatenate([-rng.uniform(0, 30, 300), [0.0, -1e3 - 0.5]])
REAL = np.concatenate([rng.uniform(-35, 35, 500), 10 ** rng.uniform(-10, 2, 200), [0.0, INF, -INF]])
UNIT = np.concatenate([rng.uniform(-1, 1, 400), 1 - 10 ** rng.uniform(-16, 0, 200), [0.0, 1.0, -1.0, 0.5, 1.5]])
SHARE = np.concatenate([rng.uniform(0, 1, 400), 10 ** rng.uniform(-300, 0, 200), [0.0, 1.0, 0.5]])

SAME = [
    ("gammaln", POSITIVE, 1e-12), ("gammaln", NEGATIVE, 1e-11), ("gamma", POSITIVE, 5e-14), ("gamma", NEGATIVE, 5e-14),
    ("digamma", POSITIVE, 1e-12), ("digamma", NEGATIVE, 1e-11), ("psi", POSITIVE, 1e-12), ("erf", REAL, 2e-15),
    ("erfc", REAL[np.abs(REAL) < 26], 5e-13), ("erfcx", REAL[REAL > -9], 2e-12), ("erfinv", UNIT, 2e-15),
    ("ndtr", REAL[np.abs(REAL) < 35], 1e-12), ("log_ndtr", REAL[np.abs(REAL) < 35], 1e-12), ("ndtri", SHARE, 2e-15),
    ("i0", REAL[np.isfinite(REAL)], 4e-15), ("i0e", REAL, 4e-15), ("i1", REAL[np.isfinite(REAL)], 4e-15),
    ("i1e", REAL, 4e-15), ("logit", SHARE, 2e-14), ("log_expit", REAL, 2e-15), ("expit", REAL[REAL > -700], 2e-15),
    ("entr", SHARE, 2e-15),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x", "rtol"), SAME, ids=[f"{row[0]}-{i}" for i, row in enumerate(SAME)])
def test_values_are_scipys(name, x, rtol):
    ours, theirs = getattr(tg.special, name)(x), getattr(special, name)(x)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-16 if rtol > 1e-13 else 0)
    single = getattr(tg.special, name)(x[np.abs(x) < 30].astype(np.float32))
    assert single.dtype == np.float32


@pytest.mark.parametrize("n", range(8))
def test_polygamma_is_scipys(n):
    x = np.concatenate([POSITIVE[POSITIVE < 1e6], NEGATIVE[NEGATIVE < 0]])
    np.testing.assert_allclose(tg.special.polygamma(n, x), special.polygamma(n, x), rtol=2e-12, atol=1e-15)


@pytest.mark.parametrize("n", range(6))
def test_spherical_bessel_is_scipys(n):
    x = REAL[np.isfinite(REAL)]
    np.testing.assert_allclose(tg.special.spherical_jn(n, x), special.spherical_jn(n, x), rtol=1e-13, atol=1e-15)


def test_two_arguments_are_scipys():
    a, b = rng.uniform(0.1, 20, 100), rng.uniform(0.1, 20, 100)
    np.testing.assert_allclose(tg.special.beta(a, b), special.beta(a, b), rtol=1e-13)
    np.testing.assert_allclose(tg.special.betaln(a, b), special.betaln(a, b), rtol=1e-13, atol=1e-14)
    x, y = np.array([0.0, 0.0, 1.0, 2.0, NAN]), np.array([0.0, NAN, 0.0, 3.0, 1.0])
    np.testing.assert_array_equal(tg.special.xlogy(x, y), special.xlogy(x, y))
    np.testing.assert_array_equal(tg.special.xlog1py(x, -y), special.xlog1py(x, -y))


POLES = [
    ("gammaln", [0.0, -1.0, -INF, INF], [INF, INF, INF, INF]),
    ("gamma", [0.0, -0.0, -1.0, INF], [INF, -INF, NAN, INF]),
    ("digamma", [0.0, -1.0, INF], [-INF, NAN, INF]),
    ("erfinv", [1.0, -1.0, 1.5], [INF, -INF, NAN]),
    ("ndtri", [0.0, 1.0, -0.5], [-INF, INF, NAN]),
    ("i1", [INF, -INF], [INF, -INF]),
    ("entr", [0.0, -1.0], [0.0, -INF]),
    ("log_expit", [-1000.0, 1000.0], [-1000.0, 0.0]),
]


@pytest.mark.parametrize(("name", "x", "expected"), POLES, ids=[row[0] for row in POLES])
def test_ends_and_poles(name, x, expected):
    np.testing.assert_array_equal(getattr(tg.special, name)(np.array(x)), expected)


SLOPES = [
    ("i0", tg.special.i0, 0.0, 0.0), ("i1", tg.special.i1, 0.0, 0.5), ("i1e", tg.special.i1e, 0.0, 0.5),
    ("sinc", np.sinc, 0.0, 0.0), ("log_ndtr", tg.special.log_ndtr, -1000.0, 1000.000999998),
    ("log_ndtr above", tg.special.log_ndtr, 50.0, 0.0), ("xlogy", lambda x: tg.special.xlogy(x, x), 0.0, 0.0),
    ("copysign", lambda x: np.copysign(x, -1.0), 3.0, -1.0), ("heaviside", lambda b: np.heaviside(0.0, b), 0.3, 1.0),
    ("nan_to_num", np.nan_to_num, NAN, 0.0), ("nan_to_num of inf", np.nan_to_num, INF, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("f", "x", "slope"), [row[1:] for row in SLOPES], ids=[row[0] for row in SLOPES])
def test_slopes_at_single_points(f, x, slope):
    t = tg.Tensor(x, requires_grad=True)
    f(t).backward()
    assert t.grad.item() == pytest.approx(slope, rel=1e-9)


def test_sinc_has_all_derivatives_at_0():
    x = tg.Tensor(0.0, requires_grad=True)
    y, found = np.sinc(x), []
    for _ in range(4):
        x.grad = None
        y.backward(create_graph=True)
        y = x.grad
        found.append(y.item())
    np.testing.assert_allclose(found, [0.0, -(math.pi**2) / 3, 0.0, math.pi**4 / 5], atol=1e-12)


def test_parts_of_floats_are_numpys():
    x = np.array([[2.5, -1.25, 8.0], [0.0, -0.3, 1e300]])
    t = tg.Tensor(x)
    for f in (np.modf, np.frexp):
        for ours, theirs in zip(f(t), f(x), strict=True):
            np.testing.assert_array_equal(ours.data, theirs)
    np.testing.assert_array_equal(np.fix(t).data, np.fix(x))
    np.testing.assert_array_equal(np.spacing(t).data, np.spacing(x))
    np.testing.assert_array_equal(np.nextafter(t, 9.0).data, np.nextafter(x, 9.0))
    steep = np.cumsum(rng.normal(size=(4, 20)) * 2, axis=1)
    for options in ({}, {"axis": 0}, {"period": 4.0}, {"discont": 5.0}):
        np.testing.assert_allclose(np.unwrap(tg.Tensor(steep), **options).data, np.unwrap(steep, **options))
    wave = tg.Tensor(steep, requires_grad=True)
    np.unwrap(wave).sum().backward()
    np.testing.assert_array_equal(wave.grad.data, np.ones_like(steep))


def test_complex_numbers_and_writing_are_refused_with_a_reason():
    with pytest.raises(TypeError, match="takes real numbers, got complex128"):
        tg.special.gammaln(np.array([1j]))
    with pytest.raises(TypeError, match=r"copy=False.* use the returned value"):
        np.nan_to_num(tg.Tensor([NAN]), copy=False)
