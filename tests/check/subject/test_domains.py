"""Inputs drawn for an op: inside its domain, away from its kinks, right to second order."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.subject.domains import draw_inputs
from tensorgrad.core.op import REGISTRY
from tensorgrad.errors import GradientError

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


#: Ops that need settings or integers, which cannot be drawn.
NEEDY = {"sparse_softmax_cross_entropy", "sparse_cross_entropy", "broadcast_to", "roll", "tensordot", "einsum", "pad",
         "ldexp", "cholesky", "eig", "fft", "ifft", "rfft", "ihfft", "part", "whole", "convolve",
         "reorder", "sliding_window_view"}  # fmt: skip
#: What comes by way of singular vectors: an entry that is 0 is a rounding error there. tests/ops checks them.
BY_VECTORS = {"cofactor", "cofactor_slope"}
#: What has no value but for whole numbers.
BY_WHOLE_NUMBERS = {"polygamma"}
OURS = [
    op for op in REGISTRY.values()
    if op.module.startswith("tensorgrad.") and op.kind != "constant" and op.name not in BY_VECTORS | BY_WHOLE_NUMBERS
]  # fmt: skip


@pytest.mark.parametrize("op", [op for op in OURS if op.name not in NEEDY], ids=lambda op: op.name)
def test_every_op_is_right_to_second_order(op):
    report = gradcheck(op, order=2)
    assert [r.order for r in report.inputs] == [1] * (len(report.inputs) // 2) + [2] * (len(report.inputs) // 2)
    assert not any(r.kinks for r in report.inputs)
    assert gradcheck(op.call, modes="forward")


@pytest.mark.parametrize("op", [op for op in OURS if op.name in NEEDY], ids=lambda op: op.name)
def test_an_op_that_needs_settings_says_so(op):
    with pytest.raises(
        GradientError, match=r"gradcheck: inputs of <op .*> cannot be drawn \(.*\); pass them, and settings"
    ):
        gradcheck(op)


def test_inputs_are_drawn_from_the_domain_and_away_from_kinks():
    for op in (tg.log.op, tg.divide.op, tg.relu.op, tg.arccosh.op, tg.arctanh.op):
        for name, x in zip(op.args, draw_inputs(op), strict=True):
            domain = op.domain.get(name, "real") if isinstance(op.domain, dict) else op.domain
            assert all(np.abs(x - kink).min() >= 0.1 for kink in op.kinks)
            assert {"positive": x > 0, "above one": x > 1, "unit": abs(x) < 1}.get(domain, abs(x) > 0).all()
    assert (draw_inputs(tg.exp.op, 0)[0] != draw_inputs(tg.exp.op, 1)[0]).any()


def test_an_op_with_inputs():
    assert [r.name for r in gradcheck(tg.multiply, (X, X + 1.0)).inputs] == ["a", "b"]
    assert gradcheck(tg.REGISTRY["multiply"], (X, X + 1.0))
    assert gradcheck(lambda x: tg.roll(x, 1), X)
    with pytest.raises(GradientError, match="op 'floor' is declared constant; it has no gradient to check"):
        gradcheck(tg.floor)
    with pytest.raises(TypeError, match=r"inputs are missing; write gradcheck\(f, inputs\), or gradcheck\(op\)"):
        gradcheck(lambda x: x)
