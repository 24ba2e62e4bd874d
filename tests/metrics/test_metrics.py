"""All metrics: Keras's numbers and signatures (golden files)."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from tensorgrad import metrics

GOLDEN = Path(__file__).parent.parent / "golden"


RECORDS = json.loads((GOLDEN / "metrics.json").read_text(encoding="utf-8"))


METRICS = [r for r in RECORDS if r["kind"] == "metric"]


API = [r for r in json.loads((GOLDEN / "api.json").read_text(encoding="utf-8"))
       if str(r.get("name")).startswith("metrics.")]  # fmt: skip


def update(metric, arguments):
    """Update ``metric`` with what Keras got: float32 and int32."""
    given = {}
    for key, value in arguments.items():
        if value is not None:
            array = np.array(value)
            given[key] = array.astype("float32" if array.dtype.kind == "f" else "int32")
    metric.update_state(**given)


@pytest.mark.parametrize("record", METRICS, ids=lambda r: f"{r['name']}-{r['config']}-{len(r['calls'])}")
def test_results_are_those_of_keras(record):
    metric = getattr(metrics, record["name"])(**record["config"])
    for arguments, result in zip(record["calls"], record["results"], strict=True):
        update(metric, arguments)
        assert type(metric.result()) is float
        assert metric.result() == pytest.approx(result, rel=2e-6, abs=1e-6)
    metric.reset_state()
    assert metric.result() == record["reset"]
    update(metric, record["calls"][0])
    assert metric.result() == pytest.approx(record["again"], rel=2e-6, abs=1e-6)


@pytest.mark.parametrize("record", API, ids=lambda r: f"{r['name']}-{r['kind']}")
def test_signatures_and_configs_are_those_of_keras(record):
    found = getattr(metrics, record["name"].removeprefix("metrics."))
    if record["kind"] == "signature":
        parameters = inspect.signature(found).parameters
        assert list(parameters) == [p["name"] for p in record["parameters"]]
        assert all(parameters[p["name"]].default == p["default"] for p in record["parameters"] if "default" in p)
    else:
        config = {k: v for k, v in record["config"].items() if k != "dtype"}
        assert found.from_config(config).get_config().items() >= config.items()
