"""Model number i of a run: its layers, its loss, and what is done to it."""

import numpy as np

from .chooser import Chooser
from .lines import Line, parsed
from .model_parts import LAYERS, LOSSES, METRICS, OPTIMIZERS, OURS, TARGETS
from .stories import Story

ROWS = 11
#: What can be changed in any model.
CHANGES = [
    "model.optimizer.learning_rate = 0.02", "model.optimizer.learning_rate = lambda step: 0.05 / (1 + step)",
    "model.optimizer.clipnorm = 0.05", "model.optimizer.weight_decay = 0.1", "model.optimizer.momentum = 0.3",
    "model.optimizer.beta_1 = 0.5", "model.optimizer.iterations = 0", "model.set_weights([w * 0.9 for w in model.get_weights()])",
    "model.trainable_weights[0].data[...] = 0.25",
    "model.trainable_weights[0].data = model.trainable_weights[0].data * 0.5", "model.trainable = False",
    "model.trainable = True", "model.layers[0].trainable = not model.layers[0].trainable", "x[0] = 2.0", "x *= 0.5",
    "y = y[::-1].copy()", "held = model.get_weights()",
    "model.pop()\nmodel.add(tg.layers.Dense(3, 'tanh', kernel_initializer='ones'))",
    "model.pop()\nmodel.add(tg.layers.Activation('tanh'))", "model.pop()\nmodel.add(tg.layers.Activation('sigmoid'))",
    "model.add(tg.layers.Activation('tanh'))", "model.add(tg.layers.Dense(3))",
    "model.compile(tg.optimizers.Adam(0.01), loss, **how)", "model = copy.deepcopy(model)",
]  # fmt: skip
#: What a model does; ``{r}`` is the result's name, ``{c}`` a change made by a callback.
STEPS = [
    ("fit", 6, "{r} = model.fit(x, y, epochs=2, batch_size=4, verbose=0, seed=1).history"),
    ("fit", 2, "{r} = model.fit(x, y, batch_size=4, verbose=0, shuffle=False, validation_data=(x, y)).history"),
    ("fit", 2, "{r} = model.fit(x, y, batch_size=4, epochs=2, verbose=0, seed=3, shuffle='batch').history"),
    ("fit", 1, "{r} = model.fit(x, y, verbose=0, batch_size=5, sample_weight=weights, seed=2).history"),
    ("fit", 1, "{r} = model.fit(x, y, verbose=0, batch_size=3, steps_per_epoch=2, epochs=3, seed=2).history"),
    (
        "fit with a callback",
        6,
        "def act{r}(number, logs=None):\n    if number == {n}:\n        {c}\n"
        "{r} = model.fit(x, y, epochs=3, batch_size=4, verbose=0, seed=1, callbacks=[{on}act{r})]).history",
    ),
    ("train_on_batch", 5, "{r} = [model.train_on_batch(x[:4], y[:4]) for _ in range(3)]"),
    ("train_on_batch", 2, "{r} = [model.train_on_batch(x[:n], y[:n]) for n in (4, 2, 4, 4)]"),
    (
        "train_on_batch",
        1,
        "{r} = [model.train_on_batch(x[i : i + 4], y[i : i + 4], return_dict=True) for i in range(3)]",
    ),
    ("evaluate", 2, "{r} = model.evaluate(x, y, batch_size=4, verbose=0)"),
    ("evaluate", 2, "{r} = [model.evaluate(x, y, batch_size=4, verbose=0) for _ in range(9)]"),
    ("predict", 2, "{r} = model.predict(x, batch_size=4, verbose=0)"),
    ("predict", 3, "{r} = [model.predict(x[:4], verbose=0) for _ in range(18)]"),
    ("test_on_batch", 2, "{r} = [model.test_on_batch(x[:4], y[:4]) for _ in range(18)]"),
    ("predict_on_batch", 2, "{r} = [model.predict_on_batch(x[:4]) for _ in range(18)]"),
    ("call", 2, "{r} = model(x[:4]).numpy()"),
    ("call", 1, "{r} = model(x[:4], training=True).numpy()"),
]
HOOKS = ["on_train_batch_end", "on_train_batch_begin", "on_epoch_end", "on_epoch_begin"]


def story(base, number):
    """Return model ``number`` of the run with this seed."""
    return Teller(Chooser((base, number, 1))).told(f"model_{number}")


class Teller:
    """Tells the story of one model."""

    def __init__(self, g):
        self.g, self.changes, self.made = g, list(CHANGES), [Line("imports", "import copy")]

    def told(self, name):
        """Return the story."""
        g = self.g
        kind, loss, changes = g.pick(LOSSES)
        self.data(kind)
        self.changes += changes * 6
        self.made.append(Line("loss", loss))
        self.layers()
        self.made.append(Line("compile", f"model.compile(tg.optimizers.{g.pick(OPTIMIZERS)}, loss, "
                                         f"metrics={g.pick(METRICS[kind])}, **how)"))  # fmt: skip
        return Story(name, tuple(self.made), tuple(self.steps()))

    def data(self, kind):
        """Make the data, in any layout."""
        g = self.g
        x = g.pick(["array({}, ({}, 3), 'float32')", "np.asfortranarray(array({}, ({}, 3), 'float32'))", "array({}, ({}, 3))",
                    "array({}, ({}, 3), 'int64')"], [6, 1, 2, 1])  # fmt: skip
        self.made.append(Line("data", "x = " + x.format(g.int(0, 99), ROWS)))
        self.made.append(Line("data", "y = " + TARGETS[kind].format(g.int(0, 99), ROWS)))
        self.made.append(Line("data", f"weights = np.linspace(0, 2, {ROWS})"))
        self.made.append(Line("data", "factor = 2.0\n\n\ndef helped(x):\n    return x * 0.5\n\n"))

    def layers(self):
        """Make the model: a few layers between two of ours."""
        self.made.append(Line("model", "tg.set_random_seed(5)\nmodel = tg.Sequential(name='m')"))
        self.added("tg.layers.Dense(4, 'tanh')", OURS["tg.layers.Dense(4, 'relu')"])
        for i in range(self.g.pick([0, 1, 2, 3], [1, 4, 3, 1])):
            if self.g.chance(0.65):
                name = self.g.pick(LAYERS)
                source, changes = LAYERS[name]
                self.made.append(Line(name, source))
                self.added(f"{name}(name='own{i}')", changes * 6, name)
            else:
                source = self.g.pick(OURS)
                self.added(source, OURS[source] * 2)
        self.added("tg.layers.Dense(3)", [])
        self.made.append(Line("model", "model.build((None, 3))"))

    def added(self, source, changes, kind="layer"):
        name = self.g.fresh("layer")
        self.made.append(Line(kind, f"{name} = {source}\nmodel.add({name})"))
        self.changes += [change.replace("{l}", name) for change in changes]

    def steps(self):
        """Yield what is done: training and measuring, with changes in between."""
        g, weights = self.g, [weight for _, weight, _ in STEPS]
        for i in range(g.int(3, 7)):
            if i and g.chance(0.7):
                yield Line("change", g.pick(self.changes))
            kind, _, text = g.pick(STEPS, weights)
            change = g.pick(self.changes)
            bound = [
                row.partition(" ")[0]
                for row in change.split("\n")
                if " = " in row and row.partition(" ")[0].isidentifier()
            ]
            change = "\n".join([f"global {', '.join(bound)}"] * bool(bound) + [change]).replace("\n", "\n        ")
            on = f"tg.callbacks.LambdaCallback({g.pick(HOOKS)}="
            yield Line(kind, text.replace("{c}", change).replace("{n}", str(g.int(0, 2))).replace("{r}", f"result{i}")
                       .replace("{on}", on))  # fmt: skip
