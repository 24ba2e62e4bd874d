"""Folding: many boxes as one, by layer, by stretches of ops, or because they are the same step of a loop."""

from collections import Counter
from math import prod

from ...errors import count_text
from ..diagram.diagram import Arrow, Box
from ..text.format import frame_title

BACKWARD = {"rule", "gradient", "parameter gradient", "gradient sum", "backward op", "backward layer", "backward call"}
LEAVES = {"parameter", "input", "constant"}
LAYERS = {"layer", "backward layer", "part", "backward part"}
ENDS = {"output", "seed", "returned"}

#: Of very large graphs, how many much-used leaves keep a box of their own.
MOST_LEAVES = 12


def contract_graph(graph, leader, kind_of=lambda arrow: arrow.kind):
    """Return the Graph in which each box stands as its leader, and arrows that say the same are one.

    leader:  ``{id of a box: the Box it is drawn as}``; others are drawn as they are
    kind_of: ``kind_of(arrow)``: what kind an arrow is then
    """
    view = graph.empty_copy()
    boxes: dict = {}
    for box in graph.boxes:
        led = leader.get(box.id, box)
        boxes.setdefault(led.id, led)
    view.boxes = list(boxes.values())
    arrows: dict = {}
    alike: Counter = Counter()  # of e * e, two arrows are meant
    for arrow in graph.arrows:
        tail, head = leader.get(arrow.tail.id, arrow.tail), leader.get(arrow.head.id, arrow.head)
        kind, label = kind_of(arrow), label_of(arrow, tail, head)
        if tail.id != head.id or (kind.startswith("next") and tail.kind not in LAYERS):
            same = arrow.tail.id, arrow.head.id, kind, label
            which = () if {tail.kind, head.kind} & LAYERS else (label, alike[same])
            arrows.setdefault((tail.id, head.id, kind, *which), Arrow(tail, head, kind, label))
            alike[same] += 1
    view.arrows = list(arrows.values())
    return view


def label_of(arrow, tail, head):
    """Return the label of an arrow between leaders: out of a folded layer, the shape of what comes out."""
    if arrow.tail.kind in LAYERS:
        return arrow.label
    if tail.kind in LAYERS:
        shaped = arrow.tail.kind in ("value", "gradient") and arrow.kind in ("flow", "back")
        return f"{list(arrow.tail.shape)}" if shaped else ""
    return arrow.label if head.kind not in LAYERS else ""


def fold_by_depth(graph, depth):
    """Return the Graph in which each layer more than ``depth`` frames deep is one box, and its backward another."""
    groups: dict = {}
    leader: dict = {}
    for box in graph.boxes:
        if len(box.cluster) > depth:
            if box.kind in ENDS:
                leader[box.id] = box.replace(cluster=box.cluster[:depth])
            else:
                groups.setdefault((box.cluster[: depth + 1], box.kind in BACKWARD), []).append(box)
    for (path, backward), boxes in groups.items():
        made = layer_box(path, backward, boxes, graph.frames)
        leader |= {box.id: made for box in boxes}
    return contract_graph(graph, leader)


def layer_box(path, backward, boxes, classes):
    """Return the box of a folded layer: its name, class and parameters, or of its backward."""
    number, name = path[-1]
    heat = largest_heat(boxes)
    if backward:
        return Box(f"bc{number}", "backward layer", name, [f"∂{name}"], path[:-1], heat=heat, owner=f"c{number}")
    nameless = str(number).startswith("x") and name.startswith("×")  # a repetition that is no layer
    told = ops_in(boxes) if nameless else parameters_in(boxes)
    lines = [frame_title(name, classes.get(number)), *told]
    return Box(f"c{number}", "layer", name, lines, path[:-1], heat=heat)


def parameters_in(boxes):
    """Return a line that says how many parameters there are in boxes, or none; those of a repetition each time."""
    size = sum(box.size * repetition_count(box.cluster) for box in boxes if box.kind == "parameter")
    return [f"{size:,} parameters"] if size else []


def repetition_count(cluster):
    """Return how often what stands in these frames is repeated.

    >>> repetition_count(((3, "model"), ("x0", "block_0 … block_11 × 12")))
    12
    """
    return prod(int(name.rpartition("× ")[2]) for number, name in cluster if str(number).startswith("x"))


def largest_heat(boxes):
    """Return the largest heat of boxes: NaN before all, since it is what one looks for."""
    heats = [box.heat for box in boxes if box.heat is not None]
    broken = [heat for heat in heats if heat != heat]
    return broken[0] if broken else max(heats, default=None)


def fold_by_stretch(graph, budget):
    """Return the Graph with stretches of successive boxes as one each, so that about ``budget`` are left."""
    backward = [box for box in graph.boxes if box.kind in BACKWARD]
    forward = [box for box in graph.boxes if box.kind not in BACKWARD and box.kind not in ENDS]
    kept = much_used(graph, forward)
    forward = [box for box in forward if box.id not in kept]
    room = max(2, budget - len(kept) - 4)
    length = -(-(len(forward) + len(backward)) // room)
    leader = stretches(forward, length, "part", "p")
    place = {box.id: leader[box.id].id for box in forward}
    owned: dict = {}
    for i, box in enumerate(backward):
        owned.setdefault(place.get(box.owner, f"q{i // length}"), []).append(box)
    for home, boxes in owned.items():
        leader |= stretches(boxes, len(boxes), "backward part", f"b{home}_")
    return contract_graph(graph, leader)


def stretches(boxes, length, kind, letter):
    """Return ``{id: box of its stretch}`` for stretches of ``length`` boxes; a single box stays what it is."""
    found: dict = {}
    for i in range(0, len(boxes), length):
        part = boxes[i : i + length]
        made = (
            part[0]
            if len(part) == 1
            else Box(f"{letter}{i // length}", kind, "", ops_in(part), heat=largest_heat(part))
        )
        found |= {box.id: made for box in part}
    return found


def ops_in(boxes):
    """Return the lines of a stretch: how many ops, which most, how many parameters."""
    ops: Counter[str] = Counter()
    for box in boxes:
        if box.kind not in LEAVES and box.kind not in ("value", "gradient"):
            ops[box.lines[0]] += repetition_count(box.cluster)
    most = ", ".join(f"{n} {name}" for name, n in ops.most_common(3))
    return [count_text(ops.total(), "op"), *([most] if len(ops) > 1 else [*ops]), *parameters_in(boxes)]


def much_used(graph, boxes):
    """Return the ids of the leaves that most arrows leave from, a few, if each has several."""
    leaves = {box.id for box in boxes if box.kind in ("parameter", "input")}
    uses = Counter(arrow.tail.id for arrow in graph.arrows if arrow.tail.id in leaves)
    return {id for id, n in uses.most_common(MOST_LEAVES) if n > 2}
