"""The namespace ``np.fft``: Fourier transforms under NumPy's names, of arrays and Tensors.

A transform of a real Tensor is a complex one; the loss at the end must be real: ``np.abs(spectrum) ** 2``.

>>> import numpy as np, tensorgrad as tg
>>> x = tg.Tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
>>> power = np.abs(tg.fft.rfft(x)) ** 2
>>> power[0].backward()
>>> x.grad
Tensor([20., 20., 20., 20.])
"""

from ..ops.fourier import (
    fft,
    fft2,
    fftfreq,
    fftn,
    fftshift,
    hfft,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftfreq,
    rfftn,
)

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
