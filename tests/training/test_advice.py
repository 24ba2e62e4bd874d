"""What fit tells the user once."""

import numpy as np
import pytest

from tensorgrad.layers import Dense
from tensorgrad.models import Sequential


@pytest.fixture
def data(rng):
    x = rng.normal(size=(400, 4))
    return x, x @ np.array([1.0, -2.0, 0.5, 1.5])


class TestNotes:
    def test_multi_label_accuracy_is_explained_once(self, data, capsys):
        x, t = data
        y = np.stack([t > 0, t > 1], 1)
        model = Sequential([Dense(2, "sigmoid")])
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        model.fit(x, y, epochs=2, verbose=2)
        out = capsys.readouterr().out
        assert out.startswith(
            "note: 'accuracy' is CategoricalAccuracy here, as in Keras, because the output has 2 columns; "
            "for several labels a row, write metrics=['binary_accuracy']\n"
        )
        assert out.count("note:") == 1
        model.fit(x, y, verbose=0)
        assert capsys.readouterr().out == ""

    def test_sorted_classes_and_a_validation_split(self, rng):
        x, y = rng.normal(size=(40, 2)), np.repeat([0, 1, 2, 3], 10)
        for targets, loss in ((y, "sparse_categorical_crossentropy"), (np.eye(4)[y], "categorical_crossentropy")):
            model = Sequential([Dense(4, "softmax")])
            model.compile("sgd", loss)
            with pytest.warns(UserWarning, match=r"validation_split takes the last 12 rows.*training rows lack \(3\)"):
                model.fit(x, targets, validation_split=0.3, verbose=2)
            model.fit(x, targets, validation_split=0.3, verbose=0)
            order = rng.permutation(40)
            model.fit(x[order], targets[order], validation_split=0.3, verbose=2)

    def test_no_warning_for_numbers_and_several_labels(self, rng, capsys):
        x, y = rng.normal(size=(10, 2)), np.linspace(0, 1, 10)
        for targets in (y, np.stack([y > 0.5, y > 0.8], 1)):
            model = Sequential([Dense(1 if targets.ndim == 1 else 2, "sigmoid")])
            model.compile("sgd", "binary_crossentropy")
            model.fit(x, targets, validation_split=0.3, verbose=2)
