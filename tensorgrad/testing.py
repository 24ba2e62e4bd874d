"""Assertions for test suites, like those of ``numpy.testing``: a failure says what is wrong."""

from .check import gradcheck
from .errors import GradcheckError

__all__ = ["assert_gradients"]


def assert_gradients(f, *inputs, **options):
    """Fail with the gradient check's report unless the gradients of ``f`` are right at ``inputs``.

    f, inputs: as ``gradcheck(f, inputs)`` takes them; for a model ``assert_gradients(model, x, y)``
    options:   those of gradcheck: atol, rtol, eps, ...

    pytest shows the line of the test and the report, and no line of tensorgrad.

    >>> import numpy as np
    >>> from tensorgrad.testing import assert_gradients
    >>> assert_gradients(lambda a, b: (a * b).sum(), np.ones(3), np.arange(3.0))
    """
    __tracebackhide__ = True
    is_model = hasattr(f, "trainable_weights")
    arguments = inputs if is_model else (inputs,)
    report = gradcheck(f, *arguments, raise_exception=False, **options)
    if not report:
        raise GradcheckError(str(report))
