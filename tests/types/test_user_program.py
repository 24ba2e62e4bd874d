"""What type checkers and editors know of the library: a user's program passes, and each mistake in it is reported.

basedpyright brings a Node of 200 MB and is not among what the tests need; in strict mode it reports the same lines.
"""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAM = HERE / "user_program.py"

#: Lines that are mistakes -> the code of the error that mypy is to report.
MISTAKES = {
    'Dense("x")': "arg-type",
    "Dense(3, unit=4)": "call-arg",
    'Dropout("half")': "arg-type",
    'Scale("twice")': "arg-type",
    "SGD(0.1, 0.9, False, 0.1)": "call-arg",
    "model.fit(x, y, epoch=3)": "call-arg",
    'model.fit(x, y, epochs="three")': "arg-type",
    "model.fit(x, y).losses": "attr-defined",
    "model.fitt(x, y)": "attr-defined",
    'model.add("Dense")': "arg-type",
    'model.compile(optimiser="sgd")': "call-arg",
    "model.predict(x).backward()": "attr-defined",
    "model(x).fit(x)": "attr-defined",
    "w.backwards()": "attr-defined",
    "w.shape.append(3)": "attr-defined",
    'tg.set_random_seed("zero")': "arg-type",
    "tg.gradchek(squares, (w,))": "attr-defined",
    "softsign.rule": "attr-defined",
    'tg.elementwise("cube", 3)': "arg-type",
    "scaled.vjp(0)": "arg-type",
}


def test_the_program_runs():
    names = runpy.run_path(str(PROGRAM))
    assert names["right"]
    assert len(names["losses"]) == 2


@pytest.mark.heavy
def test_mypy_passes_the_program_and_reports_each_mistake(tmp_path):
    text = PROGRAM.read_text()
    (tmp_path / "program.py").write_text("\n".join([text, *MISTAKES, ""]))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "program.py"]
    env = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env).stdout
    first = text.count("\n") + 2
    found = [(int(line), code) for line, code in re.findall(r"^program\.py:(\d+): error: .*\[([\w-]+)\]$", told, re.M)]
    assert found == [(first + i, code) for i, code in enumerate(MISTAKES.values())], told
