"""Repeated blocks and the steps of a loop, drawn once: found by comparing ops one period apart."""

from ...graph.scopes import common_prefix
from .fold import contract_graph

OPS = {"op", "layer", "call", "backward call", "backward op"}
LEAST = 3
CANDIDATES = 6


def fold_repeats(graph):
    """Return the Graph in which what is repeated three times or more is drawn once, in a frame ``× 12``."""
    steps = OpSequence(graph)
    leader: dict = {}
    turn: dict = {}
    moved: dict = {}
    for start, period, times in steps.runs():
        steps.lead(start, period, times, leader, turn)
        moved |= steps.frame_turns(start, period, times, leader)
    if not leader:
        return graph
    follow_owners(graph, leader, moved)
    leader = moved | {id: moved.get(box.id, box) for id, box in leader.items()}
    view = drop_repeated_arrows(contract_graph(graph, leader, lambda arrow: arrow_kind(arrow, turn)))
    view.frames |= steps.classes
    return view


def drop_repeated_arrows(graph):
    """Return the Graph with one arrow from each box to the next repetition: its first, the others say no more."""
    seen, kept = set(), []
    for arrow in graph.arrows:
        key = arrow.tail.id, arrow.kind
        if not (arrow.kind == "next" and key in seen):
            kept.append(arrow)
        seen.add(key)
    graph.arrows = kept
    return graph


def arrow_kind(arrow, turn):
    """Return the kind of an arrow: from one turn of a loop to another, it is ``next``, or ``next back``."""
    a, b = (turn.get(box.id) or turn.get(box.owner) for box in (arrow.tail, arrow.head))
    other = a and b and a[0] == b[0] and a[1] != b[1]
    return {"flow": "next", "back": "next back"}.get(arrow.kind, arrow.kind) if other else arrow.kind


class OpSequence:
    """The ops of a Graph in order, with what each is given.

    inputs:  for each op, the boxes that its arrows come from
    results: for each op, the boxes of what it made
    members: for each frame, the boxes that stand in it
    place:   ``{id of a box: number of the op that it is, or that made it}``
    classes: of the frames that are made here, as ``Graph.frames``
    """

    def __init__(self, graph):
        self.graph, self.classes = graph, {}
        self.ops = [box for box in graph.boxes if box.kind in OPS]
        self.place = {box.id: i for i, box in enumerate(self.ops)}
        self.inputs: list[list] = [[] for _ in self.ops]
        self.results: list[list] = [[] for _ in self.ops]
        self.users: dict = {}
        for arrow in graph.arrows:
            if arrow.head.id in self.place and arrow.head.kind in OPS:
                self.inputs[self.place[arrow.head.id]].append(arrow.tail)
                self.users.setdefault(arrow.tail.id, []).append(self.place[arrow.head.id])
            elif arrow.tail.kind in OPS and arrow.kind in ("flow", "back"):
                self.place[arrow.head.id] = self.place[arrow.tail.id]
                self.results[self.place[arrow.tail.id]].append(arrow.head)
        self.words = [self.word(i) for i in range(len(self.ops))]
        self.members: dict = {}
        for box in graph.boxes:
            for frame in box.cluster:
                self.members.setdefault(frame, []).append(box)

    def word(self, i):
        """Return what two ops must have in common, wherever they stand."""
        box = self.ops[i]
        given = tuple([(x.shape, x.dtype, x.name if x.kind == "constant" else "") for x in self.inputs[i]])
        first, *rest = box.lines
        said = first, *[line for line in rest if not line.startswith("index=")]  # x[t], a step of a loop
        if box.kind == "layer":
            said = said[0].rpartition(" (")[2], *said[1:]  # its class, and how many parameters
        name = box.name if box.kind in ("op", "backward op") else ""  # two ops may have one symbol
        return box.kind, name, said, box.shape, box.dtype, given

    def runs(self):
        """Yield ``(start, period, times)`` of the repeated stretches, from the first op on."""
        later: dict = {}
        for i in reversed(range(len(self.ops))):
            later.setdefault(self.words[i], []).append(i)
        i = 0
        while i < len(self.ops):
            places = later[self.words[i]]
            while places and places[-1] <= i:
                places.pop()
            found = [self.times(i, j - i) for j in reversed(places[-CANDIDATES:])]
            best = max(found, key=lambda f: (f[0], -f[1]), default=(0, 0, 0))  # of those, the shortest that covers most
            if best[0]:
                i = self.run_start(i, best[1], best[2])
                cover, period, times = self.times(i, best[1])
                yield i, period, times
                i += cover
            else:
                i += 1

    def run_start(self, start, period, times):
        """Return where in its first turn a repetition had best begin: where the outermost frame does."""

        def shared_depth(i):
            return len(common_prefix(self.ops[i].cluster, self.ops[i - 1].cluster)) if i else 0

        places = sorted(range(start, start + period), key=shared_depth)  # a stable sort: of equals the first
        return next(i for i in places if self.times(i, period)[2] >= max(LEAST, times - 1))

    def times(self, start, period):
        """Return ``(ops covered, period, times)`` of the repetition that starts here, zeros if it is too short."""
        j = start + period
        while j < len(self.ops) and self.matches(start, (j - start) % period, (j - start) // period, period):
            j += 1
        times = (j - start) // period
        return (times * period, period, times) if times >= LEAST else (0, 0, 0)

    def matches(self, start, k, r, period):
        """Return whether the op ``k`` of turn ``r`` does what that of the first turn does."""
        i, j = start + k, start + k + r * period
        if self.words[i] != self.words[j]:
            return False
        for a, b in zip(self.inputs[i], self.inputs[j], strict=True):
            a, b = self.place.get(a.id, -1) - start, self.place.get(b.id, -1) - start - r * period
            if a != b and (a >= 0 or b >= 0):  # what is made within the turn is made at the same place of it
                return False
        return True

    def lead(self, start, period, times, leader, turn):
        """Enter who stands for whom: the first turn for the others, its own leaves for theirs."""
        inside = range(start, start + period * times)
        for j in inside:
            i, r = start + (j - start) % period, (j - start) // period
            for a, b in zip([self.ops[i], *self.results[i]], [self.ops[j], *self.results[j]], strict=False):
                turn[b.id] = (start, r)
                if r and b.kind == a.kind:
                    leader[b.id] = a
            for a, b in zip(self.inputs[i], self.inputs[j], strict=True):
                own = a.id not in self.place and b.id not in self.place and a.id != b.id and a.kind == b.kind
                if own and all(user in inside for user in self.users[b.id]):
                    leader.setdefault(b.id, leader.get(a.id, a))

    def frame_turns(self, start, period, times, leader):
        """Return ``{id: box}`` of the first turn's boxes, in a frame that says how often."""
        first, second, last = (self.boxes_of(start + r * period, period) for r in (0, 1, times - 1))
        outer = first[0].cluster
        for box in (*first, *second):
            outer = common_prefix(outer, box.cluster)
        shared = {x.id for i in range(start, start + period) for x in self.inputs[i] if x.id not in self.place}
        own = {box.id: box for box in leader.values() if box.id in shared}
        inside = {*leader, *own, *(box.id for box in first)}
        cut = {f for box in first for f in box.cluster[len(outer) :] if not self.frame_lies_inside(f, inside)}
        layer = {box.cluster[len(outer) : len(outer) + 1] for box in first}
        whole = len(layer) == 1 and layer != {()} and not cut & set(*layer)  # each turn is one layer's call
        mark = self.mark(start, times, len(outer), first[0], last[0], whole)
        found = {}
        for box in (*first, *own.values()):
            rest = box.cluster[len(outer) + whole :] if box.cluster[: len(outer)] == outer else ()
            found[box.id] = box.replace(cluster=(*outer, mark, *(() if cut & set(rest) else rest)))
        return found

    def frame_lies_inside(self, frame, inside):
        """Return whether all that stands in a frame is among the boxes ``inside``, or belongs to one of them."""
        return all(box.id in inside or box.owner in inside for box in self.members[frame])

    def mark(self, start, times, level, first, last, whole):
        """Return the frame of a repetition: ``× 12``, or ``block_0 … block_11 × 12`` where each turn is a layer."""
        number = f"x{start}"
        if not whole:
            return number, f"× {times}"
        (place, name), (_, end) = first.cluster[level], last.cluster[level]
        if place in self.graph.frames:
            self.classes[number] = self.graph.frames[place]
        return number, f"{name} … {end} × {times}" if name != end else f"{name} × {times}"

    def boxes_of(self, start, period):
        """Return the ops and values of a turn."""
        places = range(start, start + period)
        return [box for i in places for box in (self.ops[i], *self.results[i]) if box.kind != "output"]


def follow_owners(graph, leader, moved):
    """Let the boxes of the backward stand for each other, and where, as the forward boxes do that they belong to."""
    known = {box.id: box for box in graph.boxes}
    for box in graph.boxes:
        owner = leader.get(box.owner)
        first = known.get(f"{box.id[0]}{owner.id}") if owner is not None else None
        if first is not None and first.kind == box.kind:
            leader[box.id] = first
        home = moved.get(owner.id if owner is not None else box.owner)
        if home is not None:
            target = first or box
            known_as = moved.get(target.id, target)
            lines = max(known_as.lines, box.lines, key=len)  # the first step may pass nothing on
            moved[target.id] = target.replace(cluster=home.cluster, lines=lines)
