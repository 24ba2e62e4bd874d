"""Sums, products and powers, and what else Python's arithmetic operators mean."""

import numpy as np

from ..core.declare import constant, elementwise

add = elementwise("add", np.add, "Elementwise ``a + b``.", symbol="+",
    a=lambda g, y, a, b: g,
    b=lambda g, y, a, b: g)  # fmt: skip

sub = elementwise("sub", np.subtract, "Elementwise ``a - b``.", symbol="−",
    a=lambda g, y, a, b: g,
    b=lambda g, y, a, b: -g)  # fmt: skip

mul = elementwise("mul", np.multiply, "Elementwise ``a * b``.", symbol="×",
    a=lambda g, y, a, b: g * b,
    b=lambda g, y, a, b: g * a)  # fmt: skip

div = elementwise("div", np.true_divide, "Elementwise ``a / b``.", symbol="÷", domain={"b": "nonzero"},
    a=lambda g, y, a, b: ratio(g, b),
    b=lambda g, y, a, b: ratio(-g * y, b))  # fmt: skip

ratio = elementwise("ratio", lambda g, d: np.where(g == 0, 0, g / d),
    "``g / d``, but 0 where ``g`` is 0: what was not used cannot pass on an infinite derivative.",
    symbol="÷₀", domain={"d": "nonzero"},
    g=lambda h, y, g, d: ratio(h, d),
    d=lambda h, y, g, d: ratio(-h * y, d))  # fmt: skip

positive = elementwise("positive", np.positive, "A copy: ``+x``.", symbol="+", x=lambda g, y, x: g)
neg = elementwise("neg", np.negative, "Elementwise ``-x``.", symbol="−", x=lambda g, y, x: -g)
