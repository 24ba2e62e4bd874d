"""Options are declared once, as annotated class attributes; ``__init__``, ``repr`` and ``get_config`` derive from them.

    class Dense(Layer):
        units: int = option(check=positive_int)
        activation: Any = option(default=None, convert=activations.get)
        use_bias: bool = True

A base class's options come last and are keyword-only: ``Dense(32, "relu", name="hidden")``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from .errors import OptionError, describe, suggest, unknown_name_error
from .tracking import TrackedList, TrackedSet

if TYPE_CHECKING:
    from typing import Self


REQUIRED = object()


class Field:
    """One declared option: its name, its default, how a value is checked and converted, whether it is saved."""

    __slots__ = ("check", "convert", "default", "name", "of_class", "saved")

    def __init__(
        self, default: Any = REQUIRED, check: Any = None, convert: Any = None, saved: Any = True, of_class: Any = None
    ) -> None:
        self.default, self.check, self.convert, self.saved, self.of_class = default, check, convert, saved, of_class
        self.name = ""

    def kept_default(self) -> Any:
        """Return the default, converted, as ``config_value`` gives it."""
        return config_value(
            self.default if self.convert is None or self.default is REQUIRED else self.convert(self.default)
        )


def option(
    *,
    default: Any = REQUIRED,
    check: Any = None,
    convert: Any = None,
    saved: Any = True,
    of_class: Any = None,
    kw_only: Any = False,
) -> Any:
    """Declare an option with more than a default.

    check:    ``check(value)`` -> what it must be, as words ("a positive int"), or None if it is
    convert:  ``convert(value)`` -> the value to keep
    saved:    whether ``get_config`` and ``repr`` show it
    of_class: ``of_class(class name)`` -> the default, made anew for each subclass
    kw_only:  tells type checkers that a base class's options are given by name
    """
    return Field(default, check, convert, saved, of_class)


class _Signature:
    """The signature of ``__init__``, for ``help`` and editors."""

    def __get__(self, instance: Any, cls: Any) -> Any:
        from inspect import Parameter, Signature  # 5 ms of import, for those who ask

        if cls.__init__ is not Options.__init__:
            raise AttributeError("__signature__")  # a class with an __init__ of its own has the signature of that
        parameters = []
        for name, field in cls._options.items():
            kind = Parameter.POSITIONAL_OR_KEYWORD if name in cls._own else Parameter.KEYWORD_ONLY
            default = Parameter.empty if field.default is REQUIRED else field.default
            parameters.append(Parameter(name, kind, default=default))
        return Signature(parameters)


@dataclass_transform(eq_default=False, field_specifiers=(option,))
class Options:
    """Base of everything that is made from options: layers, losses, metrics, optimizers, initializers."""

    _options: ClassVar[dict[str, Field]] = {}
    _own: ClassVar[tuple[str, ...]] = ()
    __signature__ = _Signature()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {}
        written = "__init__" in cls.__dict__  # then its annotations are just annotations
        for name in () if written else vars(cls).get("__annotations__", ()):
            if name.startswith("_"):
                continue
            given = cls.__dict__.get(name, REQUIRED)
            field = given if isinstance(given, Field) else Field(given)
            field.name = name
            own[name] = field
            if name in cls.__dict__:
                delattr(cls, name)
        inherited = {k: v for base in reversed(cls.__mro__[1:]) for k, v in base.__dict__.get("_options", {}).items()}
        cls._own = tuple(own) or next(filter(None, (getattr(b, "_own", ()) for b in cls.__mro__[1:])), ())
        cls._options = {**own, **{k: v for k, v in inherited.items() if k not in own}}
        for name, field in cls._options.items():
            if field.of_class:
                default = field.of_class(cls.__name__)
                cls._options[name] = new = Field(default, field.check, field.convert, field.saved, field.of_class)
                new.name = name

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cls = type(self)
        if len(args) > len(cls._own):
            raise TypeError(f"{cls.__name__} takes {len(cls._own)} positional arguments, got {len(args)}")
        for name, value in zip(cls._own, args, strict=False):
            if name in kwargs:
                raise TypeError(f"{cls.__name__} got {name!r} twice, by position and by name")
            kwargs[name] = value
        for name in kwargs.keys() - cls._options:
            raise TypeError(f"{cls.__name__} has no argument {name!r}{suggest(name, cls._options)}")
        for name, field in cls._options.items():
            setattr(self, name, self._value(field, kwargs))

    def _value(self, field: Any, given: Any) -> Any:
        cls = type(self).__name__
        value = given.get(field.name, field.default)
        if value is REQUIRED:
            raise TypeError(f"{cls} needs {field.name!r}, e.g. {cls}({field.name}=...)")
        wanted = field.check(value) if field.check else None
        if wanted:
            shown = describe(value) if hasattr(value, "shape") else repr(value)
            raise OptionError(f"{cls}: {field.name} must be {wanted}, got {shown}")
        if field.convert is None:
            return value
        try:
            return field.convert(value)
        except (ValueError, TypeError) as error:
            error.add_note(f"in {cls}({field.name}={value!r})")
            raise

    if not TYPE_CHECKING:  # type checkers would take every name for an attribute

        def __getattr__(self, name):
            cls = type(self)
            if name in cls._options:
                raise AttributeError(
                    f"{cls.__name__} has no {name!r}: its __init__ must call super().__init__(...) first"
                )
            raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}")

    def get_config(self) -> dict[str, Any]:
        """Return the options as a dict of plain values, enough for ``from_config`` to make an equal object."""
        return {name: config_value(getattr(self, name)) for name, field in self._options.items() if field.saved}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return a new object from what ``get_config`` returned."""
        check_config(cls.__name__, config)
        return cls(**config)

    def __repr__(self) -> str:
        shown = []
        for name, field in self._options.items():
            value = getattr(self, name, field.default)
            if field.saved and config_value(value) != field.kept_default():
                shown.append(f"{name}={config_value(value)!r}")
        return f"{type(self).__name__}({', '.join(shown)})"


def check_config(name: Any, config: Any) -> None:
    """Raise unless ``config`` could come from ``get_config``: a dict from names to values."""
    if not isinstance(config, dict) or not all(isinstance(key, str) for key in config):
        raise TypeError(
            f"{name}.from_config(config): config must be a dict as get_config() gives, got {describe(config)}"
        )


def config_value(value: Any) -> Any:
    """Return ``value`` as JSON could hold it: an object by its class and config, a function by its name."""
    if isinstance(value, Options):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    if isinstance(value, (list, tuple)):
        kind = list if type(value) is TrackedList else type(value)
        return kind(config_value(item) for item in value)
    if type(value) is TrackedSet:
        return set(value)
    if isinstance(value, dict):
        return {key: config_value(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def class_name(identifier: Any) -> Any:
    """Return the name in ``{"class_name": ..., "config": ...}``, or raise if it is none."""
    if not isinstance(identifier["class_name"], str):
        raise TypeError(f"class_name must be the name of a class, got {describe(identifier['class_name'])}")
    return identifier["class_name"]


def classes_by_name(module: dict[str, Any], base: type) -> dict[str, Any]:
    """Return the classes of ``base`` that a module lists, by name, by name in snake case and by ``aliases``.

    module: its ``globals()``; ``base`` is left out, and what has an ``__init__`` of its own, such as a wrapper
    """
    listed = [value for name in module["__all__"] if isinstance(value := module.get(name), type)]
    classes = [cls for cls in listed if issubclass(cls, base) and cls is not base and cls.__init__ is Options.__init__]
    names = {cls.__name__: cls for cls in classes} | {snake_case(cls.__name__): cls for cls in classes}
    return names | {alias: cls for cls in classes for alias in vars(cls).get("aliases", ())}


def public_names(package: dict[str, Any]) -> list[str]:
    """Return the ``__all__`` of a package that only re-exports: its classes and functions, but for private names.

    package: its ``globals()``

    >>> public_names({"Dense": int, "_helper": len, "TYPE_CHECKING": False})
    ['Dense']
    """
    return sorted(name for name, value in package.items() if callable(value) and not name.startswith("_"))


def look_up(kind: str, name: str, known: Any, also: Any = ()) -> Any:
    """Return what ``name`` means in ``known``, or raise with the known names that are written as strings.

    also: further names to show, which mean something elsewhere

    >>> look_up("optimizer", "sgd", {"SGD": 1, "sgd": 2})
    2
    """
    if name not in known:
        raise unknown_name_error(kind, name, [other for other in (*known, *also) if other.islower()])
    return known[name]


def object_of(identifier: Any, base: Any, class_of: Any) -> Any:
    """Return the object an identifier means, or None if it is no name, config dict, subclass or object of ``base``.

    class_of: ``class_of(name)`` -> the class of that name, or an error with a suggestion
    """
    if isinstance(identifier, base):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if isinstance(identifier, dict) and "class_name" in identifier:
        return class_of(class_name(identifier)).from_config(identifier.get("config", {}))
    return class_of(identifier)() if isinstance(identifier, str) else None


def snake_case(name: Any) -> Any:
    """Return a class's name as Keras writes it in strings.

    >>> snake_case("MeanSquaredError"), snake_case("AUC")
    ('mean_squared_error', 'auc')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def or_none(check: Any) -> Any:
    """Return ``check``, which None passes as well."""
    return lambda value: None if value is None else check(value)


def positive_int(value: Any) -> Any:
    """Say what is wanted unless ``value`` is an int above 0."""
    return None if _integral(value) and value > 0 else "a positive int"


def fraction(value: Any) -> Any:
    """Say what is wanted unless ``value`` lies in [0, 1)."""
    return None if _real(value) and 0 <= value < 1 else "a number in [0, 1)"


def non_negative_number(value: Any) -> Any:
    """Say what is wanted unless ``value`` is a number of at least 0."""
    return None if _real(value) and value >= 0 else "a number of at least 0"


def positive_number(value: Any) -> Any:
    """Say what is wanted unless ``value`` is a number above 0."""
    return None if _real(value) and value > 0 else "a number above 0"


def boolean(value: Any) -> Any:
    """Say what is wanted unless ``value`` is True or False."""
    return None if value is True or value is False else "True or False"


def one_of(*choices: Any) -> Any:
    """Return a check that the value is among ``choices``."""
    words = ", ".join(map(repr, choices))
    plain_kinds = (str, bool, type(None))  # an array would be compared entry by entry
    return lambda value: None if isinstance(value, plain_kinds) and value in choices else f"one of {words}"


def _integral(value: Any) -> Any:
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _real(value: Any) -> Any:
    return hasattr(value, "__float__") and not isinstance(value, (bool, str)) and getattr(value, "ndim", 0) == 0
