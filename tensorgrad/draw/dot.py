"""From boxes and arrows to DOT text, Graphviz's language: the same graph gives the same bytes."""

INK, FAINT, BACK = "#333333", "#8A8A8A", "#B34700"
SMALL = {"fontsize": "13", "width": "0.4", "margin": "0.02,0.02"}

#: How each kind of box looks. Tints of Okabe and Ito's colour-blind-safe palette; shape and border tell it in grey too.
LOOKS = {
    "parameter": {"shape": "record", "style": "filled,bold", "fillcolor": "#FFD98A", "color": "#8A5F00"},
    "input": {"shape": "record", "style": "filled", "fillcolor": "#CFE8F7", "color": "#1F6A9A"},
    "constant": {"shape": "plaintext", "fontcolor": "#555555", "margin": "0.03", "height": "0.2", "width": "0.2"},
    "value": {"shape": "Mrecord", "style": "filled", "fillcolor": "#FFFFFF", "color": FAINT},
    "output": {"shape": "Mrecord", "style": "filled,bold", "fillcolor": "#BFE6D6", "color": "#00664B"},
    "op": {"shape": "ellipse", "style": "filled", "fillcolor": "#E6E6E6", "color": INK, **SMALL},
    "seed": {"shape": "Mrecord", "style": "filled,bold,dashed", "fillcolor": "#BFE6D6", "color": "#00664B"},
    "gradient": {"shape": "Mrecord", "style": "filled,dashed", "fillcolor": "#FFFFFF", "color": BACK},
    "parameter gradient": {"shape": "record", "style": "filled,bold,dashed", "fillcolor": "#FFD98A", "color": BACK},
    "backward op": {"shape": "ellipse", "style": "filled", "fillcolor": "#F8D3BF", "color": BACK, **SMALL},
}
LOOKS["call"] = {"shape": "record", "style": "filled,rounded", "fillcolor": "#E6E6E6", "color": INK}
LOOKS["backward call"] = {**LOOKS["call"], "fillcolor": LOOKS["backward op"]["fillcolor"], "color": BACK}
LOOKS["change"] = {**LOOKS["call"], "style": "filled,bold,rounded", "fillcolor": "#FFFFFF", "color": "#8A5F00"}
LOOKS["returned"] = {**LOOKS["output"], "shape": "record"}
LOOKS["gradient sum"] = {**LOOKS["backward op"], "peripheries": "2"}

#: How each kind of arrow looks. Backward arrows are written from head to tail, so that they run beside the forward.
LINES = {
    "flow": {},
    "back": {"color": BACK},
    "use": {"style": "dashed", "color": FAINT, "arrowhead": "vee", "constraint": "false"},
    "give": {"style": "dashed", "color": FAINT, "arrowhead": "vee", "arrowtail": "vee"},
    "write": {"style": "bold", "color": "#8A5F00", "arrowhead": "empty", "constraint": "false"},
    "pair": {"style": "dotted", "color": "#8A5F00", "dir": "none", "penwidth": "1.5", "minlen": "0", "weight": "3"},
}

#: What stands between the lines of a record: a bar, or only a new line.
BARS = {"record": "|", "Mrecord": "\\n"}

FONT = "Helvetica"  # a name whose widths Graphviz knows without the font; every browser has its like
LONGEST = 60


def dot_source(graph, legend=True):
    """Return the graph as DOT text."""
    mirrored = any(box.kind == "op" for box in graph.boxes)
    lines = [
        "digraph tensorgrad {",
        f"  graph [rankdir={graph.direction}, nodesep=0.25, ranksep=0.3, fontname={quoted(FONT)}, fontsize=12]",
        f'  node [fontname={quoted(FONT)}, fontsize=11, height=0.3, margin="0.1,0.04", color={quoted(INK)}]',
        f'  edge [fontname={quoted(FONT)}, fontsize=9, arrowsize=0.7, color={quoted(INK)}, fontcolor="#555555"]',
    ]
    lines += [f"  {box.id} {attributes(node(box, graph.direction))}" for box in graph.boxes]
    lines += cluster_lines(graph.boxes)
    lines += [arrow_line(arrow, mirrored) for arrow in graph.arrows]
    lines += legend_lines(graph) if legend else []
    return "\n".join([*lines, "}"]) + "\n"


def node(box, direction):
    """Return the attributes of a box."""
    look = LOOKS[box.kind]
    if look["shape"] in BARS:
        label = BARS[look["shape"]].join(record(line) for line in box.lines)
        label = label if direction == "LR" else "{" + label + "}"  # fields are stacked, whichever way the graph runs
    else:
        label = "\\n".join(plain(line) for line in box.lines)
    return {"label": label, **look, "tooltip": plain(box.name or box.kind)}


def arrow_line(arrow, mirrored):
    look = dict(LINES[arrow.kind])
    if arrow.label:
        look["label"] = plain(arrow.label)
    tail, head = arrow.tail.id, arrow.head.id
    if arrow.kind in ("back", "give") and mirrored:
        tail, head, look["dir"] = head, tail, "back"
    return f"  {tail} -> {head}" + (f" {attributes(look)}" if look else "")


def cluster_lines(boxes):
    """Return the lines that put boxes into nested frames, one for each call of a layer."""
    members, children = {}, {}
    for box in boxes:
        for n in range(1, len(box.cluster) + 1):
            path = box.cluster[:n]
            if path not in members:
                members[path] = []
                children.setdefault(path[:-1], []).append(path)
        if box.cluster:
            members[box.cluster].append(box.id)
    return [line for path in children.get((), ()) for line in frame(path, members, children)]


def frame(path, members, children):
    """Return the lines of one frame and of those inside it."""
    pad = "  " * len(path)
    number, name = path[-1]
    look = {"label": plain(name), "style": "rounded,filled", "color": "#BBBBBB", "fillcolor": "#F7F7F7",
            "fontname": FONT, "labeljust": "l"}  # fmt: skip
    lines = [f"{pad}subgraph cluster_{number} {{", f"{pad}  graph {attributes(look)}"]
    if members[path]:
        lines.append(f"{pad}  {'; '.join(members[path])}")
    for child in children.get(path, ()):
        lines += frame(child, members, children)
    return [*lines, f"{pad}}}"]


def legend_lines(graph):
    """Return the lines of a row of samples, one for each kind of box there is."""
    kinds = [kind for kind in LOOKS if graph.count(kind)]
    if len(kinds) < 3:
        return []
    lines = ["  subgraph legend {", f"    node {attributes({'fontsize': '9', 'height': '0.2', 'tooltip': 'legend'})}"]
    for i, kind in enumerate(kinds):
        lines.append(f"    key{i} {attributes({'label': kind, **LOOKS[kind], 'fontsize': '9'})}")
    row = " -> ".join(f"key{i}" for i in range(len(kinds)))
    return [*lines, f"    {row} {attributes({'style': 'invis'})}", "  }"]


def attributes(pairs):
    return "[" + ", ".join(f"{key}={quoted(value)}" for key, value in pairs.items()) + "]"


def quoted(text):
    """Return ``text`` as a DOT string; its backslashes are already as Graphviz wants them."""
    return '"' + text.replace('"', '\\"') + '"'


def plain(text):
    r"""Return ``text`` for a label: drawn as it is, whatever is in it.

    >>> print(plain('a\\b & "c"'))
    a\\b &amp; "c"
    """
    return clean(text).replace("\\", "\\\\").replace("&", "&amp;")


def record(text):
    """Return ``text`` for a field of a record label, in which braces, bars, angles and spaces mean something.

    >>> print(record("{x | y}"))
    \\{x \\| y\\}
    """
    return "".join("\\" + c if c in "{}|<>" else c for c in plain(text))


def clean(text):
    """Return ``text`` on one line, without what SVG cannot hold, at most 60 characters long."""
    text = str(text)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)
