"""The picture as Mermaid's text, which GitHub, GitLab and many editors draw by themselves."""

from ..text.format import clean, frame_title
from .dot import LOOKS

#: What stands around the words of a box; anything else is a rectangle.
AROUND = {"ellipse": ("([", "])"), "note": (">", "]"), "component": ("[[", "]]")}
ARROWS = {"use": "-.->", "give": "-.->", "pair": "-.-"} | dict.fromkeys(("next", "next back", "write", "back"), "==>")


def mermaid(graph):
    """Return a Graph as Mermaid's text.

    >>> from tensorgrad.draw.diagram.diagram import Graph
    >>> graph = Graph("LR")
    >>> w, double = graph.add("parameter", "w", ["w", "float64[2]"]), graph.add("op", "multiply", ["×"])
    >>> graph.connect(w, double, label="a")
    >>> print(mermaid(graph).partition("  classDef")[0], end="")
    flowchart LR
      n0["w<br>float64[2]"]:::parameter
      n1(["×"]):::op
      n0 -->|"a"| n1
    """
    lines = [f"flowchart {graph.direction}"]
    lines += [f"  {mermaid_node(box)}" for box in graph.boxes if not box.cluster]
    lines += mermaid_frames(graph)
    lines += [mermaid_arrow(arrow) for arrow in graph.arrows if arrow.kind != "beside"]
    kinds = dict.fromkeys(box.kind for box in graph.boxes)
    return "\n".join([*lines, *(class_definition(kind) for kind in kinds)]) + "\n"


def mermaid_node(box):
    look = LOOKS[box.kind]
    first, last = AROUND.get(look["shape"], "()" if "rounded" in look.get("style", "") else "[]")
    return f'{box.id}{first}"{"<br>".join(map(escape_mermaid, box.lines))}"{last}:::{class_of(box.kind)}'


def mermaid_frames(graph):
    """Return the lines of the boxes in frames, each frame once for each run of boxes that stand in it."""
    members: dict = {}
    children: dict = {}
    lines = []
    for box in graph.boxes:
        for n in range(1, len(box.cluster) + 1):
            if box.cluster[:n] not in members:
                members[box.cluster[:n]] = []
                children.setdefault(box.cluster[: n - 1], []).append(box.cluster[:n])
        if box.cluster:
            members[box.cluster].append(box)

    def frame(path):
        pad, (number, name) = "  " * len(path), path[-1]
        lines.append(f'{pad}subgraph c{number}["{escape_mermaid(frame_title(name, graph.frames.get(number)))}"]')
        lines.extend(f"{pad}  {mermaid_node(box)}" for box in members[path])
        for child in children.get(path, ()):
            frame(child)
        lines.append(f"{pad}end")

    for path in children.get((), ()):
        frame(path)
    return lines


def mermaid_arrow(arrow):
    label = f'|"{escape_mermaid(arrow.label)}"|' if arrow.label else ""
    return f"  {arrow.tail.id} {ARROWS.get(arrow.kind, '-->')}{label} {arrow.head.id}"


def class_definition(kind):
    look = LOOKS[kind]
    paint = [f"fill:{look.get('fillcolor', 'none')}", f"stroke:{look.get('color', 'none')}", "color:#111"]
    paint += ["stroke-width:2px"] if "bold" in look.get("style", "") else []
    paint += ["stroke-dasharray:5 3"] if "dashed" in look.get("style", "") else []
    return f"  classDef {class_of(kind)} {','.join(paint)}"


def class_of(kind):
    return kind.replace(" ", "_")


def escape_mermaid(text):
    """Return text that Mermaid shows as it is: what it would read, as a tag, style or formula, is written as a number.

    >>> escape_mermaid('a "b" <c>')
    'a #34;b#34; #60;c#62;'
    """
    return "".join(f"#{ord(c)};" if c in '"#&<>`\\|{}$:' else c for c in clean(text)) or " "
