"""A rule as text says what the rule computes."""

import math
import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.op import REGISTRY
from tensorgrad.draw.text.rule_source import CODE, formula, returned_expression, substitute_names

SAID = {
    "add": ["g", "g"],
    "subtract": ["g", "−g"],
    "multiply": ["g × b", "g × a"],
    "divide": ["g ÷ b", "−g ÷ b × y"],
    "power": ["g × b aᵇ⁻¹", "g × aᵇ ln a"],
    "square": ["2 × g × x"],
    "exp": ["g × y"],
    "log": ["g ÷ x"],
    "tanh": ["g × (1 − y × y)"],
    "sigmoid": ["g × y × (1 − y)"],
    "relu": ["g × (y > 0)"],
    "softmax": ["g × y − y × Σ(g × y)"],
    "matmul": ["g @ bᵀ", "aᵀ @ g"],
    "max": ["(x == y) × (g ÷ Σ(x == y))"],
    "sum": ["g"],
    "mean": ["g ÷ n"],
    "transpose": ["gᵀ"],
    "concatenate": ["concatenateᵀ(g)"],
    "greater": ["", ""],
}


@pytest.mark.parametrize("name", SAID)
def test_the_rules_that_everybody_knows(name):
    op = REGISTRY[name]
    assert [formula(op, i) for i in range(len(op.args))] == SAID[name]


BACK = {"×": "*", "÷": "/", "−": "-", "≥": ">=", "≤": "<=", "²": "**2"}


CONSTANTS = {"math": math, "LN2": math.log(2), "LN10": math.log(10), "HALF": math.sqrt(0.5),
             "SLOPE": 2 / math.sqrt(math.pi), "sigmoid": tg.sigmoid}  # fmt: skip


def evaluated(text, values):
    for sign, python in BACK.items():
        text = text.replace(sign, python)
    return eval(text, {**vars(np), **vars(tg.special), **CONSTANTS}, values)


ELEMENTWISE = [
    (op, i) for op in REGISTRY.values() if op.kind == "elementwise" and op.module.startswith("tensorgrad.")
    for i in range(len(op.args)) if op.rule(i) is not None
]  # fmt: skip

#: What a formula cannot be evaluated for: words, and names of helpers, which the text keeps.
WORDS = {"power", "binary_cross_entropy", "logaddexp", "logaddexp2", "deg2rad", "rad2deg", "erf", "erfc",
         "minimum", "maximum", "fmin", "fmax", "elu", "ldexp", "spherical_jn", "sinc", "log_ndtr", "imag", "xlogy",
         "xlog1py", "angle"}  # fmt: skip


@pytest.mark.parametrize(("op", "i"), ELEMENTWISE, ids=[f"{op.name} {op.args[i]}" for op, i in ELEMENTWISE])
def test_the_text_evaluates_to_what_the_rule_gives(op, i):
    if op.name in WORDS:
        assert re.search(r"[a-z]", formula(op, i))
        return
    rng = np.random.default_rng(3)
    inputs = [rng.uniform(0.2, 0.8, 5) + (1.0 if op.name == "arccosh" else 0.0) for _ in op.args]
    y, g = op.kernel(*inputs, **op.defaults), rng.normal(size=5)
    values = {**dict(zip(op.args, inputs, strict=True)), "y": y, "g": g, "h": g}
    if op.name in ("product", "ratio"):
        values = {"h": g, "g": inputs[0], "d": inputs[1], "y": y}
    wanted = np.broadcast_to(op.rule(i)(g, y, *inputs, **op.defaults), 5)
    np.testing.assert_allclose(np.broadcast_to(evaluated(formula(op, i), values), 5), wanted, rtol=1e-12)


def test_every_rule_of_ours_is_said_without_code():
    for op in REGISTRY.values():
        for i in range(len(op.args)):
            text = formula(op, i)
            assert bool(text) == (op.rule(i) is not None)
            assert not CODE.search(text), (op.name, text)
            assert len(text) < 90, (op.name, text)


def test_rules_of_a_users_op():
    cube = tg.elementwise("cube", lambda x: x * x * x, "x³", x=lambda g, y, x: 3.0 * g * x**2)
    assert formula(cube.op) == "3 × g × x²"
    twice = tg.elementwise("twice", lambda a, b: a, a=lambda g, y, a, b: g / b, b=lambda g, y, a, b: g * np.cos(a))
    assert [formula(twice.op, i) for i in (0, 1)] == ["g ÷ b", "g × cos(a)"]  # two lambdas on one line


def test_a_rule_without_source_is_said_in_general_terms():
    scope = {"tg": tg}
    exec("op = tg.elementwise('unseen', lambda x: x, x=lambda g, y, x: g).op", scope)
    assert formula(scope["op"]) == "(∂unseen/∂x)ᵀ g"
    built_in = tg.elementwise("builtin", abs, x=max)
    assert formula(built_in.op) == "(∂builtin/∂x)ᵀ g"


def test_local_names_stand_for_what_they_are():
    import ast

    body = ast.parse("def f(g, y, x):\n    s, t = x * x, g\n    u = s + t\n    return np.sum(u, axis=0) - s.T").body[0]
    assert returned_expression(body, True) == "Σ(x × x + g) − (x × x)ᵀ"
    assert returned_expression(body, False) == "Σ(u) − sᵀ"


@pytest.mark.parametrize(
    ("text", "called", "wanted"),
    [
        ("g × y × (1 − y)", {"x": "z", "y": "out"}, "g × out × (1 − out)"),
        ("g × cos(a) ÷ b", {"a": "b", "b": "a"}, "g × cos(b) ÷ a"),
        ("−aᵀ × a.x", {"a": "net/w", "x": "v"}, "−wᵀ × w.x"),
        ("g × x²", {"x": "2.5e-3"}, "g × 2.5e-3²"),
        ("g × b aᵇ⁻¹", {"a": "w", "b": "3"}, "g × b aᵇ⁻¹"),
        ("g × b", {"a": "x", "b": "g"}, "g × b"),
        ("g × b", {"a": "x", "b": "<b>"}, "g × b"),
        ("g × b", {"a": "x", "b": "n" * 17}, "g × b"),
    ],
)
def test_names_in_place_of_letters(text, called, wanted):
    assert substitute_names(text, called) == wanted
