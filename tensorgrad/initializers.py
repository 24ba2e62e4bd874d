"""Initializers: the numbers a weight starts from."""

from __future__ import annotations

from math import prod, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from .config import floatx
from .errors import ShapeError, describe
from .options import Options, classes_by_name, look_up, non_negative_number, object_of, one_of, option, positive_number
from .seeding import generator

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "Initializer", "LecunNormal",
    "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
    "Zeros", "get",
]  # fmt: skip

#: Standard deviation of a standard normal cut at ±2.
TRUNCATED_STD = 0.87962566103423978


class Initializer(Options):
    """Base of all initializers: ``init(shape, dtype=None, rng=None)`` returns an array.

    dtype: ``floatx()`` unless given
    rng:   an ``np.random.Generator``; else one made from the initializer's ``seed``, so that one seed gives the same
           numbers at every call; with no seed, new ones at every call

    A subclass defines ``draw(shape, rng)``.

    >>> class Half(Initializer):
    ...     def draw(self, shape, rng):
    ...         return np.full(shape, 0.5)
    >>> Half()((2,))
    array([0.5, 0.5], dtype=float32)
    """

    def __call__(
        self, shape: Any, dtype: DTypeLike | None = None, rng: np.random.Generator | None = None
    ) -> NDArray[Any]:
        shape = (shape,) if hasattr(shape, "__index__") else tuple(shape)
        if rng is None and hasattr(self, "seed"):
            rng = generator(self.seed)
        return np.asarray(self.draw(shape, rng), dtype or floatx())

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        """Return an array of ``shape``, its random numbers drawn from ``rng``."""
        raise TypeError(f"{type(self).__name__} must define draw(self, shape, rng)")


class Zeros(Initializer):
    """All 0.

    >>> Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    aliases = ("zero",)

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        return np.zeros(shape)


class Ones(Initializer):
    """All 1."""

    aliases = ("one",)

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        return np.ones(shape)


class Constant(Initializer):
    """All ``value``, a number or an array that broadcasts to the shape."""

    value: Any = 0.0

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        return np.full(shape, self.value)


class Identity(Initializer):
    """``gain`` on the diagonal of a matrix, 0 elsewhere.

    >>> Identity()((2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """

    aliases = ("IdentityInitializer",)

    gain: float = 1.0

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        if len(shape) != 2:
            raise ShapeError(f"Identity makes matrices, got shape {shape}")
        return self.gain * np.eye(*shape)


class RandomNormal(Initializer):
    """Normal numbers: N(mean, stddev²)."""

    aliases = ("normal",)

    mean: float = 0.0
    stddev: float = option(default=0.05, check=non_negative_number)
    seed: int | None = None

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        return rng.normal(self.mean, self.stddev, shape)


class RandomUniform(Initializer):
    """Uniform numbers in [minval, maxval)."""

    aliases = ("uniform",)

    minval: float = -0.05
    maxval: float = 0.05
    seed: int | None = None

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        return rng.uniform(self.minval, self.maxval, shape)


class TruncatedNormal(Initializer):
    """Normal numbers, redrawn until they lie within two ``stddev`` of ``mean``."""

    mean: float = 0.0
    stddev: float = option(default=0.05, check=non_negative_number)
    seed: int | None = None

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        return self.mean + self.stddev * truncated_normal(rng, shape)


def truncated_normal(rng: Any, shape: Any) -> Any:
    """Return standard normal numbers in [-2, 2]: those outside are drawn again."""
    x = rng.standard_normal(shape)
    flat = x.reshape(-1)
    while (outside := np.flatnonzero(np.abs(flat) > 2)).size:
        flat[outside] = rng.standard_normal(outside.size)
    return x


class VarianceScaling(Initializer):
    """Numbers of variance ``scale / n``, n the number of inputs, of outputs, or their mean: the fans of ``fans``.

    mode:         'fan_in', 'fan_out' or 'fan_avg'
    distribution: 'truncated_normal' (cut at 2σ, with the variance corrected), 'untruncated_normal' or 'uniform'
    input_axes, output_axes: the axes whose sizes multiply to the fans, instead of the last two

    >>> round(float(VarianceScaling(2.0, seed=1)((200, 100)).std()), 2)
    0.1
    """

    scale: float = option(default=1.0, check=positive_number)
    mode: str = option(default="fan_in", check=one_of("fan_in", "fan_out", "fan_avg"))
    distribution: str = option(
        default="truncated_normal", check=one_of("truncated_normal", "untruncated_normal", "uniform")
    )
    seed: int | None = None
    input_axes: tuple[Any, ...] | None = None
    output_axes: tuple[Any, ...] | None = None

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        std = sqrt(self.scale / max(1.0, n))
        if self.distribution == "uniform":
            return rng.uniform(-sqrt(3) * std, sqrt(3) * std, shape)
        if self.distribution == "untruncated_normal":
            return rng.normal(0.0, std, shape)
        return std / TRUNCATED_STD * truncated_normal(rng, shape)


def fans(shape: Any, input_axes: Any = None, output_axes: Any = None) -> Any:
    """Return ``(fan_in, fan_out)``: the last two axes, each times the receptive field (all axes before them).

    >>> fans((3, 3, 8, 16)), fans((200, 100)), fans((50,))
    ((72, 144), (200, 100), (50, 50))
    """
    if input_axes is not None and output_axes is not None:
        return prod(shape[a] for a in input_axes), prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    field = prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


if TYPE_CHECKING:

    class FixedScaling(Initializer):
        """What ``fixed_scaling`` returns, for type checkers."""

        seed: int | None = None
        input_axes: tuple[Any, ...] | None = None
        output_axes: tuple[Any, ...] | None = None


def fixed_scaling(name: Any, scale: Any, mode: Any, distribution: Any, doc: Any) -> type[FixedScaling]:
    """Return a VarianceScaling with three of its options fixed: the usual ones have names."""
    fixed = {"scale": scale, "mode": mode, "distribution": distribution}
    options = {"seed": None, "input_axes": None, "output_axes": None}
    annotations = dict.fromkeys(options, Any)
    body = {"__doc__": doc, "__module__": __name__, "__annotations__": annotations, **options}
    cls = type(name, (Initializer,), {**body, "draw": VarianceScaling.draw})
    for option_name, value in fixed.items():
        setattr(cls, option_name, value)
    return cls


GlorotUniform = fixed_scaling("GlorotUniform", 1.0, "fan_avg", "uniform", "Uniform in ±√(6 / (fan_in + fan_out)).")
GlorotNormal = fixed_scaling(
    "GlorotNormal", 1.0, "fan_avg", "truncated_normal", "Truncated normal, σ = √(2 / (fan_in + fan_out))."
)
HeUniform = fixed_scaling("HeUniform", 2.0, "fan_in", "uniform", "Uniform in ±√(6 / fan_in): for relu.")
HeNormal = fixed_scaling(
    "HeNormal", 2.0, "fan_in", "truncated_normal", "Truncated normal, σ = √(2 / fan_in): for relu."
)
LecunUniform = fixed_scaling("LecunUniform", 1.0, "fan_in", "uniform", "Uniform in ±√(3 / fan_in).")
LecunNormal = fixed_scaling(
    "LecunNormal", 1.0, "fan_in", "truncated_normal", "Truncated normal, σ = √(1 / fan_in): for selu."
)


class Orthogonal(Initializer):
    """``gain`` times a random matrix with orthonormal columns, or rows where they are fewer.

    All axes but the last count as rows. Saxe et al., "Exact solutions to the nonlinear dynamics of learning" (2014).

    >>> q = Orthogonal(seed=1)((4, 3), dtype="float64")
    >>> np.allclose(q.T @ q, np.eye(3))
    True
    """

    aliases = ("OrthogonalInitializer",)

    gain: float = 1.0
    seed: int | None = None

    def draw(self, shape: tuple[Any, ...], rng: Any) -> Any:
        if len(shape) < 2:
            raise ShapeError(f"Orthogonal needs at least two axes, got shape {shape}")
        rows, columns = prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diag(r))  # so that q is uniform among all such matrices
        return self.gain * (q.T if rows < columns else q).reshape(shape)


_KNOWN: dict[str, type[Initializer]] = classes_by_name(globals(), Initializer)


class FunctionInitializer(Initializer):
    """A plain function as an initializer: the values are ``function(shape, dtype)``."""

    function: Any

    def __call__(
        self, shape: Any, dtype: DTypeLike | None = None, rng: np.random.Generator | None = None
    ) -> NDArray[Any]:
        shape, dtype = tuple(shape), dtype or floatx()
        made = np.asarray(self.function(shape, dtype), dtype)
        if made.shape != shape:
            raise ShapeError(f"initializer {self.function!r} was asked for shape {shape} and returned {describe(made)}")
        return made


def get(identifier: Any) -> Any:
    """Return the Initializer that ``identifier`` means: a name, an instance, a class, a config dict or a function.

    A function is called as ``function(shape, dtype)``. None gives None.

    >>> get("he_normal"), get({"class_name": "Constant", "config": {"value": 2.0}})
    (HeNormal(), Constant(value=2.0))
    """
    found = object_of(identifier, Initializer, lambda name: look_up("initializer", name, _KNOWN))
    if found is not None or identifier is None:
        return found
    if callable(identifier):
        return FunctionInitializer(identifier)
    raise TypeError(f"an initializer is a name like 'he_normal', an object or a function, got {describe(identifier)}")
