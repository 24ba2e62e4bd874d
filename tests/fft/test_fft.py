"""Fourier transforms: NumPy's values in every form of the arguments, and derivatives through complex numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

RNG = np.random.default_rng(0)
ONE = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
MANY = ["fftn", "ifftn", "rfftn", "irfftn"]
TWO = ["fft2", "ifft2", "rfft2", "irfft2"]


def power(y):
    """Return what is real of a spectrum, and depends on both of its parts."""
    return np.abs(y) ** 2 + np.real(y) * np.imag(y + 1j)


def numpys(function):
    """Return the function as it is and as ``tensorgrad.fft`` has it."""
    return [getattr(np.fft, function), getattr(tg.fft, function)]


@pytest.mark.parametrize("name", ONE)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_transform_along_one_axis(name, data):
    shape = data.draw(st.lists(st.integers(2, 4), min_size=1, max_size=3))
    form = {
        "n": data.draw(st.none() | st.integers(1, 6)),
        "axis": data.draw(st.integers(-len(shape), len(shape) - 1)),
        "norm": data.draw(st.sampled_from([None, "backward", "ortho", "forward"])),
    }
    transform = getattr(np.fft, name)
    check_derivatives(lambda x: power(transform(x, **form)), tuple(shape))


FORMS = [{}, {"axes": (0, 2)}, {"axes": (1,)}, {"s": (2, 5), "axes": (2, 0)}, {"s": (-1, 4), "axes": (0, 1)},
         {"s": (3, 2, 4), "axes": (0, 1, 2), "norm": "ortho"}, {"axes": (0, 1, 1)}, {"norm": "forward"}]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("name", MANY)
def test_a_transform_along_many_axes(name, form):
    transform = getattr(np.fft, name)
    check_derivatives(lambda x: power(transform(x, **form)), (2, 3, 4))


@pytest.mark.parametrize("form", [{}, {"s": (3, 3)}, {"axes": (0, 1), "norm": "ortho"}], ids=str)
@pytest.mark.parametrize("name", TWO)
def test_a_transform_along_two_axes(name, form):
    transform = getattr(np.fft, name)
    check_derivatives(lambda x: power(transform(x, **form)), (2, 3, 4))


@pytest.mark.parametrize("name", ONE + MANY + TWO)
def test_values_and_dtypes_are_numpys_to_the_last_bit(name):
    theirs, ours = numpys(name)
    for x in RNG.normal(size=(3, 4)), RNG.integers(0, 9, (3, 4)), RNG.normal(size=(3, 4)).astype("float32"):
        expected = theirs(x)
        for y in ours(x), ours(tg.Tensor(x)).data, theirs(tg.Tensor(x)).data:
            assert (y.dtype, y.shape) == (expected.dtype, expected.shape)
            assert y.tobytes() == expected.tobytes()
    complex_too = name not in ("rfft", "ihfft", "rfftn", "rfft2")
    z = RNG.normal(size=(3, 4)) + 1j * RNG.normal(size=(3, 4))
    if complex_too:
        assert theirs(tg.Tensor(z)).data.tobytes() == theirs(z).tobytes()


def test_a_product_of_spectra_is_a_convolution():
    def by_spectra(x, k):
        return np.fft.irfft(np.fft.rfft(x, 6) * np.fft.rfft(k, 6), 6)

    x, k, g = RNG.normal(size=4), RNG.normal(size=3), RNG.normal(size=6)
    np.testing.assert_allclose(by_spectra(x, k), np.convolve(x, k))
    a, b = tg.Tensor(x, requires_grad=True), tg.Tensor(k, requires_grad=True)
    by_spectra(a, b).backward(g)
    np.testing.assert_allclose(a.grad.data, np.correlate(g, k, "valid"))
    np.testing.assert_allclose(b.grad.data, np.correlate(g, x, "valid"))


def test_a_derivative_of_third_order():
    x = tg.Tensor([1.0, -2.0, 0.5], requires_grad=True)
    y = (np.abs(np.fft.rfft(x)) ** 4).sum()
    direction = np.array([0.3, 0.2, -0.7])
    for _ in range(3):
        y.backward(create_graph=True)
        y, x.grad = (x.grad * direction).sum(), None
    f = np.polynomial.Polynomial.fit(
        t := np.linspace(-1, 1, 9), [(np.abs(np.fft.rfft(x.data + s * direction)) ** 4).sum() for s in t], 4
    )
    np.testing.assert_allclose(y.item(), f.deriv(3)(0.0), rtol=1e-9)


@pytest.mark.parametrize("axes", [None, 0, -1, (0, 1), (1,)])
def test_shifts(axes):
    for shift in np.fft.fftshift, np.fft.ifftshift:
        check_derivatives(lambda x, shift=shift: shift(x, axes) ** 2, (3, 4))


def test_frequencies_are_numpys():
    assert tg.fft.fftfreq(5, 0.1).tolist() == np.fft.fftfreq(5, 0.1).tolist()
    step = tg.Tensor(0.5, requires_grad=True)
    (np.fft.rfftfreq(4, step) * [0.0, 1.0, 1.0]).sum().backward()  # 1 / (4 d) + 2 / (4 d)
    assert step.grad.item() == pytest.approx(-3)


def test_the_namespace_is_numpys():
    theirs = {name for name in dir(np.fft) if not name.startswith("_") and name != "test"}
    assert set(tg.fft.__all__) == {name for name in theirs if callable(getattr(np.fft, name))}


def test_a_compiled_loss_of_a_spectrum_is_the_eager_one():
    def loss(x):
        return np.sum(power(np.fft.rfft2(x)))

    step = tg.compile(loss)
    for x in RNG.normal(size=(3, 2, 4)):
        assert step(x).tobytes() == loss(x).tobytes()
    w = tg.Parameter(RNG.normal(size=(4, 4)))
    eager, compiled = tg.Parameter(w.data.copy()), tg.Parameter(w.data.copy())

    def train(w, optimizer):
        optimizer.minimize(lambda: np.sum(np.abs(np.fft.fft(np.tanh(w))) ** 3), [w])

    one, other = tg.optimizers.SGD(0.01), tg.optimizers.SGD(0.01)
    program = tg.compile(lambda: train(compiled, other))
    for _ in range(3):
        train(eager, one)
        program()
    assert eager.data.tobytes() == compiled.data.tobytes()


ERRORS = [
    (lambda x: np.fft.fft(x, 0), ValueError, r"fft\(x\): Invalid number of FFT data points \(0\).*got x float64"),
    (lambda x: np.fft.rfft(x, norm="unit"), ValueError, r"rfft\(x\): Invalid norm value.*got x float64\[2, 3\]"),
    (lambda x: np.fft.fftn(x, (2,), (0, 1)), ValueError, r"fftn\(x\): s=\(2,\) must have a length for each"),
    (lambda x: np.fft.fft2(x[0]), ValueError, r"fft2\(x\): there is no axis -2 in x float64\[3\]"),
    (lambda x: np.fft.irfftn(x, axes=()), ValueError, r"irfftn\(x\): there is no axis to transform along"),
    (lambda x: np.fft.fftn(x, out=np.zeros((2, 3), complex)), TypeError, r"fftn\(..., out=array\) cannot write"),
    (lambda x: np.fft.fft(x).sum().backward(), tg.GradientError, r"starts from a real number, got complex128"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors_say_what_came(call, kind, message):
    with pytest.raises(kind, match=message):
        call(tg.Tensor(np.ones((2, 3)), requires_grad=True))
