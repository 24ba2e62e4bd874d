"""Draw the house from its imports, as docs/architecture.svg: ``python -m docs.architecture``."""

from pathlib import Path

from tensorgrad.draw.export.graphviz import render_svg, shrink_to_page
from tests.test_architecture import FILES, ROOMS, imported, parts, room

PICTURE = Path(__file__).with_suffix(".svg")

#: The rooms inside compile: draw is above them, and compile above draw, as a program can draw itself.
INNER = "compile.*"

#: What a floor is called, and its rooms; all others stand on the ground, from which all may import.
FLOORS = {
    "for users": ["models", "utils", "testing", "exercises", "numpy", "methods"],
    "networks, under Keras's names": [
        "activations",
        "initializers",
        "losses",
        "metrics",
        "optimizers",
        "layers",
        "callbacks",
        "training",
    ],
    "what reads the graph": [INNER, "draw", "compile", "check", "debug", "transforms"],
    "the graph and its derivatives": ["core", "ops", "special", "nn", "backward", "forward", "graph", "linalg", "fft"],
}
COLOURS = ("#e8f0fe", "#e6f4ea", "#fef7e0", "#fce8e6")
SHOWN = {name for rooms in FLOORS.values() for name in rooms}


def box(names):
    """Return what a module, given as ``["draw", "text", "names"]``, is drawn as."""
    outer, _, inner = room(names).partition(".")
    return INNER if inner and outer == "compile" else outer


def boxes():
    """Return the boxes from the ground up, each where the last of its rooms stands."""
    return list(dict.fromkeys(box(name.split(".")) for name in reversed(ROOMS)))[::-1]


def imports():
    """Return ``{box: the boxes it imports from}``."""
    found = {name: set() for name in boxes()}
    for path in FILES:
        if parts(path):
            found[box(parts(path))] |= {box(target) for _, target in imported(path)}
    return {name: below - {name} for name, below in found.items()}


def arrows():
    """Return the pairs ``(box, box below)`` that say all: an import that others imply is left out."""
    direct, reached = imports(), {}
    for name in boxes():  # from the ground up, so that those below are done
        reached[name] = set(direct[name]).union(*(reached[below] for below in direct[name]))
    return [
        (name, below)
        for name in boxes()
        for below in sorted(direct[name])
        if not any(below in reached[other] for other in direct[name])
    ]


def ground():
    """Return the rooms that are on no floor."""
    return [name for name in boxes() if name not in SHOWN]


def dot():
    """Return the picture as DOT text."""
    lines = ["digraph house {", '  nodesep=0.25; ranksep=0.4; fontname="Helvetica"; fontcolor="#5f6368"',
             '  node [shape=box, style="rounded,filled", fontname="Helvetica", color="#80868b"]',
             '  edge [color="#80868b", arrowsize=0.6]']  # fmt: skip
    for i, (floor, rooms) in enumerate(FLOORS.items()):
        lines += [f"  subgraph cluster_{i} {{", f'    label="{floor}"; labeljust=l; color="#dadce0"']
        lines += [f'    "{name}" [fillcolor="{COLOURS[i]}"]' for name in rooms] + ["  }"]
    lines += [f'  "{a}" -> "{b}"' for a, b in arrows() if b in SHOWN]
    lines += [f'  label="on the ground, for all: {", ".join(ground())}"', "}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(shrink_to_page(render_svg(dot())))
