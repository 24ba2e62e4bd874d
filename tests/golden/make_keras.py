"""Make the golden files in this folder with real Keras.

    KERAS_BACKEND=torch python tests/golden/make_keras.py [name ...]

Made with Keras 3.15.1 on its PyTorch backend (torch 2.13.0, CPU, one thread),
NumPy 2.4.6, Python 3.11.7. Nothing here needs tensorgrad, and the tests do not
need Keras: they read the JSON files with `json.loads`. Running the script again
with those versions writes the same bytes. Losses, metrics, optimizers and
trainings were run once more on Keras's JAX backend and agree there to float32
precision (float64 losses to 1e-9), but for what the notes below say.

The script imports its neighbours: keras_common.py (JSON, precision), one
keras_<name>.py for each JSON file, and training_cases.py (data of training.json).

Every file is one JSON list with one record a line:

activations.json   name, kwargs, dtype, x, c, y, grad, and a note where Keras
                   is off the definition. grad = d sum(y * c) / dx, float64.
losses.json        name, kind ("function" | "class"), case (what the data show),
                   config, dtype, y_true, y_pred, sample_weight, value,
                   grad = d sum(value) / d y_pred. When Keras raises: error (the
                   exception's class name; RuntimeError is PyTorch's, JAX gives
                   ValueError), value and grad null. Where an error of mean
                   absolute error is exactly 0 ("some exact") the gradient is
                   PyTorch's 0, JAX gives 1. SparseCategoricalCrossentropy
                   with axis=1 works on PyTorch and raises on JAX.
metrics.json       kind "metric": name, config, calls (keyword arguments of each
                   update_state), results (result() after each call), reset
                   (result() after reset_state), again (result() of one more
                   update with the first call).
                   kind "resolution": identifier, y_true_shape, y_pred_shape,
                   argument ("metrics" | "loss"), resolved (class or function
                   name), key (name in the logs), error (class name, if the
                   string is not understood), runs (does evaluate() work).
optimizers.json    name, config, start (parameters before), gradients (per step,
                   per parameter), learning_rates (per step), values (parameters
                   after each step). float32.
initializers.json  kind "stats": name, config, shape, fan_in, fan_out, mean, std,
                   min, max, or error; for Orthogonal also gram_error, the
                   largest |Q'Q - gain^2 I|; for results without randomness of
                   rank 1 or 2, with at most 16 numbers, also values.
                   kind "config": name, config, get_config.
                   kind "alias": alias, name or error.
training.json      title, layers, input_shape, compile, x, y, fit (arguments),
                   initial_weights, history, epoch, final_weights, evaluate
                   (args, values, dict), predict, test_on_batch, train_on_batch
                   (list of calls: args, values), weights_after_train_on_batch,
                   all in this order on one model.
                   Class weights have string keys, as JSON demands.
api.json           kind "versions", "get_config" (name, config), "signature"
                   (name, parameters: name, kind, default).

Names in optimizer, loss and metric places are strings as a user types them, or
{"class_name", "config"} for an object. float32 numbers have the fewest digits
that give the same float32 back: cast them to float32 before an exact compare.
"""

import sys

import keras_activations
import keras_api
import keras_initializers
import keras_losses
import keras_metrics
import keras_optimizers
import keras_training
from keras_common import write

MAKERS = {
    "activations": keras_activations.records,
    "losses": keras_losses.records,
    "metrics": keras_metrics.records,
    "optimizers": keras_optimizers.records,
    "initializers": keras_initializers.records,
    "training": keras_training.records,
    "api": keras_api.records,
}


def main(names):
    for name in names or MAKERS:
        write(f"{name}.json", MAKERS[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
