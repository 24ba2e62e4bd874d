"""A loss in plain NumPy under check: what it returns and what it leaves alone is looked at."""

import warnings

import numpy as np

from ..core.tensor import Tensor
from ..errors import GradientError, ShapeError, describe
from .pairing import arrays_of, rebuilt
from .points import argument_names


class Loss:
    """``loss_fn(params, *data)`` as a function of named float64 arrays.

    given:  the parameters by name, as they came
    arrays: float64 copies of them
    value:  the loss at the point
    """

    def __init__(self, loss_fn, params, data):
        if not callable(loss_fn):
            raise TypeError(f"check_gradients: loss_fn must be a function of (params, *data), got {describe(loss_fn)}")
        self.loss_fn, self.params, self.data, self._complex = loss_fn, params, data, None
        self.given = arrays_of(params)
        self.arrays = {name: np.array(array, np.float64, order="C") for name, array in self.given.items()}
        before = [_copy(x) for x in data]
        self.value = self._checked(self._call(self.arrays))
        again = self._checked(self._call(self.arrays))
        self._check_unchanged(before)
        self._check_same(again)

    def along(self, name, where, v):
        """Return ``t ↦ loss`` with ``t·v`` added to the parameter ``name`` at flat indices ``where``."""
        flat = self.arrays[name].reshape(-1)
        at = flat[where].copy()

        def line(t):
            flat[where] = at + t * v
            try:
                with np.errstate(all="ignore"):  # a step out of the domain gives nan, which is no slope
                    return _number(self._call(self.arrays))
            finally:
                flat[where] = at

        return line

    def complex_along(self, name, where, v, h):
        """Return Im loss(p + ih·v) / h with ih·v added at ``where``; None if the loss takes no complex numbers."""
        if self._complex is None:
            self._complex = {n: a.astype(np.complex128) for n, a in self.arrays.items()}
        flat = self._complex[name].reshape(-1)
        at = flat[where].copy()
        flat[where] = at + 1j * h * v
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("error", np.exceptions.ComplexWarning)  # a cast to real loses the slope
                value = np.asarray(self._call(self._complex))
        except Exception:  # whatever a loss does with numbers it was not written for
            return None
        finally:
            flat[where] = at
        if value.dtype.kind != "c" or value.size != 1 or not np.isfinite(value).all():
            return None
        return float(value.reshape(()).imag) / h

    def named_data(self):
        """Return the arguments after params by name: that of loss_fn's signature, else ``data[0]``."""
        names = (argument_names(self.loss_fn) or [])[1:]
        return {names[i] if i < len(names) else f"data[{i}]": x for i, x in enumerate(self.data)}

    def _call(self, arrays):
        try:
            return self.loss_fn(rebuilt(self.params, arrays), *self.data)
        except TypeError as error:
            error.add_note(f"check_gradients: loss_fn was called with params and {len(self.data)} more arguments")
            raise

    def _checked(self, value):
        """Return the loss as a float, or say what came instead."""
        if isinstance(value, Tensor):
            raise TypeError("check_gradients: loss_fn returned a Tensor; it is for NumPy, use tg.gradcheck for Tensors")
        if isinstance(value, tuple):
            raise TypeError(
                f"check_gradients: loss_fn must return the loss alone, got a tuple of {len(value)}; if it returns "
                "(loss, grads), pass lambda *a: loss_fn(*a)[0], and lambda *a: loss_fn(*a)[1] as grads"
            )
        if value is None or not _is_number(value):
            raise TypeError(f"check_gradients: loss_fn must return a number, got {describe(value)}{_advice(value)}")
        if np.size(value) != 1:
            raise ShapeError(
                f"check_gradients: loss_fn must return one number, got {describe(value)}; is .mean() or .sum() missing?"
            )
        if np.asarray(value).dtype in (np.float32, np.float16):
            raise GradientError(
                f"check_gradients: loss_fn computes in {np.asarray(value).dtype}, where differences drown in rounding; "
                "the parameters come as float64: remove the cast inside"
            )
        if not np.isfinite(value).all():
            raise GradientError(
                f"check_gradients: the loss is {_number(value)} at the point; a gradient needs a finite one"
            )
        return _number(value)

    def _check_unchanged(self, before):
        for name, array in arrays_of(self.params).items():
            if not np.array_equal(array, self.arrays[name], equal_nan=True):
                raise GradientError(f"check_gradients: loss_fn changed {name} in place; compute on a copy")
        for (name, y), x in zip(self.named_data().items(), before, strict=True):
            if isinstance(x, np.ndarray) and not np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"):
                raise GradientError(f"check_gradients: loss_fn changed {name} in place; compute on a copy")

    def _check_same(self, again):
        changed = abs(again - self.value)
        if changed > 1e-12 * abs(self.value):  # 1e-12: threads may add up in another order
            raise GradientError(
                f"check_gradients: loss_fn is not deterministic, the loss changed by {changed:.3g} between two calls; "
                "draw random numbers (a dropout mask, the batch) outside, or from a generator seeded inside"
            )


def _copy(x):
    return x.copy() if isinstance(x, np.ndarray) else x


def _is_number(value):
    return np.asarray(value).dtype.kind in "fiu"


def _number(value):
    return float(np.asarray(value).reshape(-1)[0])


def _advice(value):
    if value is None:
        return "; is a return missing?"
    return "; take its real part" if np.asarray(value).dtype.kind == "c" else ""
