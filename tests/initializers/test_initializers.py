"""Initializers: Keras's statistics, fans, configurations and names (golden file), seeds, errors."""

import json
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import initializers
from tensorgrad.errors import OptionError, ShapeError, UnknownNameError
from tensorgrad.seeding import set_random_seed

RECORDS = json.loads((Path(__file__).parent.parent / "golden" / "initializers.json").read_text(encoding="utf-8"))
STATS = [r for r in RECORDS if r["kind"] == "stats"]
ALIASES = [r for r in RECORDS if r["kind"] == "alias"]
CONFIGS = [r for r in RECORDS if r["kind"] == "config"]
UNIFORM = ("GlorotUniform", "HeUniform", "LecunUniform", "RandomUniform")


def identify(record):
    return "-".join(str(record.get(key)) for key in ("alias", "name", "config", "shape") if record.get(key) is not None)


@pytest.mark.parametrize("record", STATS, ids=identify)
def test_statistics_are_those_of_keras(record):
    shape, made = tuple(record["shape"]), getattr(initializers, record["name"])(**record["config"])
    assert initializers.fans(shape) == (record["fan_in"], record["fan_out"])
    if "error" in record and record["name"] != "Orthogonal":
        with pytest.raises(ShapeError, match="Identity makes matrices"):
            made(shape)
        return
    if "error" in record:
        with pytest.raises(ShapeError, match="at least two axes"):
            made(shape)
        return
    x = made(shape)
    assert x.dtype == np.float32
    assert x.shape == shape
    if "values" in record:
        np.testing.assert_array_equal(x, np.array(record["values"], "float32"))
    spread = record["std"]
    n = x.size
    # five standard errors of each statistic, of both samples
    assert abs(x.mean() - record["mean"]) <= 8 * spread / np.sqrt(n) + 1e-7
    assert abs(x.std() - spread) <= 8 * spread / np.sqrt(2 * n) + 1e-7
    if record["name"] in UNIFORM or record["config"].get("distribution") == "uniform":
        width = record["max"] - record["min"]
        for ours, theirs in ((x.min(), record["min"]), (x.max(), record["max"])):
            assert abs(ours - theirs) <= 15 * width / n


@pytest.mark.parametrize(
    ("name", "bound"),
    [("glorot_normal", 2 * np.sqrt(2 / 300) / 0.87962566), ("he_normal", 2 * np.sqrt(2 / 200) / 0.87962566),
     ("lecun_normal", 2 * np.sqrt(1 / 200) / 0.87962566), ("truncated_normal", 0.1)],
)  # fmt: skip
def test_truncated_normals_end_at_two_deviations(name, bound):
    x = initializers.get(name)((200, 100), rng=np.random.default_rng(1))
    assert 0.99 * bound < abs(x).max() <= bound * (1 + 1e-6)


@pytest.mark.parametrize("record", [r for r in STATS if r["name"] == "Orthogonal" and "error" not in r], ids=identify)
def test_orthogonal(record):
    gain = record["config"].get("gain", 1.0)
    q = initializers.Orthogonal(**record["config"])(tuple(record["shape"]), "float64")
    flat = q.reshape(-1, q.shape[-1])
    flat = flat.T if flat.shape[0] < flat.shape[1] else flat
    np.testing.assert_allclose(flat.T @ flat, gain**2 * np.eye(flat.shape[1]), atol=1e-12)


@pytest.mark.parametrize("record", CONFIGS, ids=identify)
def test_get_config_is_that_of_keras(record):
    made = getattr(initializers, record["name"])(**record["config"])
    config = made.get_config()
    if record["name"] == "Identity":
        assert config == {"gain": record["config"].get("gain", 1.0)}  # Keras forgets the gain
    else:
        assert config == record["get_config"]
    again = type(made).from_config(config)
    assert repr(again) == repr(made)


@pytest.mark.parametrize("record", ALIASES, ids=identify)
def test_names(record):
    expected = record.get("name", "Constant")  # Keras cannot look Constant up, which wants a value there
    assert type(initializers.get(record["alias"])).__name__ == expected


def test_get():
    made = initializers.HeNormal(seed=3)
    assert initializers.get(made) is made
    assert initializers.get(None) is None
    assert repr(initializers.get(initializers.Zeros)) == "Zeros()"
    assert repr(initializers.get({"class_name": "Constant", "config": {"value": 2.0}})) == "Constant(value=2.0)"
    x = initializers.get(lambda shape, dtype: np.full(shape, 7))((2, 1))
    assert x.dtype == np.float32
    assert x.tolist() == [[7.0], [7.0]]
    assert initializers.Zeros()(3, "float64").shape == (3,)


def test_seeds():
    def draw(**kwargs):
        return initializers.GlorotUniform(**kwargs)((4, 4))

    assert (draw(seed=1) == draw(seed=1)).all()
    assert (draw(seed=1) != draw(seed=2)).any()
    assert (draw() != draw()).any()
    same = initializers.HeNormal(seed=5)
    assert (same((3, 3)) == same((3, 3))).all()
    given = [same((3, 3), rng=np.random.default_rng(s)) for s in (1, 1, 2)]
    assert (given[0] == given[1]).all()
    assert (given[0] != given[2]).any()
    set_random_seed(3)
    first = draw()
    set_random_seed(3)
    assert (draw() == first).all()


def test_floatx():
    try:
        tg.config.set_floatx("float64")
        assert initializers.Ones()((2,)).dtype == np.float64
    finally:
        tg.config.set_floatx("float32")


def test_errors():
    with pytest.raises(UnknownNameError, match="unknown initializer 'he_norma'; did you mean 'he_normal'"):
        initializers.get("he_norma")
    with pytest.raises(UnknownNameError, match="unknown initializer 'Glorot'"):
        initializers.get({"class_name": "Glorot"})
    with pytest.raises(
        OptionError, match="VarianceScaling: mode must be one of 'fan_in', 'fan_out', 'fan_avg', got 'in'"
    ):
        initializers.VarianceScaling(mode="in")
    with pytest.raises(TypeError, match="an initializer is a name like 'he_normal', an object or a function, got 3"):
        initializers.get(3)
    with pytest.raises(ShapeError, match=r"was asked for shape \(2,\) and returned float32\[3\]"):
        initializers.get(lambda shape, dtype: np.zeros(3))((2,))
    with pytest.raises(TypeError, match="must define draw"):
        initializers.Initializer()((2,))


def test_the_axes_of_inputs_and_outputs_may_be_given():
    scaled = initializers.VarianceScaling(2.0, "fan_in", "uniform", seed=0, input_axes=(0, 1), output_axes=(2,))
    limit = np.sqrt(3 * 2.0 / (50 * 40))
    values = scaled((50, 40, 2))
    assert 0.99 * limit < np.abs(values).max() <= limit
