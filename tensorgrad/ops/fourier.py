"""Fourier transforms, under the names of ``np.fft``; ``tensorgrad.fft`` is their namespace.

Each is linear, so that its rule is another of them: the matrix of ``fft`` is symmetric, and those from and to real
numbers are each other's transposes but for the frequencies that come in pairs, of which they hold one.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.declare import linear
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from ..errors import ShapeError, describe
from .matrices import refuse_out
from .movement import roll

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifft2", "ifftn", "ifftshift", "ihfft", "irfft",
    "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip

fftfreq, rfftfreq = np.fft.fftfreq, np.fft.rfftfreq


def fit_length(x: Any, n: Any, axis: Any) -> Any:
    """Return ``x`` cut off at ``n`` entries along ``axis``, or with zeros up to there, as a transform takes it."""
    axis, length = axis % x.ndim, x.shape[axis]
    if length < n:
        return np.pad(x, [(0, n - length if i == axis else 0) for i in range(x.ndim)])
    return x[(*(slice(None),) * axis, slice(n))] if length > n else x


def pairs(g: Any, n: Any, axis: Any) -> Any:
    """Return how many of ``n`` frequencies each entry along ``axis`` of ``g`` stands for: 2, at the ends 1.

    >>> pairs(np.ones(3, complex), 4, -1), pairs(np.ones(3, complex), 5, -1)
    (array([1., 2., 1.]), array([1., 2., 2.]))
    """
    k = np.arange(n // 2 + 1)
    times = np.where((k == 0) | (2 * k == n), 1, 2).astype(np.finfo(g.dtype).dtype)
    return times.reshape((-1,) + (1,) * (g.ndim - 1 - axis % g.ndim))


def fft_x(g: Any, y: Any, x: Any, *, n: Any, axis: Any, norm: Any) -> Any:
    """∂/∂x: ``ℱ(g)``, as long as ``x``."""
    return fit_length(np.fft.fft(g, None, axis, norm), x.shape[axis], axis)


def ifft_x(g: Any, y: Any, x: Any, *, n: Any, axis: Any, norm: Any) -> Any:
    """∂/∂x: ``ℱ⁻¹(g)``, as long as ``x``."""
    return fit_length(np.fft.ifft(g, None, axis, norm), x.shape[axis], axis)


def rfft_x(g: Any, y: Any, x: Any, *, n: Any, axis: Any, norm: Any) -> Any:
    """∂/∂x: ``hfft(g / m)``, with m what ``pairs`` says; as long as ``x``."""
    n = x.shape[axis] if n is None else n
    return fit_length(np.fft.hfft(g / pairs(g, n, axis), n, axis, norm), x.shape[axis], axis)


def irfft_x(g: Any, y: Any, x: Any, *, n: Any, axis: Any, norm: Any) -> Any:
    """∂/∂x: ``m ihfft(g)``, with m what ``pairs`` says; as long as ``x``."""
    half = np.fft.ihfft(g, None, axis, norm)
    return fit_length(half * pairs(g, g.shape[axis], axis), x.shape[axis], axis)


def hfft_x(g: Any, y: Any, x: Any, *, n: Any, axis: Any, norm: Any) -> Any:
    """∂/∂x: ``m rfft(g)``, with m what ``pairs`` says; as long as ``x``."""
    half = np.fft.rfft(g, None, axis, norm)
    return fit_length(half * pairs(g, g.shape[axis], axis), x.shape[axis], axis)


def ihfft_x(g: Any, y: Any, x: Any, *, n: Any, axis: Any, norm: Any) -> Any:
    """∂/∂x: ``irfft(g / m)``, with m what ``pairs`` says; as long as ``x``."""
    n = x.shape[axis] if n is None else n
    return fit_length(np.fft.irfft(g / pairs(g, n, axis), n, axis, norm), x.shape[axis], axis)


fft = linear("fft", lambda x, *, n=None, axis=-1, norm=None: np.fft.fft(x, n, axis, norm),
    "Fourier transform along ``axis``: ``yₖ = Σⱼ xⱼ exp(-2πi jk / n)``, of ``x`` cut off or filled with zeros to n.",
    symbol="ℱ", numpy=(np.fft.fft,), x=fft_x)  # fmt: skip
ifft = linear("ifft", lambda x, *, n=None, axis=-1, norm=None: np.fft.ifft(x, n, axis, norm),
    "Inverse of ``fft``.", symbol="ℱ⁻¹", numpy=(np.fft.ifft,), x=ifft_x)  # fmt: skip
rfft = linear("rfft", lambda x, *, n=None, axis=-1, norm=None: np.fft.rfft(x, n, axis, norm),
    "Fourier transform of real numbers: the first ``n // 2 + 1`` frequencies, of which the others are the conjugates.",
    symbol="ℱ", numpy=(np.fft.rfft,), x=rfft_x)  # fmt: skip
irfft = linear("irfft", lambda x, *, n=None, axis=-1, norm=None: np.fft.irfft(x, n, axis, norm),
    "Inverse of ``rfft``: ``n`` real numbers, ``2 (m - 1)`` unless told, of m frequencies.",
    symbol="ℱ⁻¹", numpy=(np.fft.irfft,), x=irfft_x)  # fmt: skip
hfft = linear("hfft", lambda x, *, n=None, axis=-1, norm=None: np.fft.hfft(x, n, axis, norm),
    "Fourier transform of what has a real one: ``n`` real frequencies, of the first ``n // 2 + 1`` entries.",
    symbol="ℱ", numpy=(np.fft.hfft,), x=hfft_x)  # fmt: skip
ihfft = linear("ihfft", lambda x, *, n=None, axis=-1, norm=None: np.fft.ihfft(x, n, axis, norm),
    "Inverse of ``hfft``: the first ``n // 2 + 1`` entries.",
    symbol="ℱ⁻¹", numpy=(np.fft.ihfft,), x=ihfft_x)  # fmt: skip


def lengths_and_axes(name: Any, x: Any, s: Any, axes: Any) -> Any:
    """Return how long ``x`` is taken along which axes, as lists: all axes, and as long as it is, unless told."""
    if axes is None:
        axes = range(x.ndim) if s is None else range(-len(s), 0)
    axes = [operator.index(a) for a in axes]
    for a in axes:
        if not -x.ndim <= a < x.ndim:
            raise ShapeError(f"{name}(x): there is no axis {a} in x {describe(x)}")
    if s is None:
        return [x.shape[a] for a in axes], axes
    if len(s) != len(axes):
        raise ShapeError(
            f"{name}(x): s={tuple(s)} must have a length for each of the axes {tuple(axes)}; got x {describe(x)}"
        )
    return [x.shape[a] if n is None or n == -1 else n for n, a in zip(s, axes, strict=True)], axes


def transform_axes(transform: Any, name: Any, x: Any, s: Any, axes: Any, norm: Any, out: Any) -> Any:
    refuse_out(name, out)
    x = array_like(x)
    lengths, axes = lengths_and_axes(name, x, s, axes)
    for n, axis in zip(reversed(lengths), reversed(axes), strict=True):
        x = transform(x, n=n, axis=axis, norm=norm)
    return x


def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Fourier transform along ``axes`` (None: all), taken as long as ``s`` says (-1: as it is)."""
    return transform_axes(fft, "fftn", a, s, axes, norm, out)


def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Inverse of ``fftn``."""
    return transform_axes(ifft, "ifftn", a, s, axes, norm, out)


def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """``fftn`` along two axes."""
    return transform_axes(fft, "fft2", a, s, axes, norm, out)


def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Inverse of ``fft2``."""
    return transform_axes(ifft, "ifft2", a, s, axes, norm, out)


def transform_real(name: Any, x: Any, s: Any, axes: Any, norm: Any, out: Any) -> Any:
    x = array_like(x)
    lengths, axes = lengths_and_axes(name, x, s, axes)
    if not axes:
        raise ShapeError(f"{name}(x): there is no axis to transform along; got x {describe(x)}")
    half = rfft(x, n=lengths[-1], axis=axes[-1], norm=norm)
    return transform_axes(fft, name, half, lengths[:-1], axes[:-1], norm, out)


def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Fourier transform of real numbers: ``rfft`` along the last of ``axes`` (None: all), then ``fft``."""
    return transform_real("rfftn", a, s, axes, norm, out)


def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """``rfftn`` along two axes."""
    return transform_real("rfft2", a, s, axes, norm, out)


def invert_real(name: Any, x: Any, s: Any, axes: Any, norm: Any, out: Any) -> Any:
    refuse_out(name, out)
    x = array_like(x)
    lengths, axes = lengths_and_axes(name, x, s, axes)
    if not axes:
        raise ShapeError(f"{name}(x): there is no axis to transform along; got x {describe(x)}")
    for n, axis in zip(lengths[:-1], axes[:-1], strict=True):
        x = ifft(x, n=n, axis=axis, norm=norm)
    return irfft(x, n=None if s is None else lengths[-1], axis=axes[-1], norm=norm)


def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Any:
    """Inverse of ``rfftn``; along the last axis ``2 (m - 1)`` numbers of m frequencies, unless ``s`` tells."""
    return invert_real("irfftn", a, s, axes, norm, out)


def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Any:
    """Inverse of ``rfft2``."""
    return invert_real("irfft2", a, s, axes, norm, out)


def shift_by_half(x: Any, axes: Any, sign: Any) -> Any:
    x = array_like(x)
    axes = range(x.ndim) if axes is None else axes if hasattr(axes, "__len__") else (axes,)
    axes = tuple([normalize_axis_index(a, x.ndim) for a in axes])
    return roll(x, shift=tuple([sign * (x.shape[a] // 2) for a in axes]), axis=axes)


def fftshift(x: Any, axes: Any = None) -> Any:
    """The frequency 0 moved to the middle of ``axes`` (None: all).

    >>> import numpy as np, tensorgrad as tg
    >>> np.fft.fftshift(tg.Tensor(np.fft.fftfreq(4, 0.25)))
    Tensor([-2., -1.,  0.,  1.])
    """
    return shift_by_half(x, axes, 1)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """Inverse of ``fftshift``."""
    return shift_by_half(x, axes, -1)


NUMPY.update({
    np.fft.fft2: fft2, np.fft.ifft2: ifft2, np.fft.fftn: fftn, np.fft.ifftn: ifftn, np.fft.rfft2: rfft2,
    np.fft.irfft2: irfft2, np.fft.rfftn: rfftn, np.fft.irfftn: irfftn, np.fft.fftshift: fftshift,
    np.fft.ifftshift: ifftshift,
})  # fmt: skip
