"""Meters: means over the rows of an epoch, kept apart when two calls run at once."""

import numpy as np
import pytest

from tensorgrad.errors import ShapeError
from tensorgrad.losses import MeanSquaredError
from tensorgrad.metrics import MeanAbsoluteError, Metric, SparseCategoricalAccuracy
from tensorgrad.training.epoch_metrics import Measures, copy_metric, is_traceable, metric_sums, sample_sum, try_metric


class Rows(Metric):
    """How many rows there were."""

    rows = 0

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.rows += len(y_pred)

    def result(self):
        return self.rows

    def reset_state(self):
        self.rows = 0


def update(meters, loss, y, p):
    meters.update(loss, y, p, None, metric_sums(meters.added, y, p))


def test_means_count_by_rows():
    meters = Measures(MeanSquaredError(), [MeanAbsoluteError(name="mae"), Rows()], []).meters()
    update(meters, 3.0, np.zeros((4, 2)), np.ones((4, 2)))
    update(meters, 0.0, np.zeros((2, 2)), np.full((2, 2), 4.0))
    assert meters.logs() == {"loss": 2.0, "mae": 2.0, "rows": 6.0}
    meters.reset()
    assert meters.logs() == {"loss": 0.0, "mae": 0.0, "rows": 0.0}


def test_a_second_call_beside_the_first_measures_with_copies():
    rows = Rows()
    measures = Measures(MeanSquaredError(), [rows], [])
    first, second = measures.meters(), measures.meters()
    update(first, 0.0, np.zeros((4, 1)), np.zeros((4, 1)))
    update(second, 0.0, np.zeros((3, 1)), np.zeros((3, 1)))
    assert (first.logs()["rows"], second.logs()["rows"], rows.rows) == (4.0, 3.0, 4)
    first.close()
    third = measures.meters()
    assert third.metrics[0] is rows


def test_the_sum_over_samples_of_the_mean_of_their_values():
    assert sample_sum(np.array([1.0, 2.0, 3.0])) == 6.0
    assert sample_sum(np.array([[1.0, 3.0], [5.0, 7.0]])) == 8.0


def test_only_our_own_functions_are_computed_by_programs():
    class Own(MeanAbsoluteError):
        def values(self, y_true, y_pred):
            return super().values(y_true, y_pred)

    assert is_traceable(MeanAbsoluteError())
    assert not is_traceable(Own())
    assert not is_traceable(Rows())


def test_a_metric_that_cannot_compare_the_shapes_raises_before_training():
    with pytest.raises(ShapeError) as caught:
        try_metric(SparseCategoricalAccuracy(), np.zeros((5, 3)), (None, 3))
    assert caught.value.__notes__ == ["in metric 'sparse_categorical_accuracy', tried on one row before training"]
    assert try_metric(MeanAbsoluteError(), np.zeros((5, 3)), (None, 3)).result() == 0.0


def test_a_result_that_is_no_number_is_named():
    class Texts(Rows):
        def result(self):
            return "many"

    with pytest.raises(TypeError, match=r"metric 'texts': result\(\) must return a number, got str 'many'"):
        Measures(None, [Texts()], []).meters().logs()


def test_a_metric_that_another_thread_updates_is_copied_when_it_holds_still():
    class Busy(Rows):
        tries = 0

        def __deepcopy__(self, memo):
            type(self).tries += 1
            if self.tries < 3:
                raise RuntimeError("dictionary changed size during iteration")
            return Rows()

    assert type(copy_metric(Busy())) is Rows
    assert Busy.tries == 3

    class Broken(Rows):
        def __deepcopy__(self, memo):
            raise RuntimeError("no copies")

    with pytest.raises(RuntimeError, match="no copies"):
        copy_metric(Broken())
