"""The contract that every op keeps, over all rows and their samples (tests/op_samples)."""

import numpy as np
import pytest
from op_samples import arrays, collect

import tensorgrad as tg
from tensorgrad.core.op import REGISTRY
from tensorgrad.forward import pushforward

SAMPLES = collect()
OPS = {name: op for name, op in REGISTRY.items() if op.module.startswith("tensorgrad.")}
OURS = {"ties"}  # settings that NumPy does not have


class Case:
    """One op with one sample: its inputs, and which of them a gradient is wanted of."""

    def __init__(self, op, sample):
        self.op, self.sample = op, sample
        self.settings = {**op.defaults, **sample.settings}
        self.inputs = arrays(op, sample)
        self.wrt = [i for i, x in enumerate(self.inputs) if op.rule(i) is not None and is_float(x)]

    def __repr__(self):
        settings = [f"{k}={v}".replace(" ", "") for k, v in self.sample.settings.items() if not hasattr(v, "shape")]
        return "-".join([self.op.name, *map(label, self.inputs), *settings])

    def kernel(self, *inputs):
        return self.op.kernel(*inputs, **self.settings)

    def call(self, inputs):
        return self.op.call(*inputs, **self.sample.settings)

    def rules(self, g, inputs):
        """Return ``[(i, gradient)]`` straight from the rules: no engine has summed, spread or cast it."""
        y = self.kernel(*inputs)
        real = not any(np.iscomplexobj(x) for x in (g, *inputs))  # what is real takes the real part
        with np.errstate(divide="ignore", invalid="ignore"):  # as the engine has it
            found = [(i, self.op.rule(i)(g, y, *inputs, **self.settings, **self.position(i))) for i in self.wrt]
        return [(i, np.real(gx) if real else gx) for i, gx in found]

    def position(self, i):
        return {"wrt": i} if self.op.variadic else {}

    def tensors(self, dtype=None):
        """Return the inputs as new Tensors, requiring a gradient where there is one, of their own memory."""
        return [
            tg.Tensor(x.astype(dtype if dtype and is_float(x) else x.dtype), i in self.wrt)
            if isinstance(x, np.ndarray)
            else x
            for i, x in enumerate(self.inputs)
        ]

    def random(self, seed):
        """Return one random array per input, 0 for those without a gradient."""
        rng = np.random.default_rng(seed)
        return [rng.uniform(-1, 1, np.shape(x)) if i in self.wrt else None for i, x in enumerate(self.inputs)]

    def moved(self, by, directions):
        return [x if d is None else x + by * d for x, d in zip(self.inputs, directions, strict=True)]


def is_float(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def label(x):
    return f"{x:g}" if isinstance(x, (int, float)) else "x".join(map(str, x.shape)) or "0d"


CASES = [Case(OPS[name], sample) for name, samples in SAMPLES.items() if name in OPS for sample in samples]
DIFFERENTIABLE = [case for case in CASES if case.wrt]
every_case = pytest.mark.parametrize("case", CASES, ids=repr)
every_gradient = pytest.mark.parametrize("case", DIFFERENTIABLE, ids=repr)


def cotangent(case, seed=3):
    y = np.asarray(case.kernel(*case.inputs))
    rng = np.random.default_rng(seed)
    g = rng.uniform(-1, 1, y.shape).astype(y.dtype)
    return g + 1j * rng.uniform(-1, 1, y.shape).astype(g.real.dtype) if y.dtype.kind == "c" else g


def gradients(case, g, dtype=None):
    """Return the Tensors given to the op, its result, and the engine's gradients of the former."""
    inputs = case.tensors(dtype)
    y = case.call(inputs)
    y.backward(tg.Tensor(np.conj(g), dtype=y.dtype))  # a gradient is the conjugate of a cotangent
    return inputs, y, [inputs[i].grad.data for i in case.wrt]


def inner(us, vs):
    return sum(np.sum(u * v) for u, v in zip(us, vs, strict=True))


def pair(g, y):
    """Return what a cotangent and a change come to; of a complex one the real part of it."""
    total = np.sum(g * y)
    return total.real if np.iscomplexobj(g) else total


def real_parts(g):
    return [g.real, g.imag] if np.iscomplexobj(g) else [g]


def slope(f):
    """Return ``f'(0)``: by a complex step where ``f`` allows one, else by differences of fourth order.

    A complex step is exact to the last digits, but means nothing if ``f`` takes absolute values on its way; so it is
    taken only where the differences, good to six digits, confirm it.
    """
    h = 1e-4
    rough = (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
    try:
        exact = f(1e-30j).imag / 1e-30
    except TypeError:  # the kernel has no complex numbers
        return rough, 1e-9
    return (exact, 1e-12) if abs(exact - rough) <= 1e-6 * (1 + abs(rough)) else (rough, 1e-9)


def test_every_op_is_sampled():
    assert OPS.keys() - SAMPLES.keys() == set(), "these ops have no samples in tests/op_samples"
    assert SAMPLES.keys() - OPS.keys() == set(), "there are samples of ops that do not exist"


def test_every_differentiable_argument_is_sampled():
    wanted = {(op.name, i) for op in OPS.values() for i, rule in enumerate(op.rules) if rule is not None}
    assert wanted - {(c.op.name, 0 if c.op.variadic else i) for c in DIFFERENTIABLE for i in c.wrt} == set()


@every_gradient
def test_reverse_and_forward_mode_are_adjoint(case):
    g, t = cotangent(case), case.random(1)
    pushed = pushforward(case.op, t, np.asarray(case.kernel(*case.inputs)), case.inputs, case.settings)
    assert pushed.shape == g.shape
    pulled = gradients(case, g)[2]
    forward, reverse = pair(g, pushed), inner(pulled, [t[i] for i in case.wrt])
    assert abs(forward - reverse) <= 1e-12 * (1 + np.sum(abs(g * pushed)))


@every_gradient
def test_gradient_is_the_slope(case):
    g, directions = cotangent(case), case.random(1)
    analytic = inner(gradients(case, g)[2], [directions[i] for i in case.wrt])
    numeric, tolerance = slope(lambda by: pair(g, case.kernel(*case.moved(by, directions))))
    assert abs(analytic - numeric) <= tolerance * (1 + abs(numeric))


@every_gradient
def test_second_derivative_is_the_slope_of_the_first(case):
    g, along, directions, to = cotangent(case), cotangent(case, 4), case.random(1), case.random(2)

    def first(by):
        found = [np.sum(gx * to[i]) for i, gx in case.rules(g + by * along, case.moved(by, directions))]
        return sum(np.real(found)) if np.iscomplexobj(g) else sum(found)

    inputs, parts = case.tensors(), real_parts(g)
    seeds = [tg.Tensor(part, requires_grad=True) for part in parts]
    case.call(inputs).backward(seeds[0] - 1j * seeds[1] if seeds[1:] else seeds[0], create_graph=True)
    moved = [inputs[i] for i in case.wrt]
    total = sum((x.grad * to[i]).sum() for i, x in zip(case.wrt, moved, strict=True))
    for x in moved:
        x.grad = None
    if total.requires_grad:  # else the first derivative is constant
        total.backward()
    ends = [*zip(seeds, real_parts(along), strict=True), *zip(moved, [directions[i] for i in case.wrt], strict=True)]
    analytic = sum(np.sum(x.grad.data * d) for x, d in ends if x.grad is not None)
    numeric, tolerance = slope(first)
    assert abs(analytic - numeric) <= tolerance * (1 + abs(numeric))


@every_gradient
def test_gradients_have_the_shapes_and_dtypes_of_the_inputs(case):
    inputs, _, found = gradients(case, cotangent(case))
    for i, gx in zip(case.wrt, found, strict=True):
        assert type(gx) is np.ndarray
        assert gx.shape == case.inputs[i].shape
        assert gx.dtype == inputs[i].dtype


@every_gradient
def test_float32_stays_float32(case):
    inputs, y, found = gradients(case, cotangent(case), np.float32)
    integers = any(isinstance(x, np.ndarray) and x.dtype.kind == "i" for x in case.inputs)
    promoted = isinstance(case.op.kernel, np.ufunc) and integers
    expected = np.float64 if promoted else np.dtype(case.settings.get("dtype") or np.float32)  # NumPy's rule
    assert precision(y) == expected
    assert all(gx.dtype == np.float32 for gx in found)
    single = [x.data if isinstance(x, tg.Tensor) else x for x in inputs]
    for i, gx in case.rules(np.ones_like(y.data), single):
        arg = case.op.args[0 if case.op.variadic else i]
        assert precision(gx) == expected, f"the rule of {arg} computes in {gx.dtype}"


def precision(x):
    """Return the dtype of the real parts."""
    return np.finfo(x.dtype).dtype


@every_gradient
def test_nothing_given_is_written(case):
    g = cotangent(case)
    kept = g.copy()
    inputs, y, _ = gradients(case, g)
    result = y.data.copy()
    assert (g == kept).all()
    case.rules(g, case.inputs)
    assert (g == kept).all()
    for x, before in zip(inputs, case.inputs, strict=True):
        assert np.array_equal(x.data if isinstance(x, tg.Tensor) else x, before)
    assert np.array_equal(y.data, result)


@every_gradient
def test_gradients_share_no_memory(case):
    g = cotangent(case)
    inputs, _, found = gradients(case, g)
    others = [g, *[x.data for x in inputs if isinstance(x, tg.Tensor)]]
    for i, gx in enumerate(found):
        for other in (*others, *found[:i]):
            assert not np.shares_memory(gx, other)


@every_case
def test_arrays_give_what_the_kernel_gives_and_tensors_the_same(case):
    expected = case.kernel(*case.inputs)
    plain = case.call(case.inputs)
    assert not isinstance(plain, tg.Tensor)
    same(plain, expected)
    y = case.call(case.tensors())
    assert type(y.data) is np.ndarray
    same(y.data, expected)


@every_case
def test_numpy_functions_mean_the_op(case):
    settings = {k: v for k, v in case.sample.settings.items() if k not in OURS}
    for function in case.op.numpy:
        if function is np.float_power:  # it makes float64 of everything, and ours does not
            continue
        expected = spelled(function, case.op, case.inputs, settings)
        same(case.call(case.inputs), expected)
        y = spelled(function, case.op, case.tensors(), settings)
        assert isinstance(y, tg.Tensor)
        same(y.data, expected)


def spelled(function, op, inputs, settings):
    return function(list(inputs), **settings) if op.variadic else function(*inputs, **settings)


def same(x, y):
    """Assert equality to the last bit, nan included."""
    x, y = np.asarray(x), np.asarray(y)
    assert (x.shape, x.dtype) == (y.shape, y.dtype)
    assert np.array_equal(x, y, equal_nan=x.dtype.kind == "f")


@pytest.mark.parametrize("case", [case for case in CASES if case.op.kind == "constant"], ids=repr)
def test_constant_ops_are_never_recorded(case):
    inputs = [tg.Tensor(x, requires_grad=is_float(x)) if isinstance(x, np.ndarray) else x for x in case.inputs]
    y = case.call(inputs)
    assert not y.requires_grad
    assert y.op is None
    assert y.inputs == ()


def test_pushforward_of_tensors_is_recorded():
    x, t = tg.Tensor([2.0, 3.0, 5.0], requires_grad=True), tg.Tensor([1.0, 10.0, 100.0])
    pushed = pushforward(OPS["prod"], [t], np.prod(x), [x], OPS["prod"].defaults)
    assert pushed.item() == 15 + 100 + 600
    pushed.backward()
    assert x.grad.tolist() == [50 + 300, 5 + 200, 3 + 20]  # the Hessian of xyz times t


def test_pushforward_through_a_rule_that_ignores_the_gradient_is_zero():
    @tg.primitive
    def halved(x):
        return x / 2

    halved.vjp("x")(lambda g, y, x: np.zeros_like(x))
    np.testing.assert_array_equal(pushforward(halved.op, [np.ones(2)], np.ones(2), [np.ones(2)]), [0, 0])
