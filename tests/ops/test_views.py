"""Writing through views: random programs against the same programs on NumPy's arrays, and each rule by itself."""

import gc
import operator
import weakref

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad.graph.steps import recorded_steps
from tests.ops.derivatives import check_derivatives

# A program is a list of statements; each is a function of the environment, a list of arrays or of Tensors, which it
# changes. The same statements run on both: NumPy's arrays are the oracle, of values and, by complex steps, gradients.

SHAPES = [(3,), (2, 3), (3, 2), (2, 2, 2), (1, 3)]
INDICES = [
    0, -1, slice(1, None), slice(None, None, -1), slice(None, None, 2), ..., (..., 0), (0, ...), None, (slice(None), 0),
    [0, 1], [1, 0, 1], np.array([True, False]), (slice(None), [0, 1]), (slice(0, 1), ..., slice(1, None)), (0, 0, ...),
]  # fmt: skip


def square(x):
    """Return ``x`` if it is a square matrix; NumPy's einsum does not look when it is empty."""
    if x.ndim != 2 or x.shape[0] != x.shape[1]:
        raise ValueError
    return x


VIEWS = {
    "x.T": lambda x: x.T, "reshape": lambda x: x.reshape(-1), "ravel": lambda x: x.ravel(), "flip": np.flip,
    "expand_dims": lambda x: np.expand_dims(x, 0), "swapaxes": lambda x: x.swapaxes(0, -1), "squeeze": np.squeeze,
    "turned shape": lambda x: x.reshape(x.shape[::-1]), "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "Fortran": lambda x: np.reshape(x, -1, order="F"), "rot90": np.rot90, "rot90 0": lambda x: np.rot90(x, 0),
    "diagonal": lambda x: np.einsum("ii->i", square(x)), "split": lambda x: np.split(x, x.shape[0])[-1],
    "atleast_2d": np.atleast_2d, "flat": lambda x: x.flat[...], "view": lambda x: x.view(),
    "product": lambda x: x * 1.5, "sin": np.sin, "copy": lambda x: x.copy(), "flatten": lambda x: x.flatten(),
    "tile": lambda x: np.tile(x, 1), "repeat": lambda x: np.repeat(x, 1), "sum": lambda x: x + x.T[0],
    "meshgrid": lambda x: np.meshgrid(x, x)[1], "pad": lambda x: np.pad(x, 0, mode="edge"),
    "take": lambda x: np.take(x, [0]),
}  # fmt: skip
OPERATORS = [operator.iadd, operator.isub, operator.imul, operator.itruediv]


def view(env, reads, i, name):
    env.append(VIEWS[name](env[i]))


def index(env, reads, i, where):
    env.append(env[i][where])


def forget(env, reads, i):
    env.pop(i)


def read(env, reads, i):
    reads.append((env[i] * env[i] * 0.5).sum())


def write(env, reads, i, where, j, scale):
    env[i][where] = scale if j is None else env[j] * scale


def write_itself(env, reads, i, j):
    env[i][...] = env[j]


def change(env, reads, i, op, j, scale):
    env[i] = op(env[i], scale if j is None else env[j] * 0.1 + scale)


def write_out(env, reads, i, j):
    np.multiply(env[j], 0.5, out=env[i])


def change_rows(env, reads, i, scale):
    for row in env[i]:
        row *= scale


def add_at(env, reads, i, where, scale):
    np.add.at(env[i], where, env[i][where] * 0.5 + scale)


def multiply_at(env, reads, i, where, scale):
    np.multiply.at(env[i], where, scale)


def copy_to(env, reads, i, j):
    np.copyto(env[i], env[j] * 0.5, where=np.arange(env[i].size).reshape(env[i].shape) % 2 == 0)


def put(env, reads, i, j):
    np.put(env[i][...], [0, -1], env[j] * 1.5)


def write_flat(env, reads, i, j):
    env[i].flat[1:] = env[j] * 1.5  # NumPy would read what it has just written


def random_statement(rng, env):
    """Return a random statement, which may not suit the environment."""
    i, j, scale, where = rng.randrange(len(env)), rng.randrange(len(env)), rng.choice([0.5, -1.25, 2.0]), indices(rng)
    other = rng.choice([None, j])
    return rng.choice([
        (view, i, rng.choice([*VIEWS])), (view, i, rng.choice([*VIEWS])), (index, i, where), (index, i, where),
        (read, i), (write, i, where, other, scale), (write, i, where, other, scale), (write_out, i, j),
        (change, i, rng.choice(OPERATORS), other, scale), (change_rows, i, scale), (write_itself, i, j), (forget, i),
        (add_at, i, where, scale), (multiply_at, i, where, scale), (copy_to, i, j), (put, i, j), (write_flat, i, j),
    ])  # fmt: skip


def indices(rng):
    return rng.choice(INDICES)


def start(w):
    """Return what a program begins with: two arrays computed from ``w``, and a buffer that is not."""
    buffer = tg.Tensor(np.ones(w.shape)) if isinstance(w, tg.Tensor) else np.ones(w.shape, complex)
    return [w * 1.0, buffer, w[::-1] * 2.0]


def random_program(rng, shape, length):
    """Return statements that run on arrays, one after the other."""
    env, program = start(np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape).astype(complex)), []
    for _ in range(length):
        f, *args = random_statement(rng, env)
        try:
            f([x.copy() for x in env], [], *args)
            if env[args[0]].ndim == 0 and f in (put, write_flat, view, index):
                raise ValueError  # NumPy has numbers and arrays of no axes; Tensors are numbers unless they are views
        except (ValueError, IndexError, TypeError, AttributeError, ZeroDivisionError, RuntimeWarning):
            continue  # it does not suit these shapes
        if len(env) > 1 or f is not forget:
            f(env, [], *args)
            program.append((f, *args))
        if not all(np.abs(x).max(initial=0) < 1e6 for x in env):
            break
    return program


def run(program, w):
    """Return what a program leaves, and the sum of all that it reads."""
    env, reads = start(w), [(w * w).sum()]
    for k, (f, *args) in enumerate(program):
        f(env, reads, *args)
        reads.append((env[k % len(env)] * (k + 1)).sum())
    reads += [(x * x).sum() for x in env]
    return env, sum(reads)


def complex_step_gradient(program, values):
    """Return the gradient of what a program reads, by a complex step for each entry."""
    g = np.zeros(values.shape)
    for place in np.ndindex(values.shape):
        w = values.astype(complex)
        w[place] += 1e-30j
        g[place] = run(program, w)[1].imag / 1e-30
    return g


@given(rng=st.randoms(use_true_random=False), shape=st.sampled_from(SHAPES), length=st.integers(1, 14))
@settings(max_examples=400, deadline=None)
def test_a_random_program_does_to_tensors_what_it_does_to_arrays(rng, shape, length):
    program = random_program(rng, shape, length)
    note("\n".join(f"{f.__name__}{args}" for f, *args in program))
    values = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
    wanted, _ = run(program, values.astype(complex))
    w = tg.Tensor(values, requires_grad=True)
    got, loss = run(program, w)
    for x, y in zip(got, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(x.data), y.real, rtol=1e-12, atol=1e-12)
    loss.backward()
    np.testing.assert_allclose(w.grad.data, complex_step_gradient(program, values), rtol=1e-9, atol=1e-9)


def leaf(values, name=None):
    return tg.Tensor(np.array(values, float), requires_grad=True, name=name)


def through(write):
    """Return ``x`` times 1, after ``write``: a function of arrays and of Tensors."""

    def f(x, *v):
        y = x * 1
        write(y, *v)
        return y * y * 0.5

    return f


def each_row(t):
    for row in t:
        row *= 2


def first_column(t, v):
    column = t[:, 0]
    column += v
    column *= column[0]


WRITES = {
    "an entry of a row": (through(lambda t: t[0].__setitem__(1, 7)), (2, 3)),
    "rows": (through(each_row), (2, 3)),
    "the transpose": (through(lambda t: t.T.__setitem__(0, 7)), (2, 3)),
    "flattened": (through(lambda t: t.reshape(-1).__setitem__(0, 7)), (2, 3)),
    "a slice": (through(lambda t: t[1:].__imul__(10)), (3, 2)),
    "a column": (through(first_column), (2, 3), (2,)),
    "a diagonal by einsum": (through(lambda t, v: np.einsum("jij->ji", t).__iadd__(v)), (2, 3, 2), (2, 3)),
    "an axis more": (through(lambda t, v: np.expand_dims(t, 1).__setitem__((0, 0), v)), (2, 3), (3,)),
    "out": (through(lambda t, v: np.multiply(t[0], v, out=t.T[1])), (2, 2), (2,)),
    "put": (through(lambda t, v: np.put(t.T, [1, 0, 1, -1], v)), (2, 3), (2,)),
    "put, no number of axes": (through(lambda t, v: t.put([7, -9], v, mode="wrap")), (2, 3), ()),
    "place": (through(lambda t, v: np.place(t, np.arange(6).reshape(2, 3) % 2 == 0, v)), (2, 3), (2,)),
    "putmask": (through(lambda t, v: np.putmask(t, np.arange(6).reshape(2, 3) > 1, v)), (2, 3), (4,)),
    "copyto": (through(lambda t, v: np.copyto(t, v)), (2, 3), (3,)),
    "copyto where": (through(lambda t, v: np.copyto(t[0], v, where=[True, False, True])), (2, 3), (3,)),
    "fill_diagonal": (through(lambda t, v: np.fill_diagonal(t, v, wrap=True)), (5, 2), (2,)),
    "put_along_axis": (
        through(lambda t, v: np.put_along_axis(t, np.array([[1, 1], [2, 0]]), v, axis=1)), (2, 3), (2, 2),
    ),
    "put_along_axis flat": (through(lambda t, v: np.put_along_axis(t, np.array([0, 5]), v, axis=None)), (2, 3), (2,)),
    "flat": (through(lambda t, v: t.T.flat.__setitem__(slice(1, 5), v)), (2, 3), (2,)),
    "fill": (through(lambda t: t[0].fill(3)), (2, 3)),
    "sort": (through(lambda t: t.T.sort(0)), (2, 3)),
    "partition": (through(lambda t: t.partition(1, axis=0)), (3, 2)),
    "add.at": (through(lambda t, v: np.add.at(t, ([0, 1, 0], [1, 1, 1]), v)), (2, 3), (3,)),
    "subtract.at": (through(lambda t, v: np.subtract.at(t.T, [0, 0, 2], v)), (2, 3), ()),
    "multiply.at": (through(lambda t, v: np.multiply.at(t, [0, 0, 1, 0], v)), (2, 3), (4, 1)),
    "divide.at": (through(lambda t, v: np.divide.at(t[0], [2, 2], v * v + 1)), (2, 3), (2,)),
    "negative.at": (through(lambda t: np.negative.at(t, [0, 0, 1])), (2, 3)),
    "exp.at": (through(lambda t: np.exp.at(t[1], [0, 0])), (2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_a_write_and_its_two_derivatives(name):
    f, *shapes = WRITES[name]
    check_derivatives(f, *shapes)


def test_the_destination_by_its_name():
    t, a = tg.Tensor(np.zeros(2)), np.zeros(2)
    np.copyto(src=np.ones(2), dst=t)
    np.copyto(src=t, dst=a)
    np.put(a=t, ind=0, v=5)
    assert (t.tolist(), a.tolist()) == ([5, 1], [1, 1])


def test_of_integers_too():
    for write in (lambda t: np.add.at(t, [0, 0], 2), lambda t: np.bitwise_or.at(t, [1, 1], [4, 8])):
        t, a = tg.Tensor([1, 2, 3]), np.array([1, 2, 3])
        write(t)
        write(a)
        assert t.tolist() == a.tolist()
        assert t.dtype == a.dtype


class TestFamilies:
    """What is a view of what, and sees which write."""

    def test_siblings_see_each_other_when_their_base_is_gone(self):
        a = tg.Tensor(np.zeros(4))
        left, right = a[:3], a[1:]
        del a
        left[1] = 5
        assert right.tolist() == [5, 0, 0]

    def test_a_view_of_a_buffer_gets_the_gradient_of_what_is_written(self):
        w, buffer = leaf([1, 2]), tg.Tensor(np.zeros((2, 2)))
        row = buffer[0]
        buffer.T[:, 0] = w * 3
        assert row.requires_grad
        row.sum().backward()
        assert w.grad.tolist() == [3, 3]

    def test_what_was_computed_before_keeps_the_old_value(self):
        w = leaf([1, 2, 3])
        x = w * 1
        view = x[1:]
        before = (view * view).sum()
        x[...] = x * 10
        after = (view * 1).sum()
        assert (before.item(), after.item()) == (13, 50)
        (before + after).backward()
        assert w.grad.tolist() == [0, 14, 16]

    def test_a_view_written_into_what_it_is_a_view_of(self):
        w = leaf([1, 2, 3])
        x = w * 1
        view = x[1:]
        x[:2] = view
        x[0] = view.sum()
        assert (x.tolist(), view.tolist()) == ([6, 3, 3], [3, 3])
        (x * [1.0, 10.0, 100.0]).sum().backward()
        assert w.grad.tolist() == [0, 0, 112]

    def test_a_view_made_in_no_grad_stays_without_gradient(self):
        w = leaf([1, 2])
        x = w * 1
        with tg.no_grad():
            view = x[:1]
        x[0] = w[1] * 5
        assert (view.tolist(), view.requires_grad) == ([10], False)

    def test_a_write_in_no_grad_reaches_all_and_records_nothing(self):
        w = leaf([1, 2])
        x = w * 1
        view = x[1:]
        with tg.no_grad():
            view[0] = 7
        assert (x.tolist(), x.requires_grad, view.requires_grad) == ([1, 7], False, False)

    def test_a_view_looked_at_in_no_grad_is_recorded_all_the_same(self):
        w = leaf([1, 2])
        x = w * 1
        view = x[1:]
        x[1] = w[0] * 3
        with tg.no_grad():
            assert view.tolist() == [3]
        view.sum().backward()
        assert w.grad.tolist() == [3, 0]

    def test_arrays_and_detached_tensors_keep_their_values(self):
        a = np.zeros(3)
        t = tg.Tensor(a)
        old, view, detached = t.numpy(), t[:2], t.detach()
        view[0] = 1
        detached[1] = 2
        assert (t.tolist(), detached.tolist()) == ([1, 0, 0], [0, 2, 0])
        assert a.tolist() == old.tolist() == [0, 0, 0]

    def test_a_tensor_that_was_given_another_array_is_another(self):
        t = tg.Tensor(np.zeros(3))
        view = t[:2]
        t.data = np.ones(3)
        view[0] = 5
        t[1] = 7
        assert (t.tolist(), view.tolist()) == ([1, 7, 1], [5, 0])

    def test_a_copy_is_no_view(self):
        t = tg.Tensor(np.zeros((2, 2)))
        for copy in (t.copy(), t.flatten(), t[[0, 1]], np.tile(t, 1), np.repeat(t, 1), np.choose([0, 0], [t]), +t):
            copy[...] = 1
        assert not t.data.any()

    def test_the_layout_in_memory_stays_and_with_it_what_is_a_view(self):
        x = tg.Tensor(np.asfortranarray(np.zeros((2, 3))))
        x += np.ones((2, 3))
        x.reshape(-1)[0] = 5  # a copy, as of an array
        x.T.reshape(-1)[1] = 7
        assert x.tolist() == [[1, 1, 1], [7, 1, 1]]
        row = tg.Tensor(np.zeros(3))
        row[::-1][0] = 5
        row.ravel()[0] = 7
        assert row.tolist() == [7, 0, 5]

    def test_adding_to_a_slice_is_one_write(self):
        x = leaf([1, 2, 3]) * 1
        x[1:] += 5
        names = [t.op.name for t, inputs in recorded_steps(x)]
        assert names == ["multiply", "getitem", "add", "setitem"]

    def test_twice_differentiable(self):
        w = leaf([3, 2])
        x = w * w
        x[::-1][1] *= w[1]
        (x * x).sum().backward(create_graph=True)
        g, w.grad = w.grad, None
        g.sum().backward()
        a, b = 3, 2  # the loss is (a² b)² + b⁴
        np.testing.assert_allclose(w.grad.data, [12 * a**2 * b**2 + 8 * a**3 * b, 8 * a**3 * b + 2 * a**4 + 12 * b**2])

    def test_retain_grad_follows_the_new_value_and_hooks_stay_with_the_old(self):
        w, seen = leaf([1, 2]), []
        x = w * 1
        view = x[...]
        view.register_hook(lambda g: seen.append(g.tolist()))
        view.retain_grad()
        old = (view * 5).sum()
        x[0] = 4
        (old + (view * [3.0, 4.0]).sum()).backward()
        assert view.grad.tolist() == [3, 4]
        assert seen == [[5, 5]]

    def test_it_is_a_tensor_whoever_asks_first(self):
        t = tg.Tensor([1.0, 2.0])
        for ask in (
            lambda v: v.shape,
            repr,
            lambda v: v + 1,
            lambda v: v.__class__,
            np.sum,
            lambda v: isinstance(v, tg.Tensor),
        ):
            view = t[:1]
            t[0] += 1
            assert isinstance(view, tg.Tensor)
            ask(view)
            assert view.tolist() == [t.data[0]]
            assert type(view) is tg.Tensor


def past(t):
    """Return how many values of ``t`` are kept that it had before."""
    depth = 0
    while (t := getattr(t, "past", None)) is not None:
        depth += 1
    return depth


class TestMemory:
    """Views are known weakly, and what was written over is forgotten."""

    def test_a_loop_of_views_leaves_nothing(self):
        t = tg.Tensor(np.zeros((3, 3)))
        for i in range(5000):
            t[i % 3].T  # noqa: B018  (a view of a view)
        assert len(t.views) < 100
        for i in range(100):
            t[i % 3] += 1
        assert t.views is None or len(t.views) < 100

    def test_a_loop_of_writes_keeps_no_old_values(self):
        buffer, rows, w = tg.Tensor(np.zeros(3)), tg.Tensor(np.zeros((2, 3))), leaf([1, 2, 3])
        for _ in range(3):
            buffer += 1
            buffer[0] = w.sum().item()
            np.exp(buffer)
            buffer *= 0.5
            np.exp(buffer)
            rows[0] = 5.0
            np.exp(rows)
        assert past(buffer) <= 1
        assert past(rows) <= 1

    def test_an_old_value_that_was_used_is_kept(self):
        buffer, w, loss = tg.Tensor(np.zeros(3)), leaf([1, 2, 3]), 0.0
        for _ in range(3):
            loss = loss + (w * buffer).sum()
            buffer += 1
            buffer[0] = 5.0
        loss.backward()
        assert w.grad.tolist() == [10, 3, 3]

    def test_all_is_freed_without_the_collector(self):
        gc.collect()
        gc.disable()
        try:
            w = leaf([1, 2, 3])
            x = w * 1
            views = [x[1:], x[::-1], x[None]]
            for view in views:
                view *= view + 1
            gone = [weakref.ref(t) for t in (x, *views)]
            del x, views, view
            assert [ref() for ref in gone] == [None] * 4
        finally:
            gc.enable()

    def test_a_loop_that_reads_and_writes_rows_is_linear(self):
        w, x, total = leaf(1), tg.Tensor(np.zeros((3000, 2))), 0.0
        for i in range(1, 60):
            x[i] = x[i - 1] * w + 1
            total = total + (x[i] ** 2).sum()
        looked_at = [view() for view in x.views[1:] if view() is not None]
        assert sum(type(view) is tg.Tensor for view in looked_at) <= 2
        total.backward()
        assert w.grad.item() > 0


class TestInPlace:
    """``x += v`` and its like."""

    def test_under_all_its_names(self):
        w = leaf([1, 2])
        x = w * 1
        y = x
        y **= 2
        y @= np.array([[0.0, 1.0], [1.0, 0.0]])
        y -= y[0]
        assert x is y
        assert x.tolist() == [0, -3]
        (x * [5.0, 1.0]).sum().backward()
        assert w.grad.tolist() == [2, -4]

    def test_a_number_is_replaced(self):
        total = tg.Tensor(0.0)
        first = total
        total += leaf(3)
        assert (first.item(), total.item()) == (0, 3)

    def test_an_entry_that_is_a_view(self):
        t = tg.Tensor([1.0, 2.0])
        entry, number = t[0, ...], t[1]
        entry += 5
        number += 5
        assert t.tolist() == [6, 2]

    def test_a_leaf_that_requires_a_gradient_is_replaced(self):
        w = leaf([1, 2], "w")
        x = w
        x += 1
        assert x is not w
        x.sum().backward()
        assert (w.tolist(), w.grad.tolist()) == ([1, 2], [1, 1])
        with tg.no_grad(), pytest.raises(tg.errors.GradientError, match="cannot write into w"):
            w -= w.grad

    @pytest.mark.parametrize(
        "op",
        ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor", "ilshift", "irshift"],
    )
    @pytest.mark.parametrize(("x", "v"), [([6, 3], 2), ([6.0, 3.0], [2.0, 0.5]), ([6, 3], 0.5), ([True, False], True)])
    def test_dtypes_and_values_are_numpys(self, op, x, v):
        a, t = np.array(x), tg.Tensor(x)
        try:
            wanted = getattr(operator, op)(a, np.array(v))
        except TypeError:
            with pytest.raises(TypeError):
                getattr(operator, op)(t, np.array(v))
            assert t.tolist() == x
        else:
            got = getattr(operator, op)(t, np.array(v))
            assert got is t
            assert (t.dtype, t.tolist()) == (wanted.dtype, wanted.tolist())


REFUSED = [
    (
        lambda w, y: w.T.__setitem__(0, 1.0),
        tg.errors.GradientError,
        "cannot write into a view of w (float64[2, 3]) in place: it requires a gradient and its old value would be "
        "lost; write into a copy of the view (y = y * 1), and y = y + v instead of y += v",
    ),
    (
        lambda w, y: np.broadcast_to(y, (2, 2, 3)).__setitem__(0, 1.0),
        ValueError,
        "cannot write into broadcast_to(x) float64[2, 2, 3], which shows entries of x float64[2, 3] more than once, "
        "and which NumPy has read-only; write into a copy",
    ),
    (
        lambda w, y: np.lib.stride_tricks.sliding_window_view(y, 2, 1).__imul__(2),
        ValueError,
        "cannot write into sliding_window_view(x) float64[2, 2, 2], which shows entries of x float64[2, 3] more than "
        "once, and which NumPy has read-only; write into a copy",
    ),
    (
        lambda w, y: (y + 1j).real.__setitem__(0, 1.0),
        ValueError,
        "x.real[i] = v: a part of x complex128[2, 3] cannot be written; write into x itself",
    ),
    (
        lambda w, y: tg.Tensor([1, 2]).__iadd__(0.5),
        TypeError,
        "x += v: x int64[2] cannot hold the result float64[2]; write x = x + v for a new Tensor, or make x of float64",
    ),
    (
        lambda w, y: y[0].__iadd__(y),
        tg.errors.ShapeError,
        "x += v: x float64[3] cannot become float64[2, 3]; write x = x + v for a new Tensor",
    ),
    (
        lambda w, y: np.add.at(tg.Tensor([1, 2]), 0, 0.5),
        TypeError,
        "x at= v: x int64[2] cannot hold the result float64[2]; write x = x at v for a new Tensor, or make x of "
        "float64",
    ),
    (
        lambda w, y: np.put(tg.Tensor([1, 2]), 0, 0.5),
        TypeError,
        "np.put(x, i, v): x int64[2] cannot hold v 0.5, whose fractions NumPy would cut off; make x of floats, or "
        "write np.trunc(v)",
    ),
    (
        lambda w, y: np.copyto(tg.Tensor([1, 2]), 0.5),
        TypeError,
        "np.copyto(dst, src): cannot cast src 0.5 to dst int64[2] by 'same_kind'",
    ),
    (
        lambda w, y: np.copyto(y[0], y),
        tg.errors.ShapeError,
        "np.copyto(dst, src): src float64[2, 3] does not broadcast to dst float64[3]",
    ),
    (
        lambda w, y: np.put(np.zeros(3), 0, w[0, 0]),
        TypeError,
        "np.put writes into float64[3], a plain array, where a Tensor that requires a gradient would lose it; make "
        "that a Tensor, tg.Tensor(array), or write the values only, t.numpy()",
    ),
    (
        lambda w, y: y.view("int64"),
        TypeError,
        "x.view('int64') reads the bytes of x float64[2, 3] as other numbers, which has no derivative; write "
        "x.astype(dtype) for its values in another dtype, x.numpy().view(dtype) for its bytes",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED, ids=[str(i) for i in range(len(REFUSED))])
def test_what_is_refused_changes_nothing(call, kind, message):
    w = tg.Tensor(np.ones((2, 3)), requires_grad=True, name="w")
    y = w * 1
    with pytest.raises(kind) as error:
        call(w, y)
    assert str(error.value) == message
    assert y.tolist() == w.tolist() == [[1] * 3] * 2


def test_members_of_an_array():
    a = np.arange(6.0).reshape(2, 3)
    t = tg.Tensor(a)
    assert (t.nbytes, t.itemsize, t.strides, t.device) == (a.nbytes, a.itemsize, a.strides, "cpu")
    assert t.compress([True, False, True], axis=1).tolist() == [[0, 2], [3, 5]]
    assert tg.Tensor([1, 0]).choose([t[0, :2], t[1, :2]]).tolist() == [3, 1]
    assert (len(t.flat), [x.item() for x in t.flat], t.flat[1::2].tolist()) == (6, [0, 1, 2, 3, 4, 5], [1, 3, 5])
    t.flat[1::2][0] = 9  # a copy
    t.flat = [1, 2]
    assert t.tolist() == [[1, 2, 1], [2, 1, 2]]
    t.view()[0] = 5
    assert t.tolist() == [[5, 5, 5], [2, 1, 2]]
