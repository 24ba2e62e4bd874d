"""What a user may call an optimizer."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import optimizers
from tensorgrad.errors import UnknownNameError
from tensorgrad.optimizers import SGD, Adam


def test_get():
    assert type(optimizers.get("SGD")) is type(optimizers.get("sgd")) is SGD
    assert type(optimizers.get("Adam")) is type(optimizers.get(Adam)) is Adam
    optimizer = Adam()
    assert optimizers.get(optimizer) is optimizer
    assert optimizers.get({"class_name": "Adam", "config": {"beta_1": 0.5}}).beta_1 == 0.5


def error(call):
    a = tg.Parameter(np.ones(2), name="kernel")
    return lambda: call(a)


ERRORS = [
    (lambda: optimizers.get("adm"), UnknownNameError, "unknown optimizer 'adm'; did you mean 'adam'?"),
    (lambda: optimizers.get(0.1), TypeError,
     "an optimizer is a name like 'adam' or an object like Adam(0.001), got 0.1"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()
