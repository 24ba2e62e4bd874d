"""Operators and methods: each is what NumPy's is on the array, and is differentiated where it has a derivative."""

import ast
import inspect
import operator
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core import typed
from tests.ops.derivatives import check_derivatives

A = np.array([[2.5, -1.5, 3.0], [0.5, 4.0, -2.0]])
B = np.array([[1.0, 2.0, -4.0], [0.5, -3.0, 2.0]])

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.lt,
          operator.le, operator.gt, operator.ge, operator.eq, operator.ne]  # fmt: skip
UNARY = [operator.neg, operator.pos, abs, round]
OTHERS = {"array": B, "float": 2.0, "int": 2, "NumPy scalar": np.float32(2), "list": B.tolist(), "row": B[0]}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.__name__)
def test_binary_operators_both_ways_round(op, other):
    t, b = tg.Tensor(A, requires_grad=True), OTHERS[other]
    for y, expected in (op(t, b), op(A, b)), (op(b, t), op(b, A)), (op(t, tg.Tensor(b)), op(A, np.array(b))):
        assert type(y) is tg.Tensor
        assert y.dtype == expected.dtype
        np.testing.assert_array_equal(y.data, expected)


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.__name__)
def test_unary_operators(op):
    np.testing.assert_array_equal(op(tg.Tensor(A)).data, np.round(A) if op is round else op(A))


def test_round_to_digits():
    assert round(tg.Tensor([1.26]), 1).tolist() == [1.3]


DERIVED = {
    "+": (lambda a, b: a + b + 1 + 2.0, (2, 3), (3,)),
    "-": (lambda a, b: 1 - a - b - 2, (2, 3), (3,)),
    "*": (lambda a, b: 2 * a * b * 3, (2, 3), (3,)),
    "/": (lambda a, b: 1 / (a * a + 1) / (b * b + 2) / 2, (2, 3), (3,)),
    "%": (lambda a: (a * a + 5) % 7.5, (2, 3)),
    "divmod": (lambda a: divmod(a * a + 5, 7.5)[1] ** 2, (2, 3)),
    "** 2": (lambda a: a**2, (2, 3)),
    "** 3": (lambda a: a**3, (2, 3)),
    "** 0.5": (lambda a: (a * a + 1) ** 0.5, (2, 3)),
    "** -1": (lambda a: (a * a + 1) ** -1.0, (2, 3)),
    "a ** b": (lambda a, b: (a * a + 1) ** b, (2, 3), (3,)),
    "2 ** b": (lambda b: 2.0**b, (3,)),
    "pow": (lambda a: pow(a, 2), (2, 3)),
    "@": (lambda a, b: a @ b, (2, 3), (3, 2)),
    "array @": (lambda b: A @ b, (3, 2)),
    "@ array": (lambda a: a @ A.T, (2, 3)),
    "abs": (abs, (2, 3)),
    "neg": (lambda a: -a * +a, (2, 3)),
    "T": (lambda a: a.T * A.T, (2, 3)),
    "mT": (lambda a: a.mT * a.mT, (2, 2, 3)),
    "getitem": (lambda a: a[1, ::-1] * a[0], (2, 3)),
}


@pytest.mark.parametrize("name", DERIVED)
def test_operators_have_derivatives(name):
    f, *shapes = DERIVED[name]
    check_derivatives(f, *shapes)


def test_a_square_is_one_multiplication():
    x = tg.Tensor([3.0, 0.0], requires_grad=True)
    assert (x**2).op.name == "square"
    (x**2).sum().backward()
    assert x.grad.tolist() == [6, 0]


def test_bools_and_integers_combine():
    p, q = tg.Tensor([True, True, False]), np.array([True, False, False])
    assert (p & q).tolist() == [True, False, False]
    assert (q | p).tolist() == [True, True, False]
    assert (p ^ q).tolist() == [False, True, False]
    assert (~p).tolist() == [False, False, True]
    n = tg.Tensor([6, 5])
    assert (n & 3).tolist() == [2, 1]
    assert (~n).tolist() == [-7, -6]
    assert ((n << 1) >> 2).tolist() == [3, 2]
    assert (1 << n).tolist() == [64, 32]


def test_comparisons_are_bool_tensors_without_a_graph():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y = x > 1
    assert (y.dtype, y.requires_grad, y.is_leaf) == (bool, False, True)


def test_nothing_equals_none_or_a_string():
    x = tg.Tensor([1.0, 2.0])
    assert (x == None) is False  # noqa: E711  (the comparison is the test)
    assert (x != None) is True  # noqa: E711  (as above)
    assert (x == "a") is False


def test_in_looks_for_a_value():
    assert 2 in tg.Tensor([[1.0, 2.0]], requires_grad=True)
    assert 3 not in tg.Tensor([[1.0, 2.0]])


def test_iteration_unpacks_and_sorts():
    x = tg.Tensor([3.0, 1.0, 2.0], requires_grad=True)
    first, *rest = x
    assert len(rest) == 2
    (first * sorted(x)[0]).backward()
    assert x.grad.tolist() == [1, 3, 0]
    assert max(x).item() == 3
    assert sum(x).item() == 6
    assert [row.tolist() for row in tg.Tensor(A)] == A.tolist()


METHODS = {
    "reshape": [lambda x: x.reshape(3, 2), lambda x: x.reshape((3, 2)), lambda x: x.reshape(-1),
                lambda x: x.reshape([6]), lambda x: x.reshape(3, -1, order="F")],
    "transpose": [lambda x: x.transpose(), lambda x: x.transpose(1, 0), lambda x: x.transpose((1, 0)),
                  lambda x: x.transpose(None), lambda x: x.T, lambda x: x.mT],
    "swapaxes": [lambda x: x.swapaxes(0, 1)],
    "squeeze": [lambda x: x[:1].squeeze(), lambda x: x[:1].squeeze(0), lambda x: x[:1].squeeze(axis=0)],
    "ravel": [lambda x: x.ravel(), lambda x: x.flatten(), lambda x: x.flatten("F")],
    "sum": [lambda x: x.sum(), lambda x: x.sum(0), lambda x: x.sum(axis=(0, 1)),
            lambda x: x.sum(axis=-1, keepdims=True)],
    "mean": [lambda x: x.mean(), lambda x: x.mean(1), lambda x: x.mean(axis=0, keepdims=True)],
    "var": [lambda x: x.var(), lambda x: x.var(axis=0, ddof=1)],
    "std": [lambda x: x.std(), lambda x: x.std(1, keepdims=True)],
    "prod": [lambda x: x.prod(), lambda x: x.prod(axis=0)],
    "max": [lambda x: x.max(), lambda x: x.max(0), lambda x: x.max(axis=1, keepdims=True)],
    "min": [lambda x: x.min(), lambda x: x.min(0)],
    "argmax": [lambda x: x.argmax(), lambda x: x.argmax(1), lambda x: x.argmin(axis=0)],
    "cumsum": [lambda x: x.cumsum(), lambda x: x.cumsum(1), lambda x: x.cumprod(axis=0)],
    "clip": [lambda x: x.clip(0, 1), lambda x: x.clip(min=0), lambda x: x.clip(max=1.0)],
    "round": [lambda x: x.round(), lambda x: (x / 3).round(1)],
    "dot": [lambda x: x.dot(B.T), lambda x: x.dot(B[0]), lambda x: x.dot(2)],
    "astype": [lambda x: x.astype("float32"), lambda x: x.astype(int), lambda x: x.copy()],
    "repeat": [lambda x: x.repeat(2), lambda x: x.repeat(2, axis=0), lambda x: x.repeat([1, 2], 0)],
    "take": [lambda x: x.take([0, 1]), lambda x: x.take(1, axis=1)],
    "trace": [lambda x: x.trace(), lambda x: x.diagonal(), lambda x: x.diagonal(1)],
    "any": [lambda x: (x > 3).any(), lambda x: (x > 3).any(axis=0), lambda x: (x > 3).all(1)],
    "argsort": [lambda x: x.argsort(), lambda x: x.argsort(axis=0)],
    "nonzero": [lambda x: x[(x > 0).nonzero()]],
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_methods_have_numpys_signatures_and_values(name):
    for call in METHODS[name]:
        y, expected = call(tg.Tensor(A, requires_grad=True)), np.asarray(call(A))
        assert type(y) is tg.Tensor
        assert (y.dtype, y.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(y.data, expected, rtol=1e-14)


def test_what_cannot_be_added_says_so():
    x = tg.Tensor([1.0])
    with pytest.raises(TypeError, match=r"add\(a, b\) takes numbers and arrays, got str 'a'"):
        x + "a"
    with pytest.raises(TypeError, match=r"multiply\(a, b\) takes numbers and arrays, got None"):
        x * None


TYPED = {n.name: n for n in ast.walk(ast.parse(inspect.getsource(typed.Operators))) if isinstance(n, ast.FunctionDef)}
MEMBERS = {**vars(typed.Operators), **vars(tg.Tensor)}


def test_what_is_declared_to_type_checkers_is_what_a_tensor_has():
    (cls,) = ast.parse(inspect.getsource(typed.Operators)).body
    declared = {n.target.id for n in ast.walk(cls) if isinstance(n, ast.AnnAssign)} | TYPED.keys()
    given = {name for name, value in MEMBERS.items() if callable(value) or isinstance(value, property)}
    own = {n.name for n in ast.walk(ast.parse(inspect.getsource(tg.core.tensor))) if isinstance(n, ast.FunctionDef)}
    assert declared - given == set(tg.Tensor.__slots__) - {"__weakref__"}
    assert given - declared - own - {"__hash__"} == set()


def parameters(function):
    """Return what a function takes: ``{name: (kind, default)}`` of what follows ``self``."""
    row = getattr(function, "op", None)
    if row is not None:  # made for the row: it may take anything, and sorts it by the row
        assert not row.variadic
        found = inspect.signature(row.kernel if row.defaults else lambda *_: None)
        settings = {name: (p.kind, p.default) for name, p in found.parameters.items() if name in row.defaults}
        return dict.fromkeys(row.args[1:], (POSITIONAL, inspect.Parameter.empty)) | settings
    return {name: (p.kind, p.default) for name, p in [*inspect.signature(function).parameters.items()][1:]}


POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize("name", TYPED)
def test_what_is_declared_to_type_checkers_takes_what_it_takes_at_run_time(name):
    spelled = ast.unparse(TYPED[name]).replace("...", "pass")
    scope = {"Any": object, "Tensor": tg.Tensor, "Iterator": Iterator, "Callable": Callable}
    exec(spelled, scope)
    declared, given = parameters(scope[name]), parameters(MEMBERS[name])
    if name.startswith("__"):  # Python calls it by position: names are for the reader
        assert [*declared.values()] == [*given.values()]
    else:
        assert declared == given


@pytest.mark.parametrize("name", ["sum", "argmax", "clip", "squeeze", "dot", "nonzero"])
def test_a_method_is_the_op_of_its_name(name):
    x = np.array([0.5, 0.0, 2.0])
    more = {"clip": [0.1, 1.0], "dot": [x]}.get(name, [])
    found, expected = getattr(tg.Tensor(x), name)(*more), getattr(x, name)(*more)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))
    assert getattr(tg.Tensor, name) is getattr(tg.ops, name)
