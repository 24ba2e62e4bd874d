"""What random models are made of: layers and losses of one's own, as source, and what can be changed in each."""


def layer(name, start, call, build=None, training=False):
    """Return the source of a layer class: what its ``__init__`` keeps, and what it returns."""
    head = f"class {name}(tg.layers.Layer):\n    kind = 2.0\n\n"
    rows = [f"        {row}\n" for row in start.split("\n")]
    init = "    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n" + "".join(rows) + "\n"
    made = f"    def build(self, input_shape):\n        {build}\n\n" if build else ""
    argument = ", training=False" if training else ""
    body = "".join(f"        {row}\n" for row in call.split("\n"))
    return f"{head}{init}{made}    def call(self, x{argument}):\n{body}"


#: ``name: (source, changes of an object {l})``.
LAYERS = {
    "Number": (layer("Number", "self.k = 2.0", "return x * self.k"),
               ["{l}.k = 0.5", "{l}.k = 1", "{l}.k = True", "{l}.k = -0.0", "{l}.k = np.float64(3.0)", "{l}.k += 0.25"]),
    "Listed": (layer("Listed", "self.ks = [1.0, 0.5]", "return x * sum(self.ks)"),
               ["{l}.ks[0] = 3.0", "{l}.ks.append(0.25)", "{l}.ks = [2.0]", "{l}.ks[:] = [0.5, 0.5]", "{l}.ks.pop()"]),
    "Nested": (layer("Nested", "self.ks = [[1.0], {'a': [2.0]}]", "return x * self.ks[0][0] * self.ks[1]['a'][0]"),
               ["{l}.ks[0][0] = 3.0", "{l}.ks[1]['a'][0] = 0.5", "{l}.ks[1]['a'] = [4.0]"]),
    "Table": (layer("Table", "self.table = {'k': 2.0}", "return x * self.table['k'] * len(self.table)"),
              ["{l}.table['k'] = 0.5", "{l}.table['other'] = 1.0", "{l}.table = {'k': 3.0}", "{l}.table.update(k=-1.0)"]),
    "Inside": (layer("Inside", "self.box = Box(k=2.0, inner=Box(ks=[1.0]))", "return x * self.box.k * self.box.inner.ks[0]"),
               ["{l}.box.k = 0.5", "{l}.box.inner.ks[0] = 3.0", "{l}.box.inner = Box(ks=(0.25,))", "{l}.box = Box(k=1.0, "
                "inner=Box(ks=[7.0]))"]),
    "Zero": (layer("Zero", "self.k = np.array(0.5, 'float32')", "return x * self.k"),
             ["{l}.k[...] = 3.0", "{l}.k = np.array(2.0, 'float32')", "{l}.k *= 2", "{l}.k.fill(-1.0)"]),
    "Read": (layer("Read", "self.k = np.array(0.5)", "return x * float(self.k)"),
             ["{l}.k[...] = 3.0", "{l}.k = np.array(2.0)", "{l}.k += 1"]),
    "Vector": (layer("Vector", "self.k = np.array([1.0, 0.5], 'float32')", "return x * self.k[0] + float(self.k[1])"),
               ["{l}.k[0] = 3.0", "{l}.k[1] = 2.0", "{l}.k = np.array([2.0, 1.0], 'float32')", "{l}.k *= 0.5"]),
    "OfClass": (layer("OfClass", "pass", "return x * self.kind"),
                ["OfClass.kind = 0.5", "{l}.kind = 3.0", "OfClass.kind = 4"]),
    "Mode": (layer("Mode", "self.mode = 'tanh'", "return np.tanh(x) if self.mode == 'tanh' else x * 0.5"),
             ["{l}.mode = 'half'", "{l}.mode = 'tanh'"]),
    "Function": (layer("Function", "self.f = np.tanh", "return self.f(x)"),
                 ["{l}.f = np.sin", "{l}.f = lambda x: x * 0.5", "{l}.f = tg.relu"]),
    "Global": (layer("Global", "pass", "return helped(x) * factor"),
               ["factor = 0.5", "factor = 3", "def helped(x):\n    return x + 1.0"]),
    "Property": ("class Property(tg.layers.Layer):\n    base = 1.0\n\n    @property\n    def k(self):\n"
                 "        return self.base * 2\n\n    def call(self, x):\n        return x * self.k\n",
                 ["{l}.base = 0.5", "Property.base = 3.0"]),
    "Kernel": (layer("Kernel", "self.k = 1.0", "return x @ self.kernel * self.k",
                     "self.kernel = self.add_weight((input_shape[-1], 4))"),
               ["{l}.k = 0.5", "{l}.kernel.data[...] = 0.1", "{l}.kernel.data = {l}.kernel.data * 0.5",
                "{l}.kernel = tg.Parameter(np.full({l}.kernel.shape, 0.2, 'float32'))", "{l}.trainable = not {l}.trainable"]),
    "Parts": (layer("Parts", "self.parts = [tg.layers.Dense(3), tg.layers.Dense(3, 'tanh')]",
                    "for part in self.parts:\n    x = part(x)\nreturn x"),
              ["{l}.parts.reverse()", "{l}.parts[0].trainable = False", "{l}.parts[1].activation = np.sin",
               "{l}.parts.pop()"]),
    "Named": (layer("Named", "self.parts = {'a': tg.layers.Dense(3)}", "return self.parts['a'](x)"),
              ["{l}.parts['a'].trainable = False", "{l}.parts['a'].activation = np.tanh"]),
    "Training": (layer("Training", "self.k = 2.0", "return x * self.k if training else x", training=True),
                 ["{l}.k = 0.5"]),
    "Chosen": (layer("Chosen", "self.k = 0.0", "return x if x.data.mean() > self.k else -x"), ["{l}.k = 100.0"]),
    "Static": (layer("Static", "self.k = 1.0", "return np.concatenate([x[:, :1] * self.k, x[:, 1:]], axis=1) + x.shape[1]"),
               ["{l}.k = 2.0"]),
    # what is kept, counted or drawn while computing: as eager, or by a program that is not used
    "Counting": (layer("Counting", "self.count = 0", "self.count += 1\nreturn x * 1.5"), ["{l}.count = 0"]),
    "Counted": (layer("Counted", "self.count = 0", "self.count += 1\nreturn x * (1 + 0.1 * self.count)"), ["{l}.count = 5"]),
    "Keeping": (layer("Keeping", "self.last, self.shapes = None, []",
                      "self.last = x.shape\nself.shapes.append(x.shape[1])\nreturn x * 1.0"), ["{l}.last = None"]),
    "KeepingData": (layer("KeepingData", "self.last = None", "self.last = np.array(x.data)\nreturn x * 1.0"),
                    ["{l}.last = None"]),
    "Running": (layer("Running", "self.mean = np.zeros((), 'float32')",
                      "if training:\n    self.mean[...] = 0.9 * self.mean + 0.1 * x.data.mean()\nreturn x - self.mean",
                      training=True), ["{l}.mean[...] = 0.0", "{l}.mean = np.zeros((), 'float32')"]),
    "Replacing": (layer("Replacing", "self.mean = np.zeros((), 'float32')",
                        "if training:\n    self.mean = 0.9 * self.mean + 0.1 * x.data.mean()\nreturn x - self.mean",
                        training=True), ["{l}.mean = np.ones((), 'float32')"]),
    "Tracked": (layer("Tracked", "pass",
                      "if training:\n    self.mean.data = 0.9 * self.mean.data + 0.1 * x.data.mean()\nreturn x - self.mean.data",
                      "self.mean = self.add_weight((), 'zeros', trainable=False)", training=True),
                ["{l}.mean.data[...] = 0.5"]),
    "Noise": (layer("Noise", "self.rng = np.random.default_rng(3)",
                    "if not training:\n    return x\nreturn x + self.rng.normal(size=x.shape).astype('float32')", training=True),
              ["{l}.rng = np.random.default_rng(9)"]),
    "GlobalNoise": (layer("GlobalNoise", "pass",
                          "return x + np.random.normal(size=x.shape).astype('float32') if training else x", training=True), []),
}  # fmt: skip
#: Layers of ours, and what can be changed in them.
OURS = {
    "tg.layers.Dense(4, 'relu')": ["{l}.activation = np.tanh", "{l}.trainable = not {l}.trainable", "{l}.activation = "
                                   "tg.activations.get('sigmoid')", "{l}.kernel.data[...] = 0.1", "{l}.use_bias = False",
                                   "{l}.kernel.data = {l}.kernel.data * 0.5", "{l}.bias.data -= 0.1"],
    "tg.layers.Dense(3, 'gelu', use_bias=False)": ["{l}.trainable = not {l}.trainable", "{l}.units = 3"],
    "tg.layers.Dense(3, 'tanh', kernel_initializer='zeros')": ["{l}.bias.data[...] = 1.0"],
    "tg.layers.Activation('tanh')": ["{l}.activation = tg.activations.get('relu')"],
    "tg.layers.Activation('softplus')": ["{l}.activation = np.sin"],
    "tg.layers.Dropout(0.4, seed=1)": ["{l}.rate = 0.2", "{l}.rate = 0.0", "{l}.noise_shape = (None, 1)"],
    "tg.layers.Flatten()": [],
    "tg.Sequential([tg.layers.Dense(3, 'elu'), tg.layers.Dropout(0.2, seed=2)])": ["{l}.layers[1].rate = 0.5", "{l}.pop()",
        "{l}.trainable = not {l}.trainable"],
    "tg.layers.Dense(3, 'selu', dtype='float64')": ["{l}.trainable = False"],
}  # fmt: skip


def loss(body, start="", name="loss"):
    return f"{start}def {name}(y_true, y_pred):\n" + "".join(f"    {row}\n" for row in body.split("\n"))


def cost(start, body, base="", call="__call__"):
    """Return the source of a class of losses, and an object of it."""
    init = "".join(f"        {row}\n" for row in start.split("\n"))
    above = "        super().__init__()\n" if base else ""
    rows = "".join(f"        {row}\n" for row in body.split("\n"))
    return (f"class Cost{base}:\n    kind = 1.0\n\n    def __init__(self):\n{above}{init}\n"
            f"    def {call}(self, y_true, y_pred):\n{rows}\nloss = Cost()")  # fmt: skip


SQUARES = "np.square(y_pred - y_true)"
#: ``(what the targets are, the source of ``loss``, what can be changed)``.
LOSSES = [
    ("numbers", "loss = 'mse'", []),
    ("numbers", "loss = 'mae'", []),
    ("numbers", "loss = tg.losses.MeanSquaredError(reduction='sum')", ["loss.reduction = 'sum_over_batch_size'"]),
    ("labels", "loss = tg.losses.BinaryCrossentropy(from_logits=True)", ["loss.label_smoothing = 0.2"]),
    ("one-hot", "loss = tg.losses.CategoricalCrossentropy(from_logits=True)", ["loss.label_smoothing = 0.1"]),
    ("ids", "loss = tg.losses.SparseCategoricalCrossentropy(from_logits=True)", ["loss.ignore_class = 1"]),
    ("numbers", loss(f"return np.mean({SQUARES})"), []),
    ("numbers", "loss = lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2)", []),
    ("numbers", loss(f"return np.mean({SQUARES}, axis=-1)"), []),
    ("numbers", loss(f"return k * np.mean({SQUARES}, axis=-1)", "k = 1.0\n"), ["k = 2.0", "k = 3", "k = np.array(0.5)"]),
    ("numbers", loss(f"return ks[0] * np.mean({SQUARES}) + ks[-1]", "ks = [1.0, 2.0]\n"), ["ks[0] = 0.5", "ks.append(3.0)"]),
    ("numbers", loss(f"return k * np.mean({SQUARES})", "k = np.array(1.0)\n"), ["k[...] = 0.5", "k = np.array(2.0)"]),
    ("numbers", loss(f"return float(k) * np.mean({SQUARES})", "k = np.array(1.0)\n"), ["k[...] = 0.5", "k = np.array(2.0)"]),
    ("numbers", loss(f"s = y_true[0, 0]\ns += 1\nreturn np.mean({SQUARES}) + s"), []),
    ("numbers", loss(f"s = y_pred[0, 0]\ns += 1\nreturn np.mean({SQUARES}) * s"), []),
    ("numbers", loss("return np.where(y_true > 0, y_pred * 2.0, y_true.astype(int) * 3 + 1) * y_pred"), []),
    ("numbers", loss("w = np.divide(1.0, y_true, out=np.zeros_like(y_true), where=y_true != 0)\n"
                     f"return np.mean(w * {SQUARES}, axis=-1)"), []),
    ("numbers", loss(f"y_true -= 0.5\nreturn np.mean({SQUARES}, axis=-1)"), []),
    ("numbers", loss(f"calls.append(1)\nreturn np.mean({SQUARES}, axis=-1)", "calls = []\n"), ["calls.clear()"]),
    ("numbers", loss(f"return np.mean({SQUARES}, axis=-1) * (1 + rng.random())", "rng = np.random.default_rng(4)\n"),
     ["rng = np.random.default_rng(1)"]),
    ("numbers", loss(f"return np.mean({SQUARES}) if y_pred.data.sum() > 0 else np.sum({SQUARES})"), []),
    ("numbers", cost("self.k = 1.0", f"return self.k * np.mean({SQUARES}, axis=-1)"),
     ["loss.k = 0.5", "loss.k = 3", "loss.k = np.array(2.0)"]),
    ("numbers", cost("self.k = np.array(1.0)", f"return float(self.k) * np.mean({SQUARES}, axis=-1) * self.kind"),
     ["loss.k = np.array(0.5)", "loss.k[...] = 4.0", "Cost.kind = 2.0", "loss.kind = 3.0"]),
    ("numbers", cost("self.ks, self.box = [1.0], Box(k=2.0)",
                     f"return self.ks[0] * self.box.k * np.mean({SQUARES}, axis=-1)", "(tg.losses.Loss)", "call"),
     ["loss.ks[0] = 0.5", "loss.box.k = 3.0", "loss.reduction = 'sum'", "loss.ks = [7.0]"]),
    ("numbers", cost("self.count = 0", f"self.count += 1\nreturn self.count * np.mean({SQUARES}, axis=-1)"), ["loss.count = 0"]),
]  # fmt: skip
TARGETS = {
    "numbers": "array({}, ({}, 3), 'float32', ties=True)", "labels": "array({}, ({}, 3), 'bool').astype('float32')",
    "one-hot": "np.eye(3, dtype='float32')[array({}, ({},), 'int64') % 3]", "ids": "array({}, ({},), 'int64') % 3",
}  # fmt: skip
METRICS = {
    "numbers": ["[]", "['mae']", "['mse', 'mae']", "[lambda y_true, y_pred: np.mean(np.abs(y_pred - y_true), axis=-1)]"],
    "labels": ["[]", "['accuracy']"], "one-hot": ["[]", "['accuracy']"], "ids": ["[]", "['accuracy']"],
}  # fmt: skip
OPTIMIZERS = ["SGD(0.05)", "SGD(0.02, momentum=0.9)", "Adam(0.01)", "SGD(0.02, momentum=0.5, nesterov=True)",
              "Adam(0.01, amsgrad=True)", "SGD(0.05, clipnorm=0.5)", "SGD(lambda step: 0.05 / (1 + step))",
              "SGD(0.05, weight_decay=0.01)", "SGD(0.05, clipvalue=0.1)", "Adam(0.01, global_clipnorm=0.5)"]  # fmt: skip
