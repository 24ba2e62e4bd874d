"""The law of compiled functions: things in places where one does not look first, and arguments that are one."""
# ruff: noqa: UP030, UP031, UP032  (every way to make a text of something is a case)

import argparse
import collections
import configparser
import contextlib
import datetime
import functools
import operator
import sys
import threading
import types
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import tensorgrad as tg
from tests.fuzz.law import Law, weight

law = Law()
case = law.case
X = np.arange(1.0, 4.0)
Rates = collections.namedtuple("Rates", "rates array")
settings = types.ModuleType("settings_of_the_law")  # no file: as if typed in
settings.K = 1.0


class Listed(list):
    scale = 1.0


class Asked(dict):
    def __missing__(self, key):
        return FALLBACK


FALLBACK = 1.0


class Slotted:
    __slots__ = "rate"


class Mangled:
    __slots__ = ("__rate",)

    def __init__(self):
        self.__rate = 1.0

    def rate(self):
        return self.__rate

    def faster(self):
        self.__rate += 1


class Broken(Exception):
    k = 1.0


def changing(name, make, change):
    """Make a case of a function that reads ``value(things)``, which ``change(things)`` changes."""

    def run(compiled):
        things, value = make()
        step = compiled(lambda x: x * value(things))
        for _ in range(2):
            yield step(X)
        change(things)
        for _ in range(2):
            yield step(X)

    run.__name__ = name
    case(run)


def slotted():
    made = Slotted()
    made.rate = 1.0
    return made


def module():
    settings.K = 1.0
    vars(settings).pop("debug", None)
    return settings


def fallback(value):
    global FALLBACK
    FALLBACK = value


def python(v):
    return v * FALLBACK


changing("a_module_in_a_variable", lambda: (module(), lambda m: m.K), lambda m: setattr(m, "K", 2.0))
changing("a_module_in_a_list", lambda: ([module()], lambda m: m[0].K), lambda m: setattr(m[0], "K", 2.0))
changing("a_name_that_a_module_lacks", lambda: (module(), lambda m: 3.0 if hasattr(m, "debug") else 1.0),
         lambda m: setattr(m, "debug", True))  # fmt: skip
changing("a_default_for_what_a_module_lacks", lambda: (module(), lambda m: getattr(m, "debug", 1.0)),
         lambda m: setattr(m, "debug", 4.0))  # fmt: skip
changing("the_dict_of_a_module", lambda: (module(), lambda m: vars(m)["K"]), lambda m: setattr(m, "K", 2.0))
changing("argparse", lambda: (argparse.Namespace(k=1.0), lambda n: n.k), lambda n: setattr(n, "k", 2.0))
changing("configparser", lambda: (read("k = 1"), lambda c: float(c["a"]["k"])), lambda c: c.set("a", "k", "2"))
changing("an_event", lambda: (threading.Event(), lambda e: 1.0 + e.is_set()), lambda e: e.set())
changing("a_null_context", lambda: (contextlib.nullcontext([1.0]), lambda c: c.enter_result[0]),
         lambda c: c.enter_result.__setitem__(0, 2.0))  # fmt: skip
changing("an_exception", lambda: (Broken([1.0]), lambda e: e.args[0][0] * e.k), lambda e: e.args[0].__setitem__(0, 2.0))
changing("an_attribute_of_an_exception", lambda: (Broken(), lambda e: e.k), lambda e: setattr(e, "k", 2.0))
changing("a_list_in_a_named_tuple", lambda: (Rates([1.0], None), lambda r: r.rates[0]),
         lambda r: r.rates.__setitem__(0, 2.0))  # fmt: skip
changing("an_array_in_a_named_tuple", lambda: (Rates(None, np.ones(1)), lambda r: float(r.array[0])),
         lambda r: r.array.__setitem__(0, 2.0))  # fmt: skip
changing("an_attribute_of_a_list", lambda: (Listed(), lambda r: r.scale), lambda r: setattr(r, "scale", 2.0))
changing("what_a_dict_gives_for_what_it_lacks", lambda: (fallback(1.0) or Asked(), lambda d: d["k"]),
         lambda d: fallback(3.0))  # fmt: skip
changing("a_default_factory", lambda: (collections.defaultdict(lambda: 1.0), lambda d: d.default_factory()),
         lambda d: setattr(d, "default_factory", lambda: 5.0))  # fmt: skip
changing("a_bound_method", lambda: ((d := {"k": 1.0}), (lambda get: lambda d: get("k"))(d.get)),
         lambda d: d.update(k=2.0))  # fmt: skip
changing("an_object_as_a_key", lambda: (keyed(), lambda d: sum(k.k for k in d)),
         lambda d: setattr(next(iter(d)), "k", 2.0))  # fmt: skip
changing("a_slot", lambda: (slotted(), lambda s: s.rate), lambda s: setattr(s, "rate", 2.0))
changing("a_slot_with_two_underscores", lambda: (Mangled(), lambda s: s.rate()), lambda s: s.faster())
changing("a_vectorized_function", lambda: (fallback(1.0) or np.vectorize(python), lambda f: float(f(2.0))),
         lambda f: fallback(3.0))  # fmt: skip
changing("a_ufunc_of_python", lambda: (fallback(1.0) or np.frompyfunc(python, 1, 1), lambda f: float(f(2.0))),
         lambda f: fallback(3.0))  # fmt: skip
changing("an_attribute_by_its_name", lambda: (types.SimpleNamespace(k=1.0), operator.attrgetter("k")),
         lambda n: setattr(n, "k", 2.0))  # fmt: skip
changing("the_name_of_a_weight", lambda: (weight(2), lambda w: len(w.name or "")), lambda w: setattr(w, "name", "abc"))
changing("the_arguments_of_the_process", lambda: (first_argument(), lambda a: len(sys.argv)), lambda a: a.append("x"))


class Config:
    """Lets its rate be asked for in every way that Python has."""

    __match_args__ = ("rate",)
    kinds = (1.0, 2.0)

    def __init__(self):
        self.rate, self._other, self.items, self.depth = 1.0, 2.0, [1.0, 2.0], 0

    def __getattr__(self, name):
        if name == "missing":
            return self._other
        raise AttributeError(name)

    def __enter__(self):
        return self._other

    def __exit__(self, *error):
        return None

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def __mul__(self, x):
        return x * self._other

    def __eq__(self, other):
        return self._other == 2.0

    __hash__ = None

    def __contains__(self, x):
        return self._other == 2.0

    def __format__(self, spec):
        return str(self._other)

    def __bool__(self):
        return self._other == 2.0

    def __getitem__(self, i):
        return self._other

    @property
    def double(self):
        return 2 * self.rate

    @classmethod
    def first(cls):
        return cls.kinds[0]

    @functools.cached_property
    def late(self):
        return self.rate


class Inner(Config):
    def deep(self):
        return super().double


def matched(c):
    match c:
        case Config(rate=1.0):
            return 1.0
    return 2.0


def by_position(c):
    match c:
        case Config(1.0):
            return 1.0
    return 2.0


def entered(c):
    with c as k:
        return k


def other(c):
    c._other = 5.0


def faster(c):
    c.rate = 3.0


ASKED = {
    "match": (matched, faster), "match_by_position": (by_position, faster), "getattr": (lambda c: c.missing, other),
    "with": (entered, other), "iter": (lambda c: sum(c), lambda c: c.items.append(4.0)),
    "unpack": (lambda c: [*c][-1], lambda c: c.items.append(4.0)), "len": (len, lambda c: c.items.append(4.0)),
    "multiply": (lambda c: c * 1.0, other), "equal": (lambda c: 1.0 + (c == 1), other),
    "in": (lambda c: 1.0 + (3 in c), other), "text": (lambda c: float(f"{c}"), other),
    "if": (lambda c: 1.0 if c else 2.0, other), "not": (lambda c: 1.0 + (not c), other),
    "item": (lambda c: c[0], other), "property": (lambda c: c.double, faster),
    "classmethod": (lambda c: c.first(), lambda c: setattr(Config, "kinds", (7.0,))),
    "super": (lambda c: c.deep(), faster),
    "hasattr": (lambda c: 1.0 + hasattr(c, "soon"), lambda c: setattr(c, "soon", 1)),
    "vars": (lambda c: float(vars(c)["rate"]), faster), "max": (lambda c: max(c), lambda c: c.items.append(4.0)),
    "sorted": (lambda c: sorted([c, c], key=lambda c: c.rate)[0].rate, faster),
    "getter": (lambda c: operator.attrgetter("rate")(c), faster), "dunder_dict": (lambda c: c.__dict__["rate"], faster),
    "keywords": (lambda c: (lambda rate, **_: rate)(**vars(c)), faster), "zip": (lambda c: next(zip(c))[0], lambda c:
                                                                                c.items.insert(0, 9.0)),
}  # fmt: skip


def made_anew():
    Config.kinds = (1.0, 2.0)
    return Inner()


for _name, (_ask, _change) in ASKED.items():
    changing(f"asked_by_{_name}", lambda _ask=_ask: (made_anew(), _ask), _change)


def read(text):
    config = configparser.ConfigParser()
    config.read_string(f"[a]\n{text}")
    return config


def first_argument():
    del sys.argv[1:]
    return sys.argv


class Key:
    k = 1.0


def keyed():
    return {Key(): 0}


@pytest.fixture(autouse=True)
def arguments(monkeypatch):
    monkeypatch.setattr(sys, "argv", [*sys.argv])


@case
def a_parameter_of_a_class_of_ones_own(compiled):
    class Scaled(tg.Parameter):
        scale = 1.0

    w = Scaled([1.0, 2.0, 3.0])
    f = compiled(lambda x: x * w * w.scale)
    yield f(X)
    Scaled.scale = 2.0
    yield f(X)
    w.scale = 3.0
    yield f(X)


@case
def a_name_of_an_argument(compiled):
    f = compiled(lambda t: t * len(t.name or ""))
    for name in ("a", "bb", None):
        yield f(tg.Tensor(X, name=name))


@case
def a_gradient_of_an_argument(compiled):
    f = compiled(lambda t: t * (1.0 if t.grad is None else 2.0))
    t = tg.Parameter(X.copy())
    yield f(t)
    (t * t).sum().backward()
    yield f(t)


@case
def a_name_that_becomes_none(compiled):
    def f(x):
        try:
            return x * (2.0 if SOMETIMES is None else 3.0)
        except NameError:
            return x

    f = compiled(f)
    globals().pop("SOMETIMES", None)
    yield f(X)
    globals()["SOMETIMES"] = None
    yield f(X)
    globals().pop("SOMETIMES")
    yield f(X)


@case
def one_list_given_twice(compiled):
    def f(a, b):
        if a is b:
            a.append(1.0)
        return X * len(b)

    f, one = compiled(f), [1.0]
    yield f([1.0], [1.0]), one
    yield f(one, one), one
    yield f([1.0], [1.0]), one


@case
def a_list_of_its_own_as_an_argument(compiled):
    own = [1.0]
    f = compiled(lambda a: X * (2.0 if a is own else 1.0))
    yield f([1.0])
    yield f(own)


@case
def a_list_that_holds_itself(compiled):
    loop = [1.0]
    loop.append(loop)
    f = compiled(lambda a: X * a[0])
    yield f(loop)
    yield f(loop)


@case
def one_list_returned_twice(compiled):
    f = compiled(lambda x: (lambda both: (both, both))([x * 2]))
    for _ in range(3):
        a, b = f(X)
        yield a, a is b


@case
def a_tuple_that_is_returned_itself(compiled):
    own = (1.0, X)
    f, g = compiled(lambda: own), compiled(lambda t: t)
    for _ in range(3):
        yield f() is own, g(own) is own


@case
def arrays_of_two_tensors(compiled):
    f = compiled(lambda a, b: a * (2.0 if a.data is b.data else 1.0))
    a, b = tg.Tensor(X), tg.Tensor(X + 1)
    yield f(a, b)
    yield f(a, tg.Tensor(a.data))


@case
def identity_by_a_function(compiled):
    w = weight(3)
    f = compiled(lambda t: t * (2.0 if operator.is_(t, w) else 1.0))
    yield f(weight(3))
    yield f(w)


def flags(array):
    return array.flags.writeable, array.strides, array.tolist()


@case
def results_with_gaps(compiled):
    fs = [compiled(f) for f in (lambda x: np.broadcast_to(x * 2, (2, 3)), lambda x: np.diag(np.outer(x, x)),
                                lambda x: np.outer(x, x)[:, ::2], lambda x: np.outer(x, x)[:, 1])]  # fmt: skip
    for _ in range(3):
        yield [flags(f(X)) for f in fs]


@case
def a_cache_of_what_was_traced(compiled):
    w = weight(3)

    @functools.lru_cache
    def table(n):
        return w * n

    f = compiled(lambda x: table(2) * x)
    for _ in range(3):
        yield f(X)
    yield table(2)


@case
def a_method_of_an_object_with_slots(compiled):
    class Line:
        __slots__ = ("k",)

        @compiled
        def at(self, x):
            return x * self.k

    line, other = Line(), Line()
    line.k, other.k = 2.0, 5.0
    yield line.at(X), other.at(X)
    line.k = 3.0
    yield line.at(X), other.at(X)


START = 1.0


class Started:
    def __init__(self):
        self.v = START


class Derived(Started):
    pass


MAKE = {"a": Derived}


@case
def objects_that_are_made_in_it(compiled):
    global START
    START = 1.0
    fs = [compiled(f) for f in (lambda x: x * Derived().v, lambda x: x * Started().v, lambda x: x * MAKE["a"]().v)]
    yield [f(X) for f in fs]
    START = 5.0
    yield [f(X) for f in fs]


class Own(collections.UserDict):
    pass


class Flag(threading.Event):
    pass


class Base(argparse.Namespace):
    def text(self):
        return str(self)


@case
def classes_with_bases_of_pythons(compiled):
    d, flag, n = Own(k=1.0), Flag(), Base(k=1.0)
    fs = [compiled(f) for f in (lambda x: x * d["k"], lambda x: x * (1 + flag.is_set()), lambda x: x * len(str(n)))]
    yield [f(X) for f in fs]
    d["k"] = 2.0
    flag.set()
    n.k = 100.25
    yield [f(X) for f in fs]


@case
def what_is_counted_in_a_class_with_a_base_of_pythons(compiled):
    d = Own(n=0)

    def f(x):
        d["n"] = d.get("n", 0) + 1
        return x * d["n"]

    f = compiled(f)
    for _ in range(4):
        yield f(X), dict(d)


@case
def attributes_set_by_a_computed_name(compiled):
    box = types.SimpleNamespace()

    def f(x, n):
        setattr(box, "act_" + n, x * 2)
        return x

    f = compiled(f)
    for i in range(3):
        yield f(X * i, "a"), box.act_a


@case
def hooks(compiled):
    k, seen, w = 1.0, types.SimpleNamespace(n=0), weight(3)

    def hook(g):
        seen.n += 1
        return g * k

    w.register_hook(lambda g: g * k)

    def f():
        w.grad = None
        (w * w).sum().backward()
        return w.grad

    f = compiled(f)
    yield f()
    k = 5.0
    yield f()
    w.register_hook(hook)
    for _ in range(3):
        yield f(), seen.n


@case
def a_parameter_as_an_argument(compiled):
    f = compiled(lambda t: np.abs(t) if isinstance(t, tg.Parameter) else t * 1)
    for t in (tg.Parameter(X.copy()), tg.Parameter(-X), tg.Tensor(-X)):
        yield f(t)


@case
def reflection_by_another_name(compiled):
    box, look, get = types.SimpleNamespace(rate=1.0), getattr, operator.attrgetter("rate")
    fs = [
        compiled(f)
        for f in (
            lambda x: x * look(box, "ra" + "te"),
            lambda x: x * get(box),
            lambda x: x * float("{0.rate}".format(box)),
            lambda x: x * float("%s" % box.rate),
        )
    ]
    yield [f(X) for f in fs]
    box.rate = 2.0
    yield [f(X) for f in fs]


@dataclass(frozen=True)
class Key2:
    n: float


@dataclass(unsafe_hash=True)
class Mutable:
    n: float


@case
def objects_that_are_hashed(compiled):
    table, box = {Key2(1.0): 2.0, Key2(5.0): 3.0}, Mutable(1.0)
    f = compiled(lambda x: x * table.get(Key2(box.n), 1.0) * {Mutable(1.0): 7.0}.get(box, 1.0))
    yield f(X)
    box.n = 5.0
    yield f(X)


@case
def a_method_of_an_object_that_nobody_else_holds(compiled):
    class Made:
        def __init__(self):
            self.k = 2.0

        @compiled
        def at(self, x):
            return x * self.k

    method = Made().at
    yield Made().at(X), method(X), method(X)


@case
def functions_by_the_type_of_an_argument(compiled):
    @functools.singledispatch
    def factor(n):
        return 1.0

    f = compiled(lambda x: x * factor(Own()))
    yield f(X), f(X)
    factor.register(Own, lambda n: 5.0)
    yield f(X), f(X)


@case
def an_initializer_that_is_changed(compiled):
    constant = tg.initializers.Constant(2.0)
    f = compiled(lambda x: x * constant((3,)))
    yield f(X), f(X)
    constant.value = 5.0
    yield f(X), f(X)


def test_attributes_of_objects_beside_installed_packages_stay():
    import scipy.special

    class Trained:
        def __init__(self):
            self.w, self.epochs, self.losses = weight(3), 3, []

        @tg.compile
        def step(self, x):
            return (scipy.special.erf(3.0) * x * self.w).sum()

    trained = Trained()
    for _ in range(3):
        quietly(trained.step, X)
    assert vars(trained).keys() == {"w", "epochs", "losses"}
    assert trained.step.cache_info().hits == 2


def test_a_compiled_method_is_a_method():
    trainer = Trainer()
    assert trainer.step.__self__ is trainer
    assert trainer.step == trainer.step
    assert trainer.step != Trainer().step
    assert len({trainer.step, trainer.step}) == 1


@pytest.mark.parametrize("kind", [classmethod, staticmethod])
def test_the_order_of_decorators_is_said(kind):
    with pytest.raises(tg.errors.OptionError, match=f"compile: write @{kind.__name__} above @tg.compile"):
        tg.compile(kind(lambda x: x))


def test_the_first_argument_of_a_method_may_have_any_name():
    class Named:
        k = 2.0

        def at(this, x):
            return x * (this.k if type(this) is Named else 3.0)

    step = tg.compile(Named().at)
    for _ in range(2):
        np.testing.assert_array_equal(quietly(step, X), 2 * X)


@pytest.mark.parametrize("name", law.cases)
def test_the_law_holds_wherever_things_lie(name):
    law.hold(name)


# ---- what it costs, and what is said ----


def quietly(step, *args):
    """Call a compiled function that must not say anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return step(*args)


class Trainer:
    """The commonest loop there is: counts its steps, keeps its losses, and steps by a compiled method."""

    def __init__(self):
        self.w, self.n, self.losses, self.batches = weight(3), 0, [], iter(range(9))
        self.k = 1.0

    @tg.compile
    def step(self, x):
        return (x * self.w * self.k).sum()


def test_attributes_that_no_code_looks_up_are_of_no_matter():
    trainer = Trainer()
    for _ in range(5):
        trainer.losses.append(quietly(trainer.step, X))
        trainer.n += 1
    assert trainer.step.cache_info()[:2] == (4, 1)
    trainer.k = 2.0
    np.testing.assert_array_equal(quietly(trainer.step, X).data, (X * trainer.w.data * 2).sum())


def test_a_step_whose_programs_are_never_used_again_runs_as_it_is():
    rate = 0.0
    step = tg.compile(lambda x: x * rate)

    def run():
        nonlocal rate
        for i in range(12):
            rate = float(i)
            np.testing.assert_array_equal(step(X), X * rate)

    with pytest.warns(tg.errors.UncompiledWarning, match="rate, which it reads, is changed before each of 9 calls"):
        run()
    assert step.cache_info().misses == 9
    assert step.cache_info().currsize == 0


def test_new_objects_at_each_call_end_the_writing_of_programs():
    step = tg.compile(lambda x, f: f(x))

    def run():
        for i in range(12):
            np.testing.assert_array_equal(step(X, lambda x, i=i: x * i), X * i)

    with pytest.warns(tg.errors.UncompiledWarning, match="it is given something else before each of 9 calls"):
        run()


def test_a_program_that_is_used_again_is_not_in_vain():
    rate = 0.0
    step = tg.compile(lambda x: x * rate)
    for i in range(40):
        rate = float(i // 2)
        np.testing.assert_array_equal(quietly(step, X), X * rate)


def test_a_cache_by_length_is_filled_while_programs_are_written():
    masks: dict = {}

    def masked(x):
        n = len(x)
        if n not in masks:
            masks[n] = np.tril(np.ones((n, n)))
        return masks[n] @ x

    step = tg.compile(masked)
    for n in (3, 4, 5, 6, 3, 4, 5, 6, 3, 4, 5, 6):
        x = np.arange(float(n))
        np.testing.assert_array_equal(quietly(step, x), np.cumsum(x))
    assert step.cache_info().hits >= 2


@pytest.mark.parametrize(("make", "says"), [
    (lambda: np.ones((600, 600)), r"it reaches big, float64\[600, 600\], a plain array that it would have to look"),
    (lambda: list(range(9000)), "it reaches big, a list of 9000, which it would have to look .* make it a tuple"),
    (lambda: dict.fromkeys(range(9000)), "it reaches big, a dict of 9000"),
])  # fmt: skip
def test_what_takes_long_to_look_through_is_said(make, says):
    big = make()
    step = tg.compile(lambda x: x * len(big))
    with pytest.warns(tg.errors.UncompiledWarning, match=says):
        np.testing.assert_array_equal(step(X), X * len(big))


def test_a_read_only_array_may_be_large():
    big = np.ones((600, 600))
    big.flags.writeable = False
    step = tg.compile(lambda x: x * big[0, :3])
    for _ in range(3):
        np.testing.assert_array_equal(quietly(step, X), X)
    big.flags.writeable = True
    big[...] = 2.0
    with pytest.warns(tg.errors.UncompiledWarning, match="make it read-only"):
        np.testing.assert_array_equal(step(X), 2 * X)


@dataclass
class Outcome:
    """What a function might return."""

    y: object


@pytest.mark.parametrize(("f", "says"), [
    (lambda x: Outcome(x * 2), "it returns a new Outcome, of which no program can make one; return its parts"),
    (lambda x: (yield x), "it gives a generator, which runs later"),
    (lambda x: x * threading.current_thread().ident, "it asks for the thread it runs in, threading.current_thread"),
    (lambda x: x * len(sys.modules), "it looks up modules in sys.modules"),
    (lambda x: x * datetime.datetime.now().year, "it reads a clock, datetime.datetime"),
    (lambda x: x * len(np.geterr()), "it asks for settings of its thread, np.geterr"),
])  # fmt: skip
def test_what_no_program_can_do_is_said(f, says):
    with pytest.warns(tg.errors.UncompiledWarning, match=says):
        tg.compile(f)(X)


def test_what_lies_too_deep_is_said():
    chain: list = []
    for _ in range(5000):
        chain = [chain]
    with pytest.warns(tg.errors.UncompiledWarning, match="things that lie too deep in one another"):
        np.testing.assert_array_equal(tg.compile(lambda x: x * len(chain))(X), X)


def test_an_interrupt_of_a_trace_leaves_no_stand_ins():
    seen: list = []

    def f(x):
        seen.append(x)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tg.compile(f)(X)
    assert all(isinstance(x, np.ndarray) and type(x) is np.ndarray for x in seen)
