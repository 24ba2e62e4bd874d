"""Values without a name as labels: the shape stands on the arrow from the op that made it to the ops that use it."""

from collections import Counter

from ..diagram.diagram import Arrow

#: Boxes that only pass on what an op made.
PASSING = {"value", "gradient"}


def label_edges(graph, keep=False):
    """Return the Graph with each nameless value as the label of the arrows that leave it.

    keep: leave every value that says more than its shape
    """
    makers = value_makers(graph, keep)
    common = main_dtype(graph)
    view = graph.empty_copy()
    view.boxes = [box for box in graph.boxes if box.id not in makers]
    onward: dict = {}
    for arrow in graph.arrows:
        if arrow.tail.id in makers and arrow.kind == "back":
            onward.setdefault(arrow.tail.id, []).append(arrow.head)
    for arrow in graph.arrows:
        if arrow.head.id not in makers:
            view.arrows.append(shorten_arrow(arrow, makers, common))
        elif arrow.kind == "next back":  # from another repetition, beside what made the gradient in this one
            shape = value_shape_text(arrow.head, common)
            view.arrows += [Arrow(arrow.tail, head, arrow.kind, shape) for head in onward.get(arrow.head.id, ())]
    return view


def value_makers(graph, keep):
    """Return ``{id: the op's box}`` of the values that one op made, that are used, and that a label can say."""
    makers: dict = {}
    used = set()
    for arrow in graph.arrows:
        if arrow.kind not in ("pair", "beside"):
            used.add(arrow.tail.id)
        if arrow.head.kind in PASSING and arrow.kind in ("flow", "back"):
            makers.setdefault(arrow.head.id, []).append(arrow.tail)
    spoken = {box.id for box in graph.boxes if box.name or (keep and len(box.lines) > 1)}
    return {id: ops[0] for id, ops in makers.items() if len(ops) == 1 and id in used and id not in spoken}


def shorten_arrow(arrow, makers, common):
    """Return an arrow that starts where the value it carries was made, labelled with the value's shape."""
    if arrow.tail.id not in makers:
        return arrow
    shape = value_shape_text(arrow.tail, common) if arrow.kind in ("flow", "back") else ""
    label = " ".join(text for text in (arrow.label, shape) if text)
    return Arrow(makers[arrow.tail.id], arrow.head, arrow.kind, label)


def value_shape_text(box, common):
    """Return the shape of a value, with its dtype where it is not the common one."""
    if box.shape is None:
        return ""
    return f"{'' if box.dtype == common else box.dtype}{list(box.shape)}"


def main_dtype(graph):
    """Return the dtype that most boxes have."""
    counts = Counter(box.dtype for box in graph.boxes if box.dtype)
    return counts.most_common(1)[0][0] if counts else ""
