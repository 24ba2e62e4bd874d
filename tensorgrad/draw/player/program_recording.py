"""A graph of boxes as a story without numbers: what the player shows of a compiled program."""

from ..text.format import clean

#: What is computed, and what is there before.
COMPUTED = ("op", "call", "backward call", "change", "backward op", "gradient sum")
#: What shows the order in which things are done, and not what goes into what.
ORDER = ("write", "pair")

#: How the rest looks.
SHOWN = {"parameter": "parameter", "output": "output", "returned": "output"}


def outline(graph):
    """Return the data of a story: each box is a node, and computing them in their order is its forward."""
    place = {box.id: i for i, box in enumerate(graph.boxes)}
    layers: dict = {}
    values: list = []
    nodes = []
    for box in graph.boxes:
        nodes.append(story_node(box, layer_place(box.cluster, layers), len(values)))
        values.append({"about": type_text(box), "short": "", "bad": ""})
    for arrow in graph.arrows:
        tail, head = place[arrow.tail.id], place[arrow.head.id]
        if arrow.kind not in ORDER and tail < head:
            into = nodes[head]["inputs"]
            into.append({"from": tail, "label": arrow.label, "index": len(into)})
    forward = [i for i, box in enumerate(graph.boxes) if box.kind in COMPUTED]
    for i in forward:
        arguments = [nodes[source["from"]]["name"] for source in nodes[i]["inputs"]] + nodes[i]["settings"]
        nodes[i]["expression"] = f"{nodes[i]['op']}({', '.join(arguments)})"
    named = [{"name": clean(path[-1][1]), "parent": layers.get(path[:-1])} for path in layers]
    return {"title": "the program", "root": len(nodes) - 1, "seed": None, "nodes": nodes, "layers": named,
            "forward": forward, "backward": [], "values": values}  # fmt: skip


def story_node(box, layer, value):
    """Return one box as a node."""
    name, computed = clean(box.name or box.lines[0]), box.kind in COMPUTED
    kind = "op" if computed else SHOWN.get(box.kind, "input")
    found = {"kind": kind, "name": name, "full": name, "about": type_text(box), "layer": layer, "value": value,
             "inputs": []}  # fmt: skip
    if computed:
        lines = [clean(line) for line in box.lines]
        found.update(op=lines[0], symbol=lines[0], settings=lines[1:-1], doc="")
    return found


def type_text(box):
    """Return the dtype and shape that a box says."""
    return clean(box.lines[-1]) if box.lines else ""


def layer_place(path, layers):
    """Return the place of the innermost layer of a path, entering those that are new; None outside of layers."""
    for n in range(1, len(path) + 1):
        layers.setdefault(path[:n], len(layers))
    return layers.get(path)
