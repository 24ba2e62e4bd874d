"""A computation and its backward as plain data, op by op: what the player's page is given."""

import numpy as np

from ...core.tensor import Tensor
from ...errors import describe, printable_text, shorten_text
from ...graph.scopes import Frames
from ...graph.steps import is_number, recorded_steps
from ..diagram.diagram import argument_labels
from ..text.array_summary import digest, number_text
from ..text.format import LONGEST, clean, op_settings
from ..text.names import TensorNames, expression, identity_key
from .backward_steps import walk_backward


class Story:
    """Nodes, layers, steps and values of ``root``, as dicts and lists of text and numbers; it holds no Tensor.

    nodes:    one per leaf and per op: ``inputs`` are the places of its inputs among the nodes, ``value`` the place of
              its value among the values, ``full`` its name with that of its layer
    layers:   the frames: ``name`` and the place of the ``parent``, None outside
    forward:  the places of the ops' nodes, oldest first
    backward: the steps, newest op first
    values:   what ``digest`` says of each array, each once
    """

    def __init__(self, root, called, scopes=(), idle=()):
        steps = recorded_steps(root)
        self.names, self.frames, self.idle = TensorNames(called, steps), Frames(scopes), idle
        self.nodes, self.layers, self.forward, self.backward, self.values = [], [], [], [], []
        self.place: dict = {}
        self.layer_place: dict = {}
        self.value_place: dict = {}
        homes = self.frames.homes(steps)
        for t, inputs in steps:
            self.enter_op(t, inputs, homes, t is root)
        self.root, self.title = self.place[identity_key(root)], self.names.name_of(root)
        seed = np.ones_like(root.data)
        self.seed = self.value(seed)
        for step in walk_backward(steps, root, seed, self.names, scopes, idle):
            self.enter_step(step)

    def enter_op(self, t, inputs, homes, is_root):
        """Enter the node of an op, after those of its inputs."""
        words = argument_labels(t.op, len(inputs))
        sources = [
            {"from": self.source(x, homes), "label": clean(word), "index": i}
            for i, (x, word) in enumerate(zip(inputs, words, strict=True))
            if not is_number(x)
        ]
        node = self.node("output" if is_root else "op", t, self.frames.path(t.seq))
        settings, doc = [*map(clean, op_settings(t))], printable_text(first_sentence(t.op.doc))
        node.update(op=clean(t.op.name), symbol=badge(t, inputs), settings=settings, doc=doc)
        node.update(expression=shorten_text(expression(t, inputs, self.names), LONGEST), inputs=sources)
        self.forward.append(self.place[identity_key(t)])

    def source(self, x, homes):
        """Return the place of an input's node; enter it if it is new."""
        if identity_key(x) not in self.place:
            trained = isinstance(x, Tensor) and x.requires_grad and id(x) not in self.idle
            path = homes.get(id(x), ())
            node = self.node("parameter" if trained else "input", x, path if trained else ())
            if path:
                node["name"] = self.names.name_of(x).removeprefix(clean(f"{path[-1][1]}/"))
        return self.place[identity_key(x)]

    def node(self, kind, x, path):
        """Enter a node and return it."""
        self.place[identity_key(x)] = len(self.nodes)
        name = self.names.name_of(x)
        node = {"kind": kind, "name": name, "full": name, "about": describe(x), "layer": self.layer(path),
                "value": self.value(x), "inputs": []}  # fmt: skip
        self.nodes.append(node)
        return node

    def layer(self, path):
        """Return the place of the innermost layer of a path, None outside of layers."""
        for n in range(1, len(path) + 1):
            if path[:n] not in self.layer_place:
                self.layer_place[path[:n]] = len(self.layers)
                parent = self.layer_place.get(path[: n - 1])
                self.layers.append({"name": clean(path[n - 1][1]), "parent": parent})
        return self.layer_place.get(path)

    def value(self, x):
        """Return the place of an array's digest among the values; equal ones share it."""
        found = digest(x)
        text = repr(found)
        if text not in self.value_place:
            self.value_place[text] = len(self.values)
            self.values.append(found)
        return self.value_place[text]

    def enter_step(self, step):
        """Enter a step of the backward."""
        parts = [self.part(part) for part in step.parts]
        self.backward.append({"node": self.place[identity_key(step.output)], "upstream": self.value(step.upstream),
                              "parts": parts})  # fmt: skip

    def part(self, part):
        """Return what one input gets as plain data."""
        arrays = {"local": part.local, "value": part.value, "before": part.before, "total": part.total}
        found = {name: None if array is None else self.value(array) for name, array in arrays.items()}
        numbers = {name: getattr(part, name) for name in ("index", "arg", "rule", "fitted", "nth", "of")}
        return {"node": self.place[identity_key(part.input)], **numbers, **found}

    def data(self):
        """Return everything as one dict."""
        shown = ("title", "root", "seed", "nodes", "layers", "forward", "backward", "values")
        return {name: getattr(self, name) for name in shown}


def badge(t, inputs):
    """Return an op's symbol with the numbers that it is given: ``'× 2'``.

    >>> import tensorgrad as tg
    >>> w = tg.Parameter(1.0)
    >>> badge(w * 2.0, (w, 2.0)), badge(w + w, (w, w))
    ('× 2', '+')
    """
    numbers = [number_text(x if not isinstance(x, Tensor) else x.data) if is_number(x) else "" for x in inputs]
    if len(numbers) == 2 and any(numbers) and not t.op.symbol.isidentifier():
        return clean(f"{numbers[0]} {t.op.symbol} {numbers[1]}".strip())
    return clean(t.op.symbol)


def first_sentence(doc):
    """Return the first sentence of an op's docstring, without its marks."""
    return (doc or "").strip().split("\n")[0].replace("``", "")[:160]
