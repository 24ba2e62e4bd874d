"""The arguments of the check: our own, and those of PyTorch."""

from typing import Any, NamedTuple

from ..errors import OptionError, suggest

MODES = ("reverse", "forward")

#: PyTorch's arguments that have no meaning here, each with the reason.
MEANINGLESS = {
    "check_undefined_grad": "a rule here always gets a cotangent, there are no undefined ones",
    "check_grad_dtypes": "the engine gives every gradient the dtype of its input",
    "check_batched_grad": "there is no vmap here that a rule could fail under",
    "check_batched_forward_grad": "there is no vmap here that a rule could fail under",
    "masked": "there are no sparse Tensors here",
}


class Settings(NamedTuple):
    """The arguments of ``gradcheck``, as it documents them."""

    order: int = 1
    modes: tuple = MODES
    eps: float | None = None
    atol: float | None = None
    rtol: float | None = None
    seed: Any = 0
    nondet_tol: float | None = None
    fast_mode: bool = False


def parse_settings(order, modes, eps, atol, rtol, seed, pytorch):
    """Return Settings, or raise an error that names the wrong argument."""
    for name, value in (("eps", eps), ("atol", atol), ("rtol", rtol), ("nondet_tol", pytorch.get("nondet_tol"))):
        if (value is not None and not value >= 0) or (name == "eps" and value == 0):
            raise OptionError(f"gradcheck: {name} must be a positive number, got {value!r}")
    if order not in (1, 2):
        raise OptionError(f"gradcheck: order must be 1, or 2 for the derivative of the gradient too, got {order!r}")
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    modes = _apply_pytorch_modes(modes, pytorch)
    if not modes or set(modes) - set(MODES):
        raise OptionError(f"gradcheck: modes may be 'reverse' and 'forward', got {modes!r}")
    for name in pytorch:
        if name in MEANINGLESS and pytorch[name]:
            raise OptionError(f"gradcheck: {name} has no meaning here: {MEANINGLESS[name]}; leave it out")
        if name not in MEANINGLESS and name not in PYTORCH:
            known = ["order", "modes", "eps", "atol", "rtol", "seed", "raise_exception", *PYTORCH]
            raise TypeError(f"gradcheck has no argument {name!r}{suggest(name, known)}")
    return Settings(order, modes, eps, atol, rtol, seed, pytorch.get("nondet_tol"), bool(pytorch.get("fast_mode")))


PYTORCH = ("nondet_tol", "fast_mode", "check_forward_ad", "check_backward_ad")


def _apply_pytorch_modes(modes, pytorch):
    """Return the modes, changed by PyTorch's ``check_backward_ad`` and ``check_forward_ad``."""
    for mode, name in (("reverse", "check_backward_ad"), ("forward", "check_forward_ad")):
        if name in pytorch:
            modes = tuple(m for m in MODES if (m == mode and pytorch[name]) or (m != mode and m in modes))
    return modes
