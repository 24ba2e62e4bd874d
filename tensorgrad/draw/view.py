"""From the whole graph to what is drawn: values without a name become labels of arrows, and large graphs are folded."""

from collections import Counter

from .fold import by_depth, by_stretch
from .graph import Arrow, Graph
from .repeats import folded_repeats

#: A picture of more boxes than this draws what is repeated once; one of more than BUDGET folds layers, then
#: stretches of ops, to STRETCHES.
FEW, BUDGET, STRETCHES = 30, 150, 60

#: In a picture of more than CROWDED boxes, a parameter or input with MANY uses is drawn at each of them.
CROWDED, MANY = 60, 8
SOURCES = {"parameter", "input"}

#: Boxes that only pass on what an op made: they may become the label of an arrow.
PASSING = {"value", "gradient"}


def viewed(graph, keep, depth):
    """Return what is drawn of a Graph.

    keep:  leave every value that says more than its shape
    depth: how many layers deep to draw ops, below which a layer is one box; None: as deep as BUDGET allows;
           ``"all"``: everything, nothing folded
    """
    view = by_depth(graph, depth) if isinstance(depth, int) else graph
    whole = len(labelled(view, keep).boxes)
    if depth != "all" and whole > FEW:
        view = folded_repeats(view)
    view = labelled(view, keep)
    if depth is None:
        for deep in reversed(range(max((len(box.cluster) for box in view.boxes), default=0))):
            smaller = by_depth(view, deep) if len(view.boxes) > BUDGET else view
            view = smaller if len(smaller.boxes) < len(view.boxes) else view
    if depth != "all" and len(view.boxes) > BUDGET:
        view = by_stretch(view, STRETCHES)
    if len(view.boxes) > CROWDED:
        spread = near_their_uses(view)
        view = spread if depth == "all" or len(spread.boxes) <= BUDGET else view
    if len(view.boxes) < whole:
        view.note = f'{whole:,} boxes folded to {len(view.boxes)}; depth="all" draws every one'
    return view


def near_their_uses(graph):
    """Return the Graph with a small copy of each much-used leaf at every use but the first: no arrows across it all."""
    uses = Counter(arrow.tail.id for arrow in graph.arrows if arrow.kind == "flow" and arrow.tail.kind in SOURCES)
    met: set = set()
    copies: dict = {}
    for arrow in graph.arrows:
        leaf, user = arrow.tail, arrow.head
        if arrow.kind == "flow" and uses[leaf.id] >= MANY:
            if leaf.id in met:
                made = leaf.replaced(id=f"{leaf.id}_{user.id}", lines=leaf.lines[:1], cluster=user.cluster)
                copies.setdefault((leaf.id, user.id), made)
            met.add(leaf.id)
    view = Graph(graph.direction, graph.frames, graph.note)
    view.boxes = [*graph.boxes, *copies.values()]
    for arrow in graph.arrows:
        user = arrow.head.owner if arrow.kind == "use" else arrow.head.id
        tail = copies.get((arrow.tail.id, user), arrow.tail)
        view.arrows.append(Arrow(tail, arrow.head, arrow.kind, arrow.label))
    return view


def labelled(graph, keep=False):
    """Return the Graph with each nameless value as the label of the arrows that leave it.

    keep: leave every value that says more than its shape
    """
    makers, uses = {}, Counter()
    for arrow in graph.arrows:
        uses[arrow.tail.id] += arrow.kind not in ("pair", "beside")
        if arrow.head.kind in PASSING and arrow.kind in ("flow", "back"):
            makers.setdefault(arrow.head.id, []).append(arrow.tail)
    common = main_dtype(graph)
    gone = {
        box.id: makers[box.id][0]
        for box in graph.boxes
        if box.kind in PASSING
        and not box.name
        and not (keep and len(box.lines) > 1)
        and len(makers.get(box.id, ())) == 1
        and uses[box.id]
    }
    view = Graph(graph.direction, graph.frames, graph.note)
    view.boxes = [box for box in graph.boxes if box.id not in gone]
    onward: dict = {}
    for arrow in graph.arrows:
        if arrow.tail.id in gone and arrow.kind == "back":
            onward.setdefault(arrow.tail.id, []).append(arrow.head)
    for arrow in graph.arrows:
        if arrow.head.id not in gone:
            view.arrows.append(shortened(arrow, gone, common))
        elif arrow.kind == "next back":  # comes from another repetition, beside what made the value in this one
            shape = shape_text(arrow.head, common)
            view.arrows += [Arrow(arrow.tail, head, arrow.kind, shape) for head in onward.get(arrow.head.id, ())]
    return view


def shortened(arrow, gone, common):
    """Return an arrow that starts where the value it carries was made, labelled with the value's shape."""
    if arrow.tail.id not in gone:
        return arrow
    shape = shape_text(arrow.tail, common)
    label = " ".join(text for text in (arrow.label, shape) if text) if arrow.kind in ("flow", "back") else arrow.label
    return Arrow(gone[arrow.tail.id], arrow.head, arrow.kind, label)


def shape_text(box, common):
    """Return the shape of a value, with its dtype where it is not the common one."""
    if box.shape is None:
        return ""
    return f"{'' if box.dtype == common else box.dtype}{list(box.shape)}"


def main_dtype(graph):
    """Return the dtype that most boxes have."""
    counts = Counter(box.dtype for box in graph.boxes if box.dtype)
    return counts.most_common(1)[0][0] if counts else ""
