"""The losses, metrics and optimizers of random models, as source, and what can be changed in each."""


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
    (
        "numbers",
        loss(f"return k * np.mean({SQUARES}, axis=-1)", "k = 1.0\n"),
        ["k = 2.0", "k = 3", "k = np.array(0.5)"],
    ),
    (
        "numbers",
        loss(f"return ks[0] * np.mean({SQUARES}) + ks[-1]", "ks = [1.0, 2.0]\n"),
        ["ks[0] = 0.5", "ks.append(3.0)"],
    ),
    ("numbers", loss(f"return k * np.mean({SQUARES})", "k = np.array(1.0)\n"), ["k[...] = 0.5", "k = np.array(2.0)"]),
    (
        "numbers",
        loss(f"return float(k) * np.mean({SQUARES})", "k = np.array(1.0)\n"),
        ["k[...] = 0.5", "k = np.array(2.0)"],
    ),
    ("numbers", loss(f"s = y_true[0, 0]\ns += 1\nreturn np.mean({SQUARES}) + s"), []),
    ("numbers", loss(f"s = y_pred[0, 0]\ns += 1\nreturn np.mean({SQUARES}) * s"), []),
    ("numbers", loss("return np.where(y_true > 0, y_pred * 2.0, y_true.astype(int) * 3 + 1) * y_pred"), []),
    (
        "numbers",
        loss(
            "w = np.divide(1.0, abs(y_true), out=np.zeros_like(y_true), where=y_true != 0)\n"
            f"return np.mean(w * {SQUARES}, axis=-1)"
        ),
        [],
    ),
    ("numbers", loss(f"y_true -= 0.5\nreturn np.mean({SQUARES}, axis=-1)"), []),
    ("numbers", loss(f"calls.append(1)\nreturn np.mean({SQUARES}, axis=-1)", "calls = []\n"), ["calls.clear()"]),
    (
        "numbers",
        loss(f"return np.mean({SQUARES}, axis=-1) * (1 + rng.random())", "rng = np.random.default_rng(4)\n"),
        ["rng = np.random.default_rng(1)"],
    ),
    ("numbers", loss(f"return np.mean({SQUARES}) if y_pred.data.sum() > 0 else np.sum({SQUARES})"), []),
    (
        "numbers",
        cost("self.k = 1.0", f"return self.k * np.mean({SQUARES}, axis=-1)"),
        ["loss.k = 0.5", "loss.k = 3", "loss.k = np.array(2.0)"],
    ),
    (
        "numbers",
        cost("self.k = np.array(1.0)", f"return float(self.k) * np.mean({SQUARES}, axis=-1) * self.kind"),
        ["loss.k = np.array(0.5)", "loss.k[...] = 4.0", "Cost.kind = 2.0", "loss.kind = 3.0"],
    ),
    (
        "numbers",
        cost(
            "self.ks, self.box = [1.0], Box(k=2.0)",
            f"return self.ks[0] * self.box.k * np.mean({SQUARES}, axis=-1)",
            "(tg.losses.Loss)",
            "call",
        ),
        ["loss.ks[0] = 0.5", "loss.box.k = 3.0", "loss.reduction = 'sum'", "loss.ks = [7.0]"],
    ),
    (
        "numbers",
        cost("self.count = 0", f"self.count += 1\nreturn self.count * np.mean({SQUARES}, axis=-1)"),
        ["loss.count = 0"],
    ),
]
TARGETS = {
    "numbers": "array({}, ({}, 3), 'float32', ties=True)",
    "labels": "array({}, ({}, 3), 'bool').astype('float32')",
    "one-hot": "np.eye(3, dtype='float32')[array({}, ({},), 'int64') % 3]",
    "ids": "array({}, ({},), 'int64') % 3",
}
METRICS = {
    "numbers": [
        "[]",
        "['mae']",
        "['mse', 'mae']",
        "[lambda y_true, y_pred: np.mean(np.abs(y_pred - y_true), axis=-1)]",
    ],
    "labels": ["[]", "['accuracy']"],
    "one-hot": ["[]", "['accuracy']"],
    "ids": ["[]", "['accuracy']"],
}
OPTIMIZERS = ["SGD(0.05)", "SGD(0.02, momentum=0.9)", "Adam(0.01)", "SGD(0.02, momentum=0.5, nesterov=True)",
              "Adam(0.01, amsgrad=True)", "SGD(0.05, clipnorm=0.5)", "SGD(lambda step: 0.05 / (1 + step))",
              "SGD(0.05, weight_decay=0.01)", "SGD(0.05, clipvalue=0.1)",
              "Adam(0.01, global_clipnorm=0.5)"]  # fmt: skip
