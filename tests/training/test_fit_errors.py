"""What fit and its siblings say about bad input. Messages are API: each is pinned, and nothing may have changed."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import DataError, GradientError, NotReadyError, OptionError, ShapeError, UnknownNameError
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential

X = np.random.default_rng(0).normal(size=(20, 4))
Y = np.arange(20) % 2
ONE_HOT = np.eye(3)[Y]


def model(loss="binary_crossentropy", units=1, activation="sigmoid", input_shape=(4,), metrics=None):
    layers = [Dense(3, "relu", input_shape=input_shape, name="hidden"), Dense(units, activation, name="out")]
    made = Sequential(layers, name="net")
    made.compile("adam", loss, metrics=metrics)
    return made


def uncompiled():
    return Sequential([Dense(1, input_shape=(4,))], name="net")


def frozen():
    made = model()
    made.trainable = False
    return made


def sparse(metrics=None):
    return model("sparse_categorical_crossentropy", 3, "softmax", metrics=metrics)


def mse(units=1):
    return model("mse", units, None)


class Sparse:
    """Like a sparse matrix of SciPy's: no array."""

    def toarray(self):
        return X


def put(array, place, value):
    array = np.array(array, copy=True)
    array[place] = value
    return array


NUMBERS = "it must hold numbers: encode text, e.g. np.unique(column, return_inverse=True)[1]"
ENCODE = (
    "targets are labels 0 and 1 or probabilities; encode the labels so, or use a loss for numbers, such as "
    "mean_squared_error"
)
FIX = "remove such rows or fill them in, e.g. np.nan_to_num"

#: make the model, call it, the error, its text
FIT = [
    # the model
    (uncompiled, lambda m: m.fit(X, Y), NotReadyError,
     "fit: call compile() first, e.g. model.compile('sgd', loss='mse')"),
    (uncompiled, lambda m: m.evaluate(X, Y), NotReadyError,
     "evaluate: call compile() first, e.g. model.compile('sgd', loss='mse')"),
    (lambda: model(None), lambda m: m.fit(X, Y), NotReadyError,
     "fit: compile() was given no loss; e.g. model.compile('sgd', loss='mse')"),
    (lambda: Sequential(name="net"), lambda m: m.predict(X), NotReadyError,
     "build: Sequential(name='net') has no layers; add some first"),
    (frozen, lambda m: m.fit(X, Y), GradientError,
     "Sequential(name='net') has no trainable weights: there is nothing to train"),
    (lambda: model(lambda y, p: np.float32(0)), lambda m: m.fit(X, Y), GradientError,
     "the loss 'lambda' does not depend on the weights of Sequential(name='net'): compute it with Tensors throughout, "
     "without .numpy() or .detach(), outside no_grad()"),
    # lengths and emptiness
    (model, lambda m: m.fit(X, Y[:15]), DataError, "fit: x has 20 rows, y has 15; they must have as many"),
    (model, lambda m: m.fit(X.T, Y), DataError,
     "fit: x has 4 rows, y has 20; they must have as many; is x transposed? x.T has 20"),
    (model, lambda m: m.fit(X, Y[None]), DataError,
     "fit: x has 20 rows, y has 1; they must have as many; is y transposed? y.T has 20"),
    (model, lambda m: m.fit([X], Y), DataError,
     "fit: x has 1 row, y has 20; they must have as many; x is one array in a list, float32[1, 20, 4]: pass x[0]"),
    (model, lambda m: m.fit((X, Y)), DataError,
     "fit: x is a tuple of 2 arrays (float64[20, 4], int64[20]); pass one array, and targets as y"),
    (model, lambda m: m.fit(X[:0], Y[:0]), DataError,
     "fit: x is empty (float64[0, 4]); give it at least one row"),
    (model, lambda m: m.predict([]), DataError, "predict: x is empty (float64[0]); give it at least one row"),
    (model, lambda m: m.fit(), DataError, "fit: x is missing"),
    (model, lambda m: m.fit(X), DataError, "fit: y is missing, and the loss compares it with the output"),
    (model, lambda m: m.train_on_batch(X), DataError,
     "train_on_batch: y is missing, and the loss compares it with the output"),
    # values
    (model, lambda m: m.fit(put(X, (3, 2), np.nan), Y), DataError,
     f"fit: x holds nan at row 3, column 2; {FIX}(x)"),
    (model, lambda m: m.fit(put(X, np.s_[3:, 2], -np.inf), Y), DataError,
     f"fit: x holds -inf at row 3, column 2 and 16 more like it; {FIX}(x)"),
    (mse, lambda m: m.fit(X, put(X[:, 0], 7, np.inf)), DataError, f"fit: y holds inf at row 7; {FIX}(y)"),
    (mse, lambda m: m.fit(put(X, (3, 2), 1e300), Y), DataError,
     "fit: x holds 1e+300 at row 3, column 2, too large for float32; scale it down"),
    (model, lambda m: m.fit(put(X.astype(object), (3, 2), "a"), Y), DataError,
     f"fit: x holds str 'a' at row 3, column 2 (dtype object); {NUMBERS}"),
    (model, lambda m: m.fit(put(X.astype(object), (3, 2), None), Y), DataError,
     f"fit: x holds None at row 3, column 2 (dtype object); {NUMBERS}"),
    (model, lambda m: m.fit(X.astype(object), Y), DataError,
     "fit: x has dtype object though it holds numbers; convert it, e.g. x.astype(float)"),
    (model, lambda m: m.fit(X, np.where(Y, "yes", "no")), DataError,
     f"fit: y holds str 'no' at row 0 (dtype <U3); {NUMBERS}"),
    (model, lambda m: m.fit(X, Y.astype(str)), DataError,
     "fit: y has dtype <U21 though it holds numbers; convert it, e.g. y.astype(float)"),
    (model, lambda m: m.fit(np.ma.masked_less(X, 0), Y), DataError,
     "fit: x is a masked array with missing entries; fill them in, e.g. x.filled(0)"),
    (model, lambda m: m.fit(X.astype("M8[s]"), Y), DataError,
     "fit: x holds dates or times (datetime64[s][20, 4]); convert them to numbers, e.g. days since the first"),
    (model, lambda m: m.fit(X + 0j, Y), DataError,
     "fit: x is complex (complex128[20, 4]); pass real numbers, e.g. its .real and .imag side by side"),
    (model, lambda m: m.fit([[1, 2, 3, 4], [5]], [0, 1]), DataError,
     "fit: x has rows of different lengths; make them one length"),
    (model, lambda m: m.fit("data.csv", Y), DataError, "fit: x must be an array or a list, got str 'data.csv'"),
    (model, lambda m: m.fit({"a": 1}, Y), DataError, "fit: x must be an array or a list, got dict {'a': 1}"),
    (model, lambda m: m.fit(iter(X), Y), DataError,
     "fit: x is iterator, which has no length; make it an array first"),
    (model, lambda m: m.fit(3.5, Y), DataError,
     "fit: x must be an array with one row per sample, got the number 3.5"),
    (model, lambda m: m.fit(Sparse(), Y), DataError,
     "fit: x must be an array or a list, got Sparse; write .toarray()"),
    # shapes of x
    (model, lambda m: m.fit(X[:, :3], Y), ShapeError,
     "fit: x has shape (20, 3), but Sequential(name='net') takes 4 columns; pass data of that shape, or make the model "
     "with input_shape=(3,)"),
    (model, lambda m: m.predict(X[:, :3]), ShapeError,
     "predict: x has shape (20, 3), but Sequential(name='net') takes 4 columns; pass data of that shape, or make the "
     "model with input_shape=(3,)"),
    (model, lambda m: m.predict(X[0]), ShapeError,
     "predict: x has shape (4,), but Sequential(name='net') takes 4 columns; for one sample, write x[None]"),
    (model, lambda m: m.fit(Y, X), ShapeError,
     "fit: x has shape (20,), but Sequential(name='net') takes 4 columns; are x and y swapped?"),
    (model, lambda m: m.evaluate(X.T, Y[:4]), ShapeError,
     "evaluate: x has shape (4, 20), but Sequential(name='net') takes 4 columns; is it transposed? x.T fits"),
    (model, lambda m: m.fit(X.reshape(20, 2, 2), Y), ShapeError,
     "fit: x has shape (20, 2, 2), but Sequential(name='net') takes 4 columns; reshape it: x.reshape(-1, 4), or put "
     "Flatten() first"),
    (lambda: model(input_shape=(20, 4)), lambda m: m.predict(X), ShapeError,
     "predict: x has shape (20, 4), but Sequential(name='net') takes samples of shape (20, 4); for one sample, write "
     "x[None]; if x holds 20, make the model with input_shape=(4,)"),
    (lambda: model(input_shape=(100, 4)), lambda m: m.predict(X), ShapeError,
     "predict: x has shape (20, 4), but Sequential(name='net') takes samples of shape (100, 4); input_shape leaves out "
     "the batch axis: write input_shape=(4,)"),
    # targets
    (model, lambda m: m.fit(X, Y + 1), DataError,
     f"binary_crossentropy: target 2 at row 1 is outside [0, 1]: {ENCODE}"),
    (sparse, lambda m: m.fit(X, put(Y, 3, 7)), DataError,
     "sparse_categorical_crossentropy: label 7 at row 3 is no class: the predictions have 3 classes, so labels go from "
     "0 to 2; give the last layer 8 units, or number the classes anew with np.unique(y, return_inverse=True)[1]"),
    (sparse, lambda m: m.fit(X, put(Y.astype(float), 3, 0.5)), DataError,
     "sparse_categorical_crossentropy: label 0.5 at row 3 is not an integer: labels are class ids from 0 to 2; for "
     "numbers use a regression loss, such as mean_squared_error"),
    (sparse, lambda m: m.fit(X, ONE_HOT), ShapeError,
     "sparse_categorical_crossentropy: y_true float32[20, 3] for predictions of shape (n, 3) is one-hot, but must hold "
     "class ids: use categorical_crossentropy, or y.argmax(axis=-1)"),
    (lambda: model("categorical_crossentropy", 3, "softmax"), lambda m: m.fit(X, Y), ShapeError,
     "categorical_crossentropy: y_true int64[20] holds labels that are ids, but must be one-hot like y_pred of shape "
     "(n, 3): use sparse_categorical_crossentropy, or to_categorical(y)"),
    (lambda: mse(3), lambda m: m.fit(X, Y), ShapeError,
     "mean_squared_error: y_true int64[20] and y_pred of shape (n, 3) must have the same shape, for losses never "
     "broadcast; give the last layer 1 unit, or the targets 3 columns"),
    # arguments
    (model, lambda m: m.fit(X, Y, validation_split=1.5), OptionError,
     "fit: validation_split must be a number in [0, 1), got 1.5"),
    (model, lambda m: m.fit(X, Y, validation_split=-0.1), OptionError,
     "fit: validation_split must be a number in [0, 1), got -0.1"),
    (model, lambda m: m.fit(X[:1], Y[:1], validation_split=0.5), DataError,
     "fit: validation_split=0.5 of 1 row leaves none for training; use more rows, another fraction, or "
     "validation_data=(x, y)"),
    (model, lambda m: m.fit(X, Y, validation_split=1e-17), DataError,
     "fit: validation_split=1e-17 of 20 rows leaves none for validation; use more rows, another fraction, or "
     "validation_data=(x, y)"),
    (model, lambda m: m.fit(X, Y, batch_size=0), OptionError,
     "fit: batch_size must be a positive int or None, got 0"),
    (model, lambda m: m.predict(X, batch_size=2.5), OptionError,
     "predict: batch_size must be a positive int or None, got 2.5"),
    (model, lambda m: m.fit(X, Y, epochs=0), OptionError, "fit: epochs must be a positive int, got 0"),
    (model, lambda m: m.fit(X, Y, epochs=2.0), OptionError, "fit: epochs must be a positive int, got 2.0"),
    (model, lambda m: m.fit(X, Y, initial_epoch=-1), OptionError,
     "fit: initial_epoch must be an int of at least 0, got -1"),
    (model, lambda m: m.fit(X, Y, steps_per_epoch=0), OptionError,
     "fit: steps_per_epoch must be a positive int or None, got 0"),
    (model, lambda m: m.fit(X, Y, verbose=3), OptionError, "fit: verbose must be 0, 1, 2 or 'auto', got 3"),
    (model, lambda m: m.fit(X, Y, shuffle="yes"), OptionError,
     "fit: shuffle must be True, False or 'batch', got 'yes'"),
    (model, lambda m: m.fit(X, Y, validation_freq=0), OptionError,
     "fit: validation_freq must be a positive int, or a list of epochs counted from 1, got 0"),
    (model, lambda m: m.fit(X, Y, seed=-1), OptionError,
     "seed must be an int of at least 0, a NumPy Generator or None, got -1"),
    (model, lambda m: m.fit(X, Y, callbacks="stop"), OptionError,
     "callbacks must be a list of Callback objects, got str 'stop'"),
    (model, lambda m: m.fit(X, Y, callbacks=[print]), OptionError,
     "callbacks must be a list of Callback objects, got builtin_function_or_method <built-in function print> in it"),
    (model, lambda m: m.fit(X, Y, callbacks=[tg.callbacks.History]), OptionError,
     "callbacks must be a list of Callback objects, got type <class 'tensorgrad.callbacks.history.History'> in it; "
     "make one: History(...)"),
    # metrics that cannot compare such targets
    (lambda: sparse(["categorical_accuracy"]), lambda m: m.fit(X, Y), ShapeError,
     "categorical_accuracy: y_true int64[1] holds labels that are ids, but must be one-hot like y_pred float32[1, 3]: "
     "use sparse_categorical_accuracy, or to_categorical(y)"),
    # validation data
    (model, lambda m: m.fit(X, Y, validation_data=X), DataError,
     "fit: validation_data must be (x, y) or (x, y, sample_weight), got float64[20, 4]"),
    (model, lambda m: m.fit(X, Y, validation_data=(X,)), DataError,
     "fit: validation_data must be (x, y) or (x, y, sample_weight), got tuple of 1"),
    (model, lambda m: m.fit(X, Y, validation_data=(X, Y[:3])), DataError,
     "fit: validation x has 20 rows, validation y has 3; they must have as many"),
    (model, lambda m: m.fit(X, Y, validation_data=(X, None)), DataError,
     "fit: validation y is missing, and the loss compares it with the output"),
    (model, lambda m: m.fit(X, Y, validation_data=(put(X, (0, 1), np.nan), Y)), DataError,
     f"fit: validation x holds nan at row 0, column 1; {FIX}(x)"),
    (model, lambda m: m.fit(X, Y, validation_data=(X[:, :2], Y)), ShapeError,
     "fit: validation x has shape (20, 2), but Sequential(name='net') takes 4 columns; pass data of that shape, or "
     "make the model with input_shape=(2,)"),
    (model, lambda m: m.fit(X, Y, validation_data=(X, Y + 1)), DataError,
     f"binary_crossentropy: target 2 at row 1 is outside [0, 1]: {ENCODE}"),
    # weights of rows
    (model, lambda m: m.fit(X, Y, class_weight={0: 1}, sample_weight=np.ones(20)), OptionError,
     "fit: class_weight and sample_weight cannot both be given; multiply them into one"),
    (model, lambda m: m.fit(X, Y, class_weight={0: 1, 2: 5}), DataError,
     "fit: class_weight has the class 2, but the classes are the ints 0 to 1"),
    (model, lambda m: m.fit(X, Y, class_weight={"0": 1}), DataError,
     "fit: class_weight has the class '0', but the classes are the ints 0 to 1"),
    (model, lambda m: m.fit(X, Y, class_weight=[1, 2]), DataError,
     "fit: class_weight must be a dict from class to weight, like {0: 1.0, 1: 2.5}, got list [1, 2]"),
    (model, lambda m: m.fit(X, Y, class_weight={0: -1}), DataError,
     "fit: class_weight[0] must be a number of at least 0, got -1"),
    (mse, lambda m: m.fit(X, Y + 0.25, class_weight={0: 1}), DataError,
     "fit: class_weight needs class labels in y, got 0.25 at row 0"),
    (model, lambda m: m.fit(X, Y, sample_weight=np.ones(3)), DataError,
     "fit: x has 20 rows, sample_weight has 3; they must have as many"),
    (model, lambda m: m.fit(X, Y, sample_weight=np.ones((20, 3))), ShapeError,
     "sample_weight float32[20, 3] does not fit the loss's values float32[20]: give one weight per sample, shape (n,), "
     "or one per value"),
    (model, lambda m: m.fit(X, Y, sample_weight=put(np.ones(20), 4, -2)), DataError,
     "fit: sample_weight must not be negative, got -2.0 at row 4"),
]  # fmt: skip

COMPILE = [
    (lambda m: m.compile("adm", "mse"), UnknownNameError, "unknown optimizer 'adm'; did you mean 'adam'?"),
    (lambda m: m.compile("sgd", "binary_crosentropy"), UnknownNameError,
     "unknown loss 'binary_crosentropy'; did you mean 'binary_crossentropy'?"),
    (lambda m: m.compile("sgd", "mse", metrics=["acuracy"]), UnknownNameError,
     "unknown metric 'acuracy'; did you mean 'accuracy'?"),
    (lambda m: m.compile("sgd", "mse", metrics="accuracy"), OptionError,
     "compile: metrics must be a list, got str 'accuracy'; write metrics=['accuracy']"),
    (lambda m: m.compile("sgd", "mse", weighted_metrics="mae"), OptionError,
     "compile: weighted_metrics must be a list, got str 'mae'; write weighted_metrics=['mae']"),
    (lambda m: m.compile("sgd", "mse", jit_compile="yes"), OptionError,
     "compile: jit_compile must be one of 'auto', True, False, 'exact', got 'yes'"),
    (lambda m: m.compile("sgd", "mse", run_eagerly=1), OptionError,
     "compile: run_eagerly must be True or False, got 1"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "call", "kind", "message"), FIT, ids=[message[:60] for *_, message in FIT])
def test_fit(make, call, kind, message, capsys):
    made = make()
    before = [made.get_weights(), made.optimizer and made.optimizer.iterations, made.history]
    with pytest.raises(kind) as caught:
        call(made)
    assert str(caught.value) == message
    after = [made.get_weights(), made.optimizer and made.optimizer.iterations, made.history]
    assert all(np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True))
    assert after[1] == before[1]
    if not message.startswith("the loss"):  # only the first step can tell
        assert after[2] is before[2]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("call", "kind", "message"), COMPILE, ids=[message[:60] for *_, message in COMPILE])
def test_compile(call, kind, message):
    made = model()
    before = made.optimizer
    with pytest.raises(kind) as caught:
        call(made)
    assert str(caught.value) == message
    assert made.optimizer is before, "a failed compile must change nothing"


def test_a_loss_that_is_no_number():
    with pytest.raises(GradientError, match=r"backward\(\) starts from a scalar, got float32\[20\]"):
        model(tg.losses.MeanSquaredError(reduction="none")).fit(X, Y, verbose=0)


def test_an_unknown_argument():
    with pytest.raises(TypeError, match="unexpected keyword argument 'metric'"):
        model().compile("sgd", "mse", metric=["mae"])
