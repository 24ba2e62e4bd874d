"""Layer: what every layer can do. One's own writes ``build`` (its weights) and ``call`` (its mathematics)."""

from __future__ import annotations

import weakref
from collections import defaultdict
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import initializers
from ..core.context_variables import with_value
from ..core.modes import enable_grad, no_grad
from ..core.modes import training as _training
from ..core.tensor import Parameter, Tensor, as_numeric_array, make_leaf
from ..errors import NotReadyError, OptionError, ShapeError, describe
from ..graph.code import layer_call, trial
from ..graph.scopes import current as current_scopes
from ..graph.scopes import layer_scopes
from ..options import Options, boolean, config_value, option, or_none, positive_int, snake_case
from ..pytree import is_numbers, items_of, leaves_of, map_leaves
from ..tracking import Tracked
from .checks import float_dtype, sample_shape, text, with_batch
from .weights import Weights

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from ..draw.picture import Picture


#: Every layer class by name, the newest of a name: what ``Sequential.from_config`` looks up.
CLASSES = {}

#: Stem of a name -> the numbers that follow it; to take the next one is one step, in any thread.
_numbers: defaultdict[str, Any] = defaultdict(count)


class Layer(Tracked, Weights, Options):
    """Base class of all layers: makes its weights at first use, then computes.

    ``Layer(name=None, trainable=True, dtype=None)``; a first layer also takes ``input_shape=(10,)`` or
    ``input_dim=10``, without the batch axis. A subclass declares its options or writes ``__init__``, then:

    - ``build(self, input_shape)`` makes weights with ``self.add_weight(shape, initializer)``; ``input_shape`` has the
      batch axis, as None
    - ``call(self, x)`` returns the output for the Tensor ``x``; ``call(self, x, training=False)`` is told whether the
      model is being trained

    ``fit`` runs ``call`` once for each shape of batch, and from then on a program of the NumPy calls it made: what else
    ``call`` does (printing, counting, keeping what it sees) happens at that one run, unless ``run_eagerly=True``.

    Called with arrays or Tensors, a layer returns a Tensor, which remembers how it was made; ``.numpy()`` is the
    array. Arrays are cast to ``dtype``, whole numbers too unless the class says ``autocast = False``; Tensors keep
    their dtype.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.gain = self.add_weight((input_shape[-1],), "ones", name="gain")
    ...     def call(self, x):
    ...         return x * self.gain
    >>> layer = Scale(name="scale")
    >>> layer([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    >>> layer.count_params()
    2
    """

    name: str = option(default=None, check=or_none(text), kw_only=True)
    trainable: bool = option(default=True, check=boolean, kw_only=True)
    dtype: Any = option(default=None, convert=float_dtype, kw_only=True)
    input_dim: Any = option(default=None, check=or_none(positive_int), saved=False, kw_only=True)
    input_shape: Any = option(default=None, check=or_none(sample_shape), convert=with_batch, saved=False, kw_only=True)

    _uncounted = Weights._uncounted

    built = False
    autocast = True
    _takes_training = _checks_input = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        CLASSES[cls.__name__] = cls
        cls._takes_training = takes_training(cls.call)
        cls._checks_input = cls.check_input is not Layer.check_input
        if "build" in cls.__dict__:
            cls.build = _marking_built(cls.build)

    def _value(self, field: Any, given: Any) -> Any:
        value = super()._value(field, given)
        if field.name == "name" and value is None:
            return auto_name(type(self))
        if field.name == "input_shape" and value is None and "input_dim" not in self._own:
            return with_batch(given.get("input_dim"))
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._uncounted:
            object.__setattr__(self, name, value)
            return
        if name == "trainable" and boolean(value):
            raise OptionError(f"{type(self).__name__}: trainable must be True or False, got {value!r}")
        if isinstance(vars(self).get(name), Parameter) and isinstance(value, (np.ndarray, list)):
            raise TypeError(
                f"{self.label()}: {name} is a Parameter, and an array in its place would not be trained; "
                f"write layer.{name}.data[...] = values, or set_weights"
            )
        super().__setattr__(name, value)
        if name == "trainable":
            self._freeze(not value)

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Make the weights for inputs of ``input_shape``, batch axis first. The base class makes none."""

    def call(self, x: Any) -> Any:
        """Return the output for ``x``: a layer of one's own writes this."""
        raise TypeError(f"{type(self).__name__} has no call(self, x): write it, it is the layer's mathematics")

    def check_input(self, shape: tuple[Any, ...]) -> None:
        """Raise ShapeError if inputs of ``shape`` do not fit the weights; any do, unless a layer knows better."""

    @layer_call
    def __call__(self, x: Any, *args: Any, training: bool | None = None, **kwargs: Any) -> Tensor:
        around = _training.get()
        if training is None:
            training = around
        elif training is not around:  # layers inside, called without training=, are to know it
            return with_value(_training, training, self, x, *args, training=training, **kwargs)
        try:
            if not self.built:
                self.check_made()
            if not isinstance(x, Tensor):
                x = self._as_input(x)
            if not self.built:
                self.build(batch_shape(x))
            if self._checks_input:
                self.check_input(x.data.shape if type(x) is Tensor else shape_of(x))
            if self._takes_training:
                kwargs["training"] = training
            scopes = current_scopes()
            if scopes is not None:
                return scopes.noted(self, self.call, x, *args, **kwargs)
            if not args and not kwargs:
                return self.call(x)
            return self.call(x, *args, **kwargs)
        except Exception as error:  # only to add where it happened
            error.add_note(f"in {self.label()} called with x: {described(x)}")
            raise

    def _as_input(self, x: Any) -> Any:
        """Return what a user passes as Tensors: a list or dict of arrays item by item."""
        if type(x) is np.ndarray and x.dtype == self.dtype and self.autocast:
            return make_leaf(x)  # as below, in a third of the time
        if isinstance(x, Tensor):
            return x
        if items_of(x) is not None and not is_numbers(x):
            return map_leaves(self._as_input, x, is_numbers)
        if x is None or isinstance(x, (str, Layer)):
            what = x.label() if isinstance(x, Layer) else repr(x)
            raise TypeError(f"{self.label()} is called on arrays or Tensors, got {what}; "
                            "layers in sequence go into a list: Sequential([Input((4,)), Dense(3)])")  # fmt: skip
        array = as_numeric_array(x)
        return make_leaf(array.astype(self.dtype, copy=False) if self.autocast and array.dtype.kind != "c" else array)

    def check_made(self) -> None:
        """Raise unless the base class's ``__init__`` has run."""
        if "name" not in vars(self):
            raise NotReadyError(f"{type(self).__name__}.__init__ must call super().__init__(**kwargs) first")

    def add_weight(
        self,
        shape: Any,
        initializer: Any = "glorot_uniform",
        dtype: DTypeLike | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> Parameter:
        """Return a new Parameter, which belongs to this layer once it is kept as an attribute.

        shape:       its shape, an int for a vector
        initializer: a name, an Initializer or a function ``init(shape, dtype)``
        trainable:   whether optimizers change it
        """
        shape = (shape,) if hasattr(shape, "__index__") else tuple(shape)
        if None in shape:
            raise ShapeError(f"{self.label()} cannot make a weight of shape {shape}: every size of it must be known")
        values = initializers.get(initializer or "glorot_uniform")(shape, dtype=dtype or self.dtype)
        weight = Parameter(values, trainable and self.trainable, name=f"{self.name}/{name or 'weight'}")
        if trainable and not self.trainable:
            self._frozen = [*self._frozen, weight]
        return weight

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output for inputs of ``input_shape``, None where it varies: here by trying."""
        two, three = self._tried(input_shape, 2), self._tried(input_shape, 3)
        return tuple(a if a == b else None for a, b in zip(two, three, strict=True))

    @trial
    def _tried(self, input_shape: Any, size: Any) -> Any:
        sizes = tuple(size if n is None else n for n in input_shape)
        with no_grad(), np.errstate(all="ignore"):
            y = self(make_leaf(np.zeros(sizes, self.dtype)), training=False)
        if not hasattr(y, "shape"):
            raise TypeError(f"{self.label()} returned {describe(y)}; call(self, x) must return one Tensor")
        return y.shape

    def draw(self, x: Any = None, **options: Any) -> Picture:
        """Return a Picture of what the layer computes from ``x``, one sample of zeros unless given.

        options: as in ``tg.draw``
        """
        return picture_of(self, self._as_input(sample_for(self, "draw") if x is None else x), None, **options)

    @property
    def output_shape(self) -> Any:
        """The shape of the output, with None as the batch axis; None while the layer is not built."""
        return self.compute_output_shape(self.input_shape) if self.built and self.input_shape else None

    def label(self) -> str:
        """Return how errors call this layer."""
        return repr(self)

    def __repr__(self) -> str:
        shown = [f"name={vars(self).get('name')!r}"]
        for name, field in self._options.items():
            value = config_value(getattr(self, name, field.default))
            if field.saved and name != "name" and value != field.kept_default():
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"


Layer._own = ()  # the base class's options are given by name
CLASSES["Layer"] = Layer


def takes_training(call: Any) -> bool:
    """Return whether ``call`` has an argument named ``training``."""
    call = getattr(call, "__wrapped__", call)
    code = getattr(call, "__code__", None)
    return code is not None and "training" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _marking_built(build: Any) -> Any:
    """Return ``build`` so that the layer knows afterwards that it was built, and for what."""

    @wraps(build)
    def marking(self: Any, input_shape: Any = None) -> None:
        self.check_made()
        build(self, input_shape)
        self.built = True
        if input_shape is not None:
            self.input_shape = tuple(input_shape) if isinstance(input_shape, list) else input_shape

    return marking


Layer.build = _marking_built(Layer.build)


def auto_name(cls: type) -> str:
    """Return a name nobody has in this process: ``dense``, ``dense_1`` ...

    >>> auto_name(type("MyFirstLayer", (), {}))
    'my_first_layer'
    """
    stem = snake_case(cls.__name__)
    number = next(_numbers[stem])
    return f"{stem}_{number}" if number else stem


def sample_for(layer: Layer, where: str) -> NDArray[Any]:
    """Return a batch of one sample of zeros for a built layer."""
    if not layer.built or not layer.input_shape:
        raise NotReadyError(
            f"{where}: {layer.label()} was never built, so the shape of its input is not known; give it data: "
            f".{where}(x), or build it first: .build((None, 10))"
        )
    return np.zeros([1 if n is None else n for n in layer.input_shape], layer.dtype if layer.autocast else "int64")


def picture_of(
    layer: Layer, x: Any, loss: Any, *, backward: Any = "none", names: Any = None, direction: Any = "TB", **how: Any
) -> Picture:
    """Return a Picture of ``layer`` called on ``x``, Tensors, and of ``loss(layer, output)`` unless that is None."""
    from ..draw.scene import check_options  # imported when something is drawn

    check_options(backward=backward, direction=direction, color=how.get("color"), depth=how.get("depth"))
    drawn = weakref.ref(layer)

    def again(more: Any) -> Any:
        found = drawn()
        return None if found is None else scene_of(found, x, loss, more).whole()

    return scene_of(layer, x, loss, names, direction=direction or "TB", **how).picture(backward).plays(again)


def scene_of(layer: Any, x: Any, loss: Any, names: Any, **how: Any) -> Any:
    """Return the Scene of a call of ``layer``."""
    from ..draw.scene import Scene  # imported when something is drawn

    inputs: list[Tensor] = []
    x = as_leaves(x, inputs)
    with enable_grad(), layer_scopes() as found:
        root = layer(x)
        given = {"output": root}
        if loss is not None:
            root, given = loss(layer, root)
            given["loss"] = root
    inside = [scope for scope in found if scope[2] is not layer]
    return Scene(root, {**(names or {}), **given}, inside, inputs, **how)


def as_leaves(x: Any, found: Any) -> Any:
    """Return Tensors as leaves that gradients flow to, so that all that is computed from them is drawn; note them."""

    def leaf(x: Any) -> Any:
        name = x.name or (f"x{len(found)}" if found else "x")
        found.append(Tensor(x.data, x.dtype.kind == "f", name=name))
        return found[-1]

    return map_leaves(leaf, x)


def shape_of(x: Any) -> Any:
    """Return the shape of a Tensor, or of each in a structure of them."""
    return x.shape if isinstance(x, Tensor) else map_leaves(lambda t: t.shape, x)


def batch_shape(x: Any) -> Any:
    """Return the shape of a Tensor, or of each in a structure of them, with None in place of the number of rows."""
    return map_leaves(lambda t: (None, *t.shape[1:])[: t.ndim], x)


def described(x: Any) -> str:
    found = leaves_of(x)
    return describe(x) if len(found) == 1 else "[" + ", ".join(map(describe, found)) + "]"
