"""A graph as text, one line per leaf and op: what a picture prints in a terminal."""

from ...errors import count_text
from ..text.format import clean, frame_title

LEAVES = ("parameter", "input", "seed")
RESULTS = ("value", "output", "gradient", "parameter gradient")
CALLS = ("call", "backward call", "change")
LISTED = (*LEAVES, *RESULTS, *CALLS, "returned", "layer")
MOST_LINES = 60


def listing(graph, most=MOST_LINES):
    """Return the listing of a graph, layers as branches, its middle left out when it has more than ``most`` lines."""
    lines = branches(graph)
    if most is not None and len(lines) > most:
        half = most // 2
        lines[half:-half] = [f"  ... {len(lines) - most} more lines ..."]
    calls, layers = graph.count(*CALLS), graph.count("layer")
    ops = graph.count("op", "backward op", "gradient sum")
    what = count_text(calls, "call") if calls else count_text(layers, "layer") if layers else count_text(ops, "op")
    return "\n".join([f'Picture of {what}; .save("graph.svg") draws it', *lines])


def branches(graph):
    """Return the lines of all boxes, those in a layer's frame under its name."""
    words = words_of(graph)
    given: dict = {box.id: [] for box in graph.boxes}
    for arrow in graph.arrows:
        if arrow.kind not in ("pair", "write"):
            given[arrow.head.id].append(arrow.tail)
    listed = [box for box in graph.boxes if box.kind in LISTED]
    width = max(len(words[box.id]) + 2 * len(box.cluster) for box in listed)
    lines, path = [], ()
    for box in listed:
        for level, (number, name) in enumerate(box.cluster):
            if box.cluster[: level + 1] != path[: level + 1]:
                lines.append("  " * (level + 1) + clean(frame_title(name, graph.frames.get(number))))
        path = box.cluster
        name = ("  " * len(path) + words[box.id]).ljust(width)
        lines.append(f"  {name}  {row(box, words, given)}")
    return lines


def words_of(graph):
    """Return what each box is called in the listing; what has no name is numbered: t1, t2, ..."""
    words, nameless = {}, 0
    for box in graph.boxes:
        words[box.id] = clean(box.name)
        if not box.name:
            nameless += 1
            words[box.id] = f"t{nameless}"
    return words


def row(box, words, given):
    """Return the line of one box: what it is, or how it was made, and its dtype and shape."""
    about = " ".join(map(clean, box.lines[1:] if box.name else box.lines))
    if not given[box.id]:
        return f"{box.kind} {about}"
    if box.kind in CALLS:
        op, *settings, about = map(clean, box.lines)
        return f"= {op}({', '.join([*(words[x.id] for x in given[box.id]), *settings])}) -> {about}"
    if box.kind == "layer":
        title, *rest = box.lines
        kind = title.removeprefix(f"{box.name} (").removesuffix(")") if title.startswith(f"{box.name} (") else title
        kind, rest = clean(kind), [*map(clean, rest)]
        made = f"= {kind}({', '.join(words[x.id] for x in given[box.id])})"
        return f"{made}: {', '.join(rest)}" if rest else made
    if box.kind == "returned":
        return f"= {words[given[box.id][0].id]}, {clean(box.lines[1])}"
    (op,) = given[box.id]
    if not given[op.id]:
        return f"a view of {words[op.id]}, {about}"
    arguments = [words[x.id] for x in given[op.id]] + [*map(clean, op.lines[1:])]
    return f"= {clean(op.name)}({', '.join(arguments)}) -> {about}"
