"""How derivatives are measured: the method is chosen by trying and stated, and inputs of any size are located in."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.compare import elements as inputs
from tensorgrad.check.compare.analytic import reverse_rows
from tensorgrad.check.numeric.differences import STEP, Line, complex_numbers, slope
from tensorgrad.check.numeric.method import non_analytic_op
from tensorgrad.check.report import check_progress as progress
from tensorgrad.check.subject.function import Function
from tensorgrad.check.subject.points import points_of

RNG = np.random.default_rng(0)
X = RNG.uniform(0.3, 1.4, (3, 4))

ANALYTIC = {
    "exp": np.exp,
    "log": np.log,
    "power": lambda x: x**2.5,
    "a negative base": lambda x: (-x) ** 3,
    "tanh": np.tanh,
    "division": lambda x: 1.0 / x,
    "product": lambda x: x @ x.T,
    "solve": lambda x: tg.solve(x @ x.T + 3 * np.eye(3), x),
    "softmax": tg.softmax,
    "relu": tg.relu,
    "sort": lambda x: np.sort(x),
    "max": lambda x: x.max(axis=0),
    "erf": tg.erf,
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "logsumexp": tg.logsumexp,
    "cumprod": lambda x: np.cumprod(x, axis=1),
    "var": lambda x: x.var(axis=0),
}
OTHERS = {
    "absolute": (abs, "op 'absolute' is not analytic"),
    "hypot": (lambda x: np.hypot(x, 1.0), "op 'hypot' is not analytic"),
    "cbrt": (np.cbrt, "op 'cbrt' is not analytic"),
    "arctan2": (lambda x: np.arctan2(x, 2.0), "op 'arctan2' is not analytic"),
    "a conjugate": (lambda x: conjugated(x), "op 'conjugated' is not analytic"),
    "real numbers only": (lambda x: x + real_only(x), "f takes no complex numbers (ValueError)"),
    "a write into real numbers": (lambda x: written(x), "f takes no complex numbers (TypeError)"),
    "later in the graph": (lambda x: np.exp(abs(np.sin(x)) + x), "op 'absolute' is not analytic"),
}


def conjugated(x):
    op = tg.elementwise("conjugated", lambda x: np.conj(x) * x, x=lambda g, y, x: 2 * g * x)
    return op(x)


def real_only(x):
    if x.data.dtype.kind == "c":
        raise ValueError("no complex numbers here")
    return x


def written(x):
    y = tg.Tensor(np.zeros(4))
    for i in range(3):
        y[i] = x[i, i] * 2.0
    return y


@pytest.mark.parametrize("f", ANALYTIC.values(), ids=ANALYTIC)
def test_the_complex_step_where_it_is_exact(f):
    report = gradcheck(f, X)
    assert report.method.startswith("reverse and forward mode against complex step in float64, exact to rounding, tol")
    assert report.difference < 1e-14


@pytest.mark.parametrize(("f", "why"), OTHERS.values(), ids=OTHERS)
def test_differences_where_it_is_not_and_why(f, why):
    report = gradcheck(f, X)
    assert f"against central differences in float64, extrapolated where in doubt, as {why}" in report.method
    assert report.difference < 1e-8


def test_what_numpy_computes_outside_of_the_graph_is_seen_by_the_complex_step_too():
    report = gradcheck(lambda x: (x * abs(x.detach())).sum(), X, raise_exception=False)
    assert not report
    assert report["x"].numeric == pytest.approx(2 * X[report["x"].index], rel=1e-8)


def test_a_step_of_the_users():
    report = gradcheck(np.exp, X, eps=1e-5)
    assert "against central differences in float64, step 1e-05, tolerance 1e-06·|numeric| + rounding" in report.method
    assert 1e-12 < report.difference < 1e-9


def test_tolerances_of_the_users_are_stated():
    assert gradcheck(np.exp, X, atol=1e-4, rtol=1e-3).method.endswith("tolerance 0.001·|numeric| + 0.0001")


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e5, 1e9])
def test_slopes_of_steep_and_flat_functions(scale):
    """By differences alone, against derivatives known in closed form."""
    x = scale * np.array([0.5, -1.0, 2.0])
    for f, derivative in (
        (lambda x: np.hypot(x / scale, 1.0), lambda x: x / scale**2 / np.hypot(x / scale, 1.0)),
        (lambda x: np.cbrt(x), lambda x: np.cbrt(x) / (3 * x)),
    ):
        points = points_of(lambda x, f=f: f(x).sum(), x)
        t = points.named["x"]
        one = Function(points.call)
        _, rounding = reverse_rows(one, [t])
        for j in range(3):
            found = slope(Line(one, [(t, j, 1.0)]), one.point, rounding, 1e-4 * max(1.0, scale), 1e-10 * scale)
            assert found.value[0] == pytest.approx(derivative(x)[j], rel=1e-7)
            assert abs(found.value[0] - derivative(x)[j]) <= found.error[0] + 1e-9 * abs(found.value[0])


def test_a_jump_admits_everything():
    points = points_of(lambda x: (x * 2.0 + np.floor(x.detach())).sum(), np.array([1.0]))
    one = Function(points.call)
    with np.errstate(all="ignore"):
        found = slope(Line(one, [(points.named["x"], 0, 1.0)]), one.point, np.array([1e-16]))
    assert (found.low[0], found.high[0], found.kinked[0]) == (-np.inf, np.inf, True)


def test_a_line_leaves_everything_as_it_was():
    points = points_of(lambda x: x * 2.0, X.copy())
    t = points.named["x"]
    one, before = Function(points.call), t.data.tobytes()
    line = Line(one, [(t, slice(2, 5), np.array([1.0, 2.0, 3.0]))])
    assert (line(STEP) - one.point).nonzero()[0].tolist() == [2, 3, 4]
    assert line.complex_step()[[1, 2, 3, 4, 5]].tolist() == [0, 2, 4, 6, 0]
    with pytest.raises(RuntimeError, match="within"), complex_numbers(one, [t]):
        raise RuntimeError("within")
    assert t.data.tobytes() == before
    assert (t.data.dtype, one.allows_complex) == (np.float64, False)


def test_the_op_that_is_not_analytic_is_found_off_its_kinks():
    points = points_of(lambda x: abs(x - 1.0).sum(), np.array([1.0, 1.0, 2.0]))
    assert non_analytic_op(Function(points.call)) == "op 'absolute' is not analytic"
    points = points_of(lambda x: tg.relu(x - 1.0).sum(), np.array([1.0, 1.0, 2.0]))
    assert non_analytic_op(Function(points.call)) == ""


class Counter:
    """``Σ scale·x²`` of many entries, with one of the gradient wrong; counts its calls."""

    def __init__(self, shape, wrong=None, by=1.001, op=np.square):
        factor = np.ones(shape)
        if wrong is not None:
            factor[wrong] = by
        self.op = tg.elementwise("squared", op, x=lambda g, y, x: 2 * g * x * factor)
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return (self.op(x) * 0.5).sum()


MILLION = RNG.standard_normal((1000, 1000))


@pytest.mark.parametrize("op", [np.square, lambda x: abs(x) * abs(x)], ids=["complex step", "differences"])
def test_one_wrong_entry_of_many_is_located(op):
    f = Counter((200, 1000), (112, 7), by=3.0, op=op)
    found = gradcheck(f, MILLION[:200], raise_exception=False)["x"]
    assert (found.wrong, found.index) == (1, (112, 7))
    assert found.analytic == pytest.approx(3 * MILLION[112, 7])
    assert found.numeric == pytest.approx(MILLION[112, 7], rel=1e-5)
    assert found.count() == "1 of 49 measured, of 200,000"
    assert f.calls < 1000


def test_a_million_entries_pass_in_a_few_evaluations():
    f = Counter(MILLION.shape)
    report = gradcheck(f, MILLION)
    assert f.calls < 150
    assert report.headline() == (
        "gradcheck passed: 1000000 elements agree: 32 measured one by one, all along random lines"
    )


def test_a_rule_that_is_wrong_everywhere_is_wrong_in_the_sample():
    op = tg.elementwise("off", np.square, x=lambda g, y, x: g * x)
    report = gradcheck(lambda x: op(x).sum(), MILLION[:50], raise_exception=False)
    assert report["x"].wrong == report["x"].measured
    assert report.hint.startswith("in 'off', the gradient of x is half of what it should be")


def test_a_step_of_the_users_measures_large_inputs_too():
    report = gradcheck(lambda x: (x * x).sum(), MILLION[:20], eps=1e-5)
    assert (report["x"].measured, report["x"].wrong) == (32, 0)
    f = Counter((20, 1000), (12, 7), by=3.0)
    assert gradcheck(f, MILLION[:20], eps=1e-5, raise_exception=False)["x"].index == (12, 7)


def test_large_inputs_at_kinks_pass():
    x = np.where(np.abs(MILLION[:100]) < 0.5, 0.0, MILLION[:100])
    report = gradcheck(lambda x: (tg.relu(x) * np.cos(np.arange(1000.0))).sum(), x)
    assert report["x"].wrong == 0


def test_fast_mode_measures_along_lines_only():
    report = gradcheck(lambda x, w: np.tanh(x @ w), (X, RNG.normal(size=(4, 5))), fast_mode=True)
    assert [r.measured for r in report.inputs] == [2, 2]
    op = tg.elementwise("off", np.square, x=lambda g, y, x: g * x)
    assert not gradcheck(lambda x: op(x), X, fast_mode=True, raise_exception=False)


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_a_long_check_shows_a_bar_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    gradcheck(lambda x: (x * x).sum(), X)
    assert "gradcheck: x" in terminal.text
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    before = terminal.text
    gradcheck(lambda x: (x * x).sum(), X)
    assert terminal.text == before


def test_a_check_shows_nothing_elsewhere(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    gradcheck(lambda x: (x * x).sum(), X)
    assert capsys.readouterr() == ("", "")


def test_the_seed_decides_which_entries_are_looked_at(monkeypatch):
    seen = []
    measure = inputs.measure
    monkeypatch.setattr(
        inputs, "measure", lambda f, t, columns, *a: seen.append(list(columns)) or measure(f, t, columns, *a)
    )
    for seed in (0, 0, 1):
        gradcheck(lambda x: (x * x).sum(), MILLION[:10], seed=seed)
    assert seen[0] == seen[1] != seen[2]


def test_what_is_wrong_with_a_large_gradient_is_seen_in_a_block_of_it():
    op = tg.bilinear("my product", np.matmul, a=lambda g, y, a, b: (g @ b.T).T, b=lambda g, y, a, b: a.T @ g)
    a, b = RNG.normal(size=(60, 60)), RNG.normal(size=(60, 60))
    report = gradcheck(lambda a: (op(a, b) * np.cos(np.arange(60.0))).sum(), a, raise_exception=False)
    assert report["a"].count().endswith("measured, of 3,600")
    assert report.causes[0].startswith("wrong rule: 'my product' ")
    assert report.hint == "the gradient of a is transposed: a .T is missing or too many"
