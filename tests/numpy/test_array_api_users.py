"""SciPy and scikit-learn compute with Tensors through the Array API, as with arrays, and gradients pass through.

SciPy reads an environment variable as it is imported, so each test is a process of its own.
"""

import os
import subprocess
import sys

import pytest

START = """
import numpy
import tensorgrad as tg
data = numpy.array([[1.0, 2.0, 4.0], [3.0, 5.0, 8.0], [2.0, 1.0, 1.0], [5.0, 4.0, 9.0]])
def compare(f, gradient=True):
    array, given = f(data), f(tg.Tensor(data))
    assert type(given) is tg.Tensor, type(given)
    numpy.testing.assert_allclose(given.numpy(), array, rtol=1e-12)
    if gradient:
        assert tg.gradcheck(f, data)
"""
SCIPY = {
    "scipy.special.softmax(x, axis=1)": "scipy.special",
    "scipy.stats.zscore(x, axis=0)": "scipy.stats",
    "scipy.stats.gmean(x, axis=1)": "scipy.stats",
    "scipy.integrate.cumulative_trapezoid(x, axis=1)": "scipy.integrate",
    "scipy.cluster.vq.whiten(x)": "scipy.cluster.vq",
}
SKLEARN = {
    "MaxAbsScaler().fit_transform(x)": "sklearn.preprocessing",
    "MinMaxScaler().fit_transform(x)": "sklearn.preprocessing",
    "Normalizer().fit_transform(x)": "sklearn.preprocessing",
    "euclidean_distances(x)[0, 1:]": "sklearn.metrics.pairwise",
}


def run(text):
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    out = subprocess.run([sys.executable, "-c", START + text], capture_output=True, text=True, env=environment)
    assert out.returncode == 0, out.stderr


@pytest.mark.parametrize(("call", "module"), SCIPY.items(), ids=list(SCIPY))
def test_scipy_takes_tensors(call, module):
    pytest.importorskip("scipy", minversion="1.15")
    run(f"import {module}\ncompare(lambda x: {call})")


@pytest.mark.parametrize(("call", "module"), SKLEARN.items(), ids=list(SKLEARN))
def test_sklearn_takes_tensors(call, module):
    pytest.importorskip("sklearn", minversion="1.6")
    run(f"from sklearn import config_context\nfrom {module} import *\nwith config_context(array_api_dispatch=True):\n"
        f"    compare(lambda x: {call})")  # fmt: skip


def test_sklearn_fits_a_model_on_tensors():
    pytest.importorskip("sklearn", minversion="1.6")
    run("""
from sklearn import config_context
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler
target = data @ [1.0, 2.0, 3.0]
with config_context(array_api_dispatch=True):
    compare(lambda x: StandardScaler().fit_transform(x), gradient=False)  # 0 / 0 within, which it then overwrites
    compare(lambda x: PCA(2, svd_solver="full").fit_transform(x), gradient=False)
    model = Ridge(solver="svd").fit(tg.Tensor(data), tg.Tensor(target))
    assert type(model.coef_) is tg.Tensor
    score = r2_score(tg.Tensor(target), model.predict(tg.Tensor(data)))
plain = Ridge(solver="svd").fit(data, target)
numpy.testing.assert_allclose(model.coef_.numpy(), plain.coef_, rtol=1e-12)
assert abs(score - r2_score(target, plain.predict(data))) < 1e-12
""")
