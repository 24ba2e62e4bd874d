"""From boxes and arrows to DOT text, Graphviz's language: the same graph gives the same bytes."""

from ..text.format import clean, frame_title

INK, FAINT, BACK, WEIGHT = "#333333", "#8A8A8A", "#B34700", "#8A5F00"
SMALL = {"fontsize": "14", "width": "0.4", "margin": "0.03,0.02"}

#: How each kind of box looks. Tints of Okabe and Ito's colour-blind-safe palette; shape and border tell it in grey too.
LOOKS: dict[str, dict[str, str]] = {
    "parameter": {"shape": "box", "style": "filled,bold", "fillcolor": "#FFD98A", "color": WEIGHT},
    "input": {"shape": "note", "style": "filled", "fillcolor": "#CFE8F7", "color": "#1F6A9A", "margin": "0.12,0.06"},
    "constant": {"shape": "plaintext", "fontcolor": "#555555", "margin": "0.03", "height": "0.2", "width": "0.2"},
    "value": {"shape": "box", "style": "filled,rounded", "fillcolor": "#FFFFFF", "color": FAINT},
    "output": {"shape": "box", "style": "filled,bold,rounded", "fillcolor": "#BFE6D6", "color": "#00664B"},
    "op": {"shape": "ellipse", "style": "filled", "fillcolor": "#E6E6E6", "color": INK, **SMALL},
    "layer": {"shape": "component", "style": "filled", "fillcolor": "#EDEDED", "color": INK, "margin": "0.15,0.08"},
    "seed": {"shape": "box", "style": "filled,bold,dashed,rounded", "fillcolor": "#BFE6D6", "color": "#00664B"},
    "gradient": {"shape": "box", "style": "filled,dashed,rounded", "fillcolor": "#FFFFFF", "color": BACK},
    "parameter gradient": {"shape": "box", "style": "filled,bold,dashed", "fillcolor": "#FFD98A", "color": BACK},
    "rule": {"shape": "box", "style": "filled,rounded", "fillcolor": "#F8D3BF", "color": BACK, "margin": "0.08,0.05"},
    "backward op": {"shape": "ellipse", "style": "filled", "fillcolor": "#F8D3BF", "color": BACK, **SMALL},
}
LOOKS["call"] = {"shape": "record", "style": "filled,rounded", "fillcolor": "#E6E6E6", "color": INK}
LOOKS["backward call"] = {**LOOKS["call"], "fillcolor": LOOKS["backward op"]["fillcolor"], "color": BACK}
LOOKS["change"] = {**LOOKS["call"], "style": "filled,bold,rounded", "fillcolor": "#FFFFFF", "color": WEIGHT}
LOOKS["returned"] = {**LOOKS["output"], "style": "filled,bold"}
LOOKS["gradient sum"] = {**LOOKS["backward op"], "peripheries": "2"}
LOOKS["backward layer"] = {**LOOKS["layer"], "fillcolor": LOOKS["rule"]["fillcolor"], "color": BACK}
LOOKS["part"] = {**LOOKS["layer"], "style": "filled,dashed"}
LOOKS["backward part"] = {**LOOKS["backward layer"], "style": "filled,dashed"}

#: How each kind of arrow looks. Backward arrows are written from head to tail, so that they run beside the forward.
LINES: dict[str, dict[str, str]] = {
    "flow": {},
    "back": {"color": BACK, "fontcolor": BACK},
    "use": {"style": "dashed", "color": FAINT, "arrowhead": "vee", "constraint": "false"},
    "give": {"style": "dashed", "color": FAINT, "arrowhead": "vee", "arrowtail": "vee"},
    "write": {"style": "bold", "color": WEIGHT, "arrowhead": "empty", "constraint": "false"},
    "next": {"style": "bold", "color": INK, "constraint": "false"},
    "next back": {"style": "bold", "color": BACK, "constraint": "false"},
    "pair": {"style": "dotted", "color": BACK, "dir": "none", "minlen": "0", "weight": "3"},
    "beside": {"style": "invis", "minlen": "0", "weight": "3"},
}

#: Boxes of a forward: where there are any, the backward is drawn beside it, against its arrows.
FORWARD = {"op", "layer", "part"}

#: What the legend calls each kind.
WORDS = {
    "parameter": "parameter", "input": "input", "constant": "constant", "op": "op", "value": "value",
    "layer": "layer", "part": "several ops", "output": "output", "rule": "rule of an op; g is what arrives",
    "backward op": "op of the backward", "gradient sum": "gradients add up", "seed": "the backward starts",
    "gradient": "gradient", "parameter gradient": "gradient of a parameter", "backward layer": "backward of a layer",
    "backward part": "backward of several ops", "call": "call", "backward call": "call of the backward",
    "change": "call that changes arrays", "returned": "returned",
}  # fmt: skip

FONT = "Helvetica"  # a name whose widths Graphviz knows without the font; every browser has its like


def dot_source(graph, legend=True):
    """Return the graph as DOT text."""
    mirrored = any(box.kind in FORWARD for box in graph.boxes)
    lines = [
        "digraph tensorgrad {",
        f"  graph [rankdir={graph.direction}, nodesep=0.25, ranksep=0.3, pad=0.1]",
        f"  graph [fontname={quote(FONT)}, fontsize=12]",
        f'  node [fontname={quote(FONT)}, fontsize=11, height=0.3, margin="0.1,0.04", color={quote(INK)}]',
        f'  edge [fontname={quote(FONT)}, fontsize=9, arrowsize=0.7, color={quote(INK)}, fontcolor="#555555"]',
    ]
    lines += [f"  splines={quote(escape_label(graph.splines))}"] if graph.splines else []
    lines += [f"  {box.id} {attributes(box_attributes(box, graph.direction, graph.scale))}" for box in graph.boxes]
    lines += cluster_lines(graph)
    lines += [dot_arrow(arrow, mirrored) for arrow in graph.arrows]
    lines += legend_lines(graph) if legend else []
    return "\n".join([*lines, "}"]) + "\n"


def box_attributes(box, direction, scale=None):
    """Return the attributes of a box."""
    look = LOOKS[box.kind]
    if box.kind == "op" and (len(box.lines) > 1 or len(box.lines[0]) > 10):
        look = {**look, "shape": "box", "style": "filled,rounded", "fontsize": "11", "margin": "0.08,0.04"}
    if scale is not None and scale.covers(box):
        look = {**look, **scale.look(box.heat)}
    return {"label": box_label(box, look["shape"], direction), **look, "tooltip": escape_label(box.name or box.kind)}


def box_label(box, shape, direction):
    """Return what a box says: in fields, in lines to the left, or in lines in the middle."""
    if shape == "record":
        fields = "|".join(map(escape_record, box.lines))
        return fields if direction == "LR" else "{" + fields + "}"  # stacked, whichever way the graph runs
    end = "\\l" if box.kind == "rule" else "\\n"
    return end.join(map(escape_label, box.lines)) + (end if box.kind == "rule" else "")


def dot_arrow(arrow, mirrored):
    look = dict(LINES[arrow.kind])
    if arrow.label:
        look["label"] = f" {escape_label(arrow.label)} "  # off the line
    tail, head = arrow.tail.id, arrow.head.id
    beside = {arrow.tail.kind, arrow.head.kind} & {"parameter", "parameter gradient"}
    if arrow.kind == "flow" and not beside and arrow.tail.kind != "constant":
        look["weight"] = "8"  # the way of the data is straight
    if arrow.kind in ("flow", "back") and arrow.tail.cluster != arrow.head.cluster:
        look["minlen"] = "2"  # frames in a row, one under the other
    elif arrow.kind in ("flow", "back") and beside and mirrored:
        look["minlen"] = "0"  # in one row: weight, op, rule, gradient
        return f"  {tail} -> {head} {attributes(look)}"
    if arrow.kind in ("back", "give") and mirrored:
        tail, head, look["dir"] = head, tail, "back"
    return f"  {tail} -> {head}" + (f" {attributes(look)}" if look else "")


def cluster_lines(graph):
    """Return the lines that put boxes into nested frames, one for each call of a layer."""
    members: dict = {}
    children: dict = {}
    for box in graph.boxes:
        for n in range(1, len(box.cluster) + 1):
            path = box.cluster[:n]
            if path not in members:
                members[path] = []
                children.setdefault(path[:-1], []).append(path)
        if box.cluster:
            members[box.cluster].append(box.id)
    return [line for path in children.get((), ()) for line in frame_lines(path, members, children, graph.frames)]


def frame_lines(path, members, children, classes):
    """Return the lines of one frame and of those inside it."""
    pad = "  " * len(path)
    number, name = path[-1]
    title = escape_label(frame_title(name, classes.get(number)))
    look = {"label": title, "style": "rounded,filled", "color": "#BBBBBB", "fillcolor": "#F7F7F7",
            "fontname": FONT, "labeljust": "l"}  # fmt: skip
    lines = [f"{pad}subgraph cluster_{number} {{", f"{pad}  graph {attributes(look)}"]
    if members[path]:
        lines.append(f"{pad}  {'; '.join(members[path])}")
    for child in children.get(path, ()):
        lines += frame_lines(child, members, children, classes)
    return [*lines, f"{pad}}}"]


def samples(graph):
    """Return ``[(words, look)]`` of the legend, one for each kind of box there is; none where all are alike."""
    if graph.scale is not None:
        return [(words, {**LOOKS["value"], **look}) for words, look in graph.scale.legend()]
    kinds = [kind for kind in WORDS if graph.count(kind)]
    return [(WORDS[kind], LOOKS[kind]) for kind in kinds] if len(kinds) > 2 else []


def legend_lines(graph):
    """Return the lines of a row of samples, and of the note."""
    shown = samples(graph)
    lines = [f"  label={quote(escape_label(graph.note))}", "  labeljust=l"] if graph.note else []
    if not shown:
        return lines
    head = {"fontsize": "9", "height": "0.2", "tooltip": "legend"}
    lines += ["  subgraph legend {", f"    node {attributes(head)}"]
    for i, (words, look) in enumerate(shown):
        lines.append(f"    key{i} {attributes({'label': words, **look, 'fontsize': '9'})}")
    row = " -> ".join(f"key{i}" for i in range(len(shown)))
    return [*lines, f"    {row} {attributes({'style': 'invis'})}", "  }"]


def attributes(pairs):
    return "[" + ", ".join(f"{key}={quote(value)}" for key, value in pairs.items()) + "]"


def quote(text):
    """Return ``text`` as a DOT string; its backslashes are already as Graphviz wants them."""
    return '"' + text.replace('"', '\\"') + '"'


def escape_label(text):
    r"""Return ``text`` for a label: drawn as it is, whatever is in it.

    >>> print(escape_label('a\\b & "c"'))
    a\\b &amp; "c"
    """
    return clean(text).replace("\\", "\\\\").replace("&", "&amp;")


def escape_record(text):
    """Return ``text`` for a field of a record label, in which braces, bars, angles and spaces mean something.

    >>> print(escape_record("{x | y}"))
    \\{x \\| y\\}
    """
    return "".join("\\" + c if c in "{}|<>" else c for c in escape_label(text))
