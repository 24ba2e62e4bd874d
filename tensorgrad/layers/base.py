"""Layer: what every layer can do. A subclass writes ``build``, its weights, and ``call``, its mathematics."""

from __future__ import annotations

from collections import defaultdict
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any

from .. import initializers
from ..core.context_variables import with_value
from ..core.modes import training as _training
from ..core.tensor import Parameter, Tensor
from ..errors import NotReadyError, ShapeError
from ..graph.code import layer_call
from ..graph.scopes import current as current_scopes
from ..options import Options, boolean, config_value, option, or_none, positive_int, snake_case
from .checks import float_dtype, nonempty_string, sample_shape, with_batch
from .layer_input import as_input, batch_shape, input_shape_of, input_text, output_shape_of
from .weights import Weights

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from ..draw.picture import Picture


#: Every layer class by name, the newest of a name: what ``Sequential.from_config`` looks up.
CLASSES = {}

#: Stem of a name -> the numbers that follow it; to take the next one is one step, in any thread.
_numbers: defaultdict[str, Any] = defaultdict(count)


class Layer(Weights, Options):
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

    name: str = option(default=None, check=or_none(nonempty_string), kw_only=True)
    trainable: bool = option(default=True, check=boolean, kw_only=True)
    dtype: Any = option(default=None, convert=float_dtype, kw_only=True)
    input_dim: Any = option(default=None, check=or_none(positive_int), saved=False, kw_only=True)
    input_shape: Any = option(default=None, check=or_none(sample_shape), convert=with_batch, saved=False, kw_only=True)

    built = False
    autocast = True
    _takes_training = _checks_input = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        CLASSES[cls.__name__] = cls
        cls._takes_training = takes_training(cls.call)
        cls._checks_input = cls.check_input is not Layer.check_input
        if "build" in cls.__dict__:
            cls.build = _mark_built(cls.build)

    def _value(self, field: Any, given: Any) -> Any:
        value = super()._value(field, given)
        if field.name == "name" and value is None:
            return auto_name(type(self))
        if field.name == "input_shape" and value is None and "input_dim" not in self._own:
            return with_batch(given.get("input_dim"))
        return value

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Make the weights for inputs of ``input_shape``, batch axis first. The base class makes none."""

    def call(self, x: Any) -> Any:
        """Return the output for ``x``. Every subclass writes this."""
        raise TypeError(f"{type(self).__name__} has no call(self, x): write it, it is the layer's mathematics")

    def check_input(self, shape: tuple[Any, ...]) -> None:
        """Raise ShapeError if inputs of ``shape`` do not fit the weights. The base class accepts all."""

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
                x = as_input(self, x)
            if not self.built:
                self.build(batch_shape(x))
            if self._checks_input:
                self.check_input(x.data.shape if type(x) is Tensor else input_shape_of(x))
            if self._takes_training:
                kwargs["training"] = training
            scopes = current_scopes()
            if scopes is not None:
                return scopes.record_call(self, self.call, x, *args, **kwargs)
            if not args and not kwargs:
                return self.call(x)
            return self.call(x, *args, **kwargs)
        except Exception as error:  # only to add where it happened
            error.add_note(f"in {self.label()} called with x: {input_text(x)}")
            raise

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
        return output_shape_of(self, input_shape)

    def draw(self, x: Any = None, **options: Any) -> Picture:
        """Return a Picture of a call on ``x``, one sample of zeros unless given; ``options`` as in ``tg.draw``."""
        from ..draw.layer_scene import layer_picture, sample_for  # imported when something is drawn

        return layer_picture(self, as_input(self, sample_for(self) if x is None else x), **options)

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


def _mark_built(build: Any) -> Any:
    """Return ``build`` so that the layer knows afterwards that it was built, and for what."""

    @wraps(build)
    def build_and_mark(self: Any, input_shape: Any = None) -> None:
        self.check_made()
        build(self, input_shape)
        self.built = True
        if input_shape is not None:
            self.input_shape = tuple(input_shape) if isinstance(input_shape, list) else input_shape

    return build_and_mark


Layer.build = _mark_built(Layer.build)


def auto_name(cls: type) -> str:
    """Return a name nobody has in this process: ``dense``, ``dense_1`` ...

    >>> auto_name(type("MyFirstLayer", (), {}))
    'my_first_layer'
    """
    stem = snake_case(cls.__name__)
    number = next(_numbers[stem])
    return f"{stem}_{number}" if number else stem
