"""The public conformance suite of the Array API standard, where a checkout of it is at hand.

``ARRAY_API_TESTS`` names the folder: a clone of github.com/data-apis/array-api-tests with its submodule and what its
``requirements.txt`` lists.
"""

import json
import os
import subprocess
import sys

import pytest

SUITE = os.environ.get("ARRAY_API_TESTS")
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not SUITE, reason="ARRAY_API_TESTS names no checkout of data-apis/array-api-tests"),
]

#: What may fail, by the start of the test's name, and why: NumPy fails each of them too.
NUMPYS_OWN = {
    "test_special_cases.py::test_unary[expm1(": "NumPy's expm1 of complex infinities and zeros",
    "test_special_cases.py::test_unary[tanh(": "NumPy's tanh of complex infinities, on some processors",
    "test_special_cases.py::test_binary[floor_divide(": "NumPy's inf // x is nan, as Python's",
    "test_special_cases.py::test_binary[__floordiv__(": "the same",
    "test_special_cases.py::test_iop[__ifloordiv__(": "the same",
    "test_creation_functions.py::test_meshgrid": "a tuple, as the newer standard has it; a list before",
    "test_data_type_functions.py::test_broadcast_arrays": "the same",
    "test_inspection_functions.py::TestInspection::test_devices": "a list, as the older standard has it",
    "test_linalg.py::test_eig": "NumPy's eigenvalues of real matrices are real where they can be",
}


@pytest.mark.parametrize("version", ["2024.12", "2025.12"])
def test_no_test_fails_but_those_that_numpy_fails(version, tmp_path):
    report = tmp_path / "report.json"
    environment = {**os.environ, "ARRAY_API_TESTS_MODULE": "tensorgrad.numpy", "ARRAY_API_TESTS_VERSION": version,
                   "PYTHONPATH": os.pathsep.join(sys.path)}  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--disable-deadline", "--derandomize",
               "--max-examples=20", "-W", "ignore", "--json-report", f"--json-report-file={report}",
               "array_api_tests"]  # fmt: skip
    subprocess.run(command, cwd=SUITE, env=environment, capture_output=True)
    tests = json.loads(report.read_text())["tests"]
    failed = [test["nodeid"].removeprefix("array_api_tests/") for test in tests if test["outcome"] == "failed"]
    assert sum(test["outcome"] == "passed" for test in tests) > 1300
    assert [name for name in failed if not name.startswith(tuple(NUMPYS_OWN))] == []
