"""assert_gradients: silent if right; its failure is the report, without a line of tensorgrad."""

import subprocess
import sys

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradcheckError
from tensorgrad.layers import Dense
from tensorgrad.testing import assert_gradients


def wrong_cube():
    return tg.elementwise("cube", lambda x: x * x * x, x=lambda g, y, x: g * 2 * x * x)


def test_right_gradients_pass():
    assert_gradients(lambda a, b: (a @ b).sum(), np.ones((2, 3)), np.arange(6.0).reshape(3, 2))
    assert_gradients(np.sin, np.array([0.1, 2.0]))
    model = tg.Sequential([Dense(3, "tanh", input_shape=(2,)), Dense(1)])
    model.compile("sgd", loss="mse")
    assert_gradients(model, np.ones((4, 2)), np.zeros((4, 1)))


def test_a_wrong_gradient_fails_with_the_report():
    with pytest.raises(GradcheckError, match="gradcheck failed: wrong gradient of x in 2 of 2 elements"):
        assert_gradients(wrong_cube(), np.array([1.0, 2.0]))


def test_options_are_those_of_gradcheck():
    assert_gradients(wrong_cube(), np.array([1.0, 2.0]), rtol=0.5)
    with pytest.raises(TypeError, match="gradcheck has no argument 'nonsense'"):
        assert_gradients(np.sin, np.array([1.0]), nonsense=1)


def test_pytest_shows_the_report_and_no_line_of_ours(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "import numpy as np, tensorgrad as tg\n"
        "from tensorgrad.testing import assert_gradients\n"
        "cube = tg.elementwise('cube', lambda x: x * x * x, x=lambda g, y, x: g * 2 * x * x)\n"
        "def test_cube():\n"
        "    assert_gradients(cube, np.array([1.0, 2.0]))\n"
    )
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    out = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path).stdout
    assert ">       assert_gradients(cube, np.array([1.0, 2.0]))" in out
    assert "gradcheck failed: wrong gradient of x in 2 of 2 elements" in out
    assert "raise GradcheckError" not in out
    assert "1 failed" in out
