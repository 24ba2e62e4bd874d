"""Arguments of gradcheck: modes, names of PyTorch, and errors for bad ones."""

import re

import numpy as np
import pytest

from tensorgrad.check import gradcheck
from tensorgrad.errors import OptionError

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


def test_pytorchs_names():
    assert gradcheck(np.exp, X, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0, fast_mode=False,
                     check_forward_ad=True, check_backward_ad=False).method.startswith("forward mode")  # fmt: skip
    assert gradcheck(np.exp, X, check_forward_ad=False).method.startswith("reverse mode")
    assert gradcheck(np.exp, X, check_backward_ad=True, check_batched_grad=False).method.startswith("reverse and forw")
    calls = iter(range(1000))
    assert (
        gradcheck(lambda x: x.sum() + 1e-9 * next(calls), X, nondet_tol=1e-8, atol=1.0, raise_exception=False)
        is not None
    )


BAD = {
    "order": ({"order": 3}, OptionError, "order must be 1, or 2 for the derivative of the gradient too, got 3"),
    "modes": ({"modes": "backward"}, OptionError, "modes may be 'reverse' and 'forward', got ('backward',)"),
    "no mode": ({"check_backward_ad": False, "modes": "reverse"}, OptionError, "modes may be"),
    "tolerance": ({"nondet_tol": -1.0}, OptionError, "nondet_tol must be a positive number, got -1.0"),
    "masked": ({"masked": True}, OptionError, "masked has no meaning here: there are no sparse Tensors here; leave it"),
    "undefined": ({"check_undefined_grad": True}, OptionError, "a rule here always gets a cotangent, there are no"),
    "dtypes": ({"check_grad_dtypes": True}, OptionError, "the engine gives every gradient the dtype of its input"),
    "batched": ({"check_batched_grad": True}, OptionError, "there is no vmap here that a rule could fail under"),
    "misspelt": ({"fast_mod": True}, TypeError, "gradcheck has no argument 'fast_mod'; did you mean 'fast_mode'?"),
}


@pytest.mark.parametrize(("given", "error", "message"), BAD.values(), ids=BAD)
def test_bad_arguments_are_explained(given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        gradcheck(np.exp, X, **given)
