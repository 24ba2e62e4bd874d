"""One input against numbers: a wrong entry of many is located, and the report shows the worst one."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.compare import elements as inputs


def test_the_largest_is_shown_where_none_is_off():
    report = tg.gradcheck(lambda x: (x * x * x).sum(), np.array([0.0, -3.0, 1.0]))
    assert (report["x"].index, round(report["x"].analytic, 6)) == ((1,), 27.0)


def test_the_one_that_is_off_is_shown_however_small():
    wrong = tg.elementwise("wrong", lambda x: x * x, x=lambda g, y, x: g * np.where(x == 1.0, 2.002, 2.0 * x))
    report = tg.gradcheck(wrong, np.array([100.0, 1.0, -50.0]), raise_exception=False)
    assert report["x"].index == (1,)


RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


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
