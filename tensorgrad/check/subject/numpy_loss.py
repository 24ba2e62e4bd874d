"""A loss in plain NumPy under check: every call checks what it returns, and that it changes no argument."""

from functools import cached_property

import numpy as np

from ...core.tensor import Tensor
from ...errors import GradientError, ShapeError, describe, printable_text
from ..numeric.differences import joint_line, rounding_noise
from ..numeric.measure import derivatives
from ..numeric.method import choose_method, fixed_directions
from ..numeric.sampling import sample_block
from .parameters import named_arrays, rebuild_parameters
from .points import positional_arguments


class NumpyLoss:
    """``loss_fn(params, *data)`` at the point, with the interface of a Function: ``values()`` returns its one value.

    given: the parameters by name, as the user passed them
    named: float64 copies of them, as Tensors whose arrays move, or become complex for a complex step
    point: the loss at the point, a vector of one number
    steps: empty, as no op is recorded
    """

    title, steps, allows_complex = "loss_fn", (), False

    def __init__(self, loss_fn, params, data):
        if not callable(loss_fn):
            raise TypeError(f"check_gradients: loss_fn must be a function of (params, *data), got {describe(loss_fn)}")
        self.loss_fn, self.params, self.data = loss_fn, params, data
        self.given = named_arrays(params)
        self.named = {n: Tensor(np.array(array, np.float64, order="C")) for n, array in self.given.items()}
        self.together = list(self.named.values())
        before = [_copy(x) for x in data]
        self.point = np.array([self._check_value(self._call())])
        again = self._check_value(self._call())
        self._check_unchanged(before)
        self._check_same(again)

    def values(self):
        """Return the loss as a new vector of one number: float64, or complex where that is allowed."""
        value = np.array(self._call()).reshape(-1)[:1]
        if self.allows_complex and value.dtype.kind != "c":
            raise TypeError("the loss is real where the parameters are complex")
        return value if self.allows_complex else value.astype(np.float64, copy=False)

    def row_name(self, row):
        return ""  # there is only one number

    @cached_property
    @np.errstate(all="ignore")  # a step out of the domain gives nan, which is no slope
    def rounding(self):
        """The measured rounding error of the loss, a vector of one number."""
        return rounding_noise(joint_line(self, self.together, fixed_directions(self.together)))

    @cached_property
    @np.errstate(all="ignore")
    def method(self):
        """The NumericMethod for the loss."""
        return choose_method(self, self.together, fixed_directions(self.together), self.rounding)

    @np.errstate(all="ignore")
    def gradient(self, name):
        """Return the numeric gradient of a parameter, or of a block of it if it is large."""
        places = sample_block(self.named[name].shape)
        found = derivatives(self, self.named[name], places.reshape(-1), self.rounding, self.method)
        return found.reshape(places.shape)

    @property
    def arrays(self):
        """The parameters by name."""
        return {name: t.data for name, t in self.named.items()}

    def named_data(self):
        """Return the arguments after params by their names in loss_fn's signature, else as ``data[0]``."""
        names = (positional_arguments(self.loss_fn)[0] or [])[1:]
        return {printable_text(names[i]) if i < len(names) else f"data[{i}]": x for i, x in enumerate(self.data)}

    def _call(self):
        try:
            return self.loss_fn(rebuild_parameters(self.params, self.arrays), *self.data)
        except TypeError as error:
            error.add_note(f"check_gradients: loss_fn was called with params and {len(self.data)} more arguments")
            raise

    def _check_value(self, value):
        """Return the loss as a float; raise an error if it is no finite number."""
        if isinstance(value, Tensor):
            raise TypeError("check_gradients: loss_fn returned a Tensor; it is for NumPy, use tg.gradcheck for Tensors")
        if isinstance(value, tuple):
            raise TypeError(
                f"check_gradients: loss_fn must return the loss alone, got a tuple of {len(value)}; if it returns "
                "(loss, grads), pass lambda *a: loss_fn(*a)[0], and lambda *a: loss_fn(*a)[1] as grads"
            )
        if value is None or not _is_number(value):
            raise TypeError(
                f"check_gradients: loss_fn must return a number, got {describe(value)}{_loss_advice(value)}"
            )
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
                f"check_gradients: the loss is {_loss_number(value)} at the point; a gradient needs a finite one"
            )
        return _loss_number(value)

    def _check_unchanged(self, before):
        for name, array in named_arrays(self.params).items():
            if not np.array_equal(array, self.arrays[name], equal_nan=True):
                raise GradientError(f"check_gradients: loss_fn changed {name} in place; compute on a copy")
        for (name, y), x in zip(self.named_data().items(), before, strict=True):
            if isinstance(x, np.ndarray) and not np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"):
                raise GradientError(f"check_gradients: loss_fn changed {name} in place; compute on a copy")

    def _check_same(self, again):
        value = float(self.point[0])
        changed = abs(again - value)
        if changed > 1e-12 * abs(value):  # 1e-12: threads may add up in another order
            raise GradientError(
                f"check_gradients: loss_fn is not deterministic, the loss changed by {changed:.3g} between two calls; "
                "draw random numbers (a dropout mask, the batch) outside, or from a generator seeded inside"
            )


def _copy(x):
    return x.copy() if isinstance(x, np.ndarray) else x


def _is_number(value):
    return np.asarray(value).dtype.kind in "fiu"


def _loss_number(value):
    return float(np.asarray(value).reshape(-1)[0])


def _loss_advice(value):
    if value is None:
        return "; is a return missing?"
    return "; take its real part" if np.asarray(value).dtype.kind == "c" else ""
