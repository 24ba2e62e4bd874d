"""Simplify a graph until a reader can follow it: fold layers, repetitions and stretches of ops."""

from collections import Counter

from ..diagram.diagram import Arrow
from .edge_labels import label_edges
from .fold import fold_by_depth, fold_by_stretch
from .repeats import fold_repeats

#: A picture of more boxes than this draws what is repeated once; one of more than BUDGET folds layers, then
#: stretches of ops, to STRETCHES.
FEW, BUDGET, STRETCHES = 30, 150, 60

#: In a picture of more than CROWDED boxes, a parameter or input with MANY uses is drawn at each of them.
CROWDED, MANY = 40, 6
SOURCES = {"parameter", "input"}


def simplify_graph(graph, keep, depth, detailed=False):
    """Return what is drawn of a Graph.

    keep:  leave every value that says more than its shape
    detailed: boxes tell values or colours, which differ from one repetition to the next: then all are drawn
    depth: how many layers deep to draw ops, below which a layer is one box; None: as deep as BUDGET allows;
           ``"all"``: everything, nothing folded
    """
    if depth == "all":
        return move_leaves_to_uses(label_edges(graph, keep))
    view = fold_by_depth(graph, depth) if isinstance(depth, int) else graph
    whole = len(label_edges(view, keep).boxes)
    view = label_edges(fold_repeats(view) if whole > FEW and not detailed else view, keep)
    view = fit_budget(view, folding=depth is None)
    spread = move_leaves_to_uses(view)
    view = spread if len(spread.boxes) <= BUDGET else view
    if len(view.boxes) < whole:
        view.note = f'{whole:,} boxes folded to {len(view.boxes)}; depth="all" draws every one'
    return view


def fit_budget(view, folding):
    """Return the Graph in at most BUDGET boxes: with ``folding``, layers are folded first, the innermost of all."""
    deepest = max((len(box.cluster) for box in view.boxes), default=0)
    for depth in reversed(range(deepest)) if folding else ():
        if len(view.boxes) > BUDGET:
            smaller = fold_by_depth(view, depth)
            view = smaller if len(smaller.boxes) < len(view.boxes) else view
    return fold_by_stretch(view, STRETCHES) if len(view.boxes) > BUDGET else view


def move_leaves_to_uses(graph):
    """Return a crowded Graph with much-used leaves at each of their uses: no arrows across all of it."""
    copies = copies_of_leaves(graph) if len(graph.boxes) > CROWDED else {}
    if not copies:
        return graph
    view = graph.empty_copy()
    view.boxes = [*graph.boxes, *copies.values()]
    for arrow in graph.arrows:
        user = arrow.head.owner if arrow.kind == "use" else arrow.head.id  # a rule takes it from where its op does
        tail = copies.get((arrow.tail.id, user), arrow.tail)
        view.arrows.append(Arrow(tail, arrow.head, arrow.kind, arrow.label))
    return view


def copies_of_leaves(graph):
    """Return ``{(id of a leaf, id of an op): a small box}`` for each use but the first of the much-used leaves."""
    flows = [arrow for arrow in graph.arrows if arrow.kind == "flow" and arrow.tail.kind in SOURCES]
    uses = Counter(arrow.tail.id for arrow in flows)
    met: set = set()
    copies: dict = {}
    for arrow in flows:
        leaf, user = arrow.tail, arrow.head
        if leaf.id in met and uses[leaf.id] >= MANY:
            small = leaf.replace(id=f"{leaf.id}_{user.id}", lines=leaf.lines[:1], cluster=user.cluster)
            copies.setdefault((leaf.id, user.id), small)
        met.add(leaf.id)
    return copies
