"""The compiled steps of a model: each with the Guards of what it has frozen, so that a change of that is noticed."""

from ..compile.attempts import Attempts

#: How many steps are kept; one is enough unless something is changed to and fro.
KEPT = 8


class Steps:
    """The newest steps of one use of a model, such as ``fit`` with one loss; a copy or a pickle has none.

    attempts: what became of the traces of an Inference; a model that cannot be traced predicts without a word
    """

    def __init__(self):
        self.kept: tuple = ()
        self.attempts = Attempts(silent=True)

    def step(self, make, *used):
        """Return the step for which nothing has changed; if there is none, ``make(guards, names, *used)`` one.

        used: the model, and the Measures where there are some
        """
        kept = self.kept
        if kept and kept[0].guards.hold():
            return kept[0]
        for step in kept[1:]:
            if step.guards.hold():
                self.keep(step)
                return step
        from ..compile.guards.guards import Guards  # 3 ms of import, for those who need it

        found = roots_of(*used)
        step = make(Guards(found), tuple(found), *used)
        self.keep(step)
        return step

    def keep(self, step):
        """Make ``step`` the newest."""
        self.kept = (step, *[other for other in self.kept if other is not step][: KEPT - 1])

    def __reduce__(self):
        return Steps, ()


def roots_of(model, measures=None):
    """Return ``{name: object}`` of a model's layers, the inner ones first, and of its loss and metrics.

    >>> from tensorgrad import Sequential
    >>> from tensorgrad.layers import Dense
    >>> list(roots_of(Sequential([Dense(2, name="out")], name="net")))
    ["layer 'out'", "layer 'net'"]
    """
    found: dict = {}
    layers_in(model, found, set())
    if measures is not None and measures.loss is not None:
        found[f"loss {measures.loss.name!r}"] = measures.loss
    for metric in () if measures is None else measures.added:
        found[f"metric {metric.name!r}"] = metric
    return found


def layers_in(layer, found, met):
    """Add a layer and those inside it to ``found``; of two with one name, the second is found through its owner."""
    if id(layer) in met:
        return
    met.add(id(layer))
    for inner in layer.sublayers():
        layers_in(inner, found, met)
    found.setdefault(f"layer {layer.name!r}", layer)
