"""summary(): a model as a table."""

from __future__ import annotations

import sys
from typing import Any

from ..errors import printable_text, shorten_text

#: Longer names are cut, as they would make the table as wide.
LONGEST = 120


def summarize(
    model: Any, line_length: Any = None, print_fn: Any = None, expand_nested: Any = False, show_trainable: Any = False
) -> None:
    """Print a table of ``model``, or call ``print_fn`` with it as text."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=True, width=line_length, pad_edge=True)
    table.add_column("Layer (type)", min_width=None if line_length else 26, overflow="fold")
    table.add_column("Output Shape", min_width=None if line_length else 18, overflow="fold")
    table.add_column("Param #", justify="right", min_width=None if line_length else 10)
    if show_trainable:
        table.add_column("Trainable", justify="center")
    for cells in layer_rows(model.layers, expand_nested, show_trainable):
        table.add_row(Text.assemble(*cells[0]), *cells[1:])

    plain = print_fn is not None or not getattr(sys.stdout, "isatty", lambda: False)()
    colours: Any = {"color_system": None, "force_terminal": False} if plain else {}
    console = Console(highlight=False, **colours)
    needed = line_length or Console(width=10_000).measure(table).maximum
    if plain or line_length:
        console.width = max(needed, 60)  # lines in a file or a pipe need no wrapping
    with console.capture() as captured:
        console.print(Text(f'Model: "{name_text(model)}"', "bold"))
        console.print(table)
        for line in total_lines(model):
            console.print(line)
    text = captured.get().rstrip("\n")
    (print_fn or print)(text)


def layer_rows(layers: Any, expand_nested: Any, show_trainable: Any, indent: Any = "") -> Any:
    """Yield the cells of each layer, then of the layers inside it; the first cell is a list of parts with colours."""
    for layer in layers:
        cells = [
            (f"{indent}{name_text(layer)} (", (printable_text(type(layer).__name__), "cyan"), ")"),
            output_shape_text(layer),
            params_text(layer),
        ]
        if show_trainable:
            cells.append("-" if not layer.weights else "yes" if layer.trainable_weights else "no")
        yield cells
        if expand_nested:
            yield from layer_rows(getattr(layer, "layers", ()), expand_nested, show_trainable, indent + "  └ ")


def output_shape_text(layer: Any) -> str:
    shape = layer.output_shape
    return "?" if shape is None else f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def params_text(layer: Any) -> str:
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"


def total_lines(model: Any) -> Any:
    """Yield the lines under the table: numbers and sizes of all, trainable and other parameters."""
    groups = (
        ("Total", model.weights),
        ("Trainable", model.trainable_weights),
        ("Non-trainable", model.non_trainable_weights),
    )
    for name, weights in groups:
        count, size = sum(w.size for w in weights), sum(w.data.nbytes for w in weights)
        yield f"[bold] {name} params:[/] {count:,} ({size_text(size)})"


def size_text(size: Any) -> Any:
    """Return a number of bytes as people read it, in binary units, as Keras does.

    >>> size_text(0), size_text(1540), size_text(3 << 20)
    ('0.00 B', '1.50 KB', '3.00 MB')
    """
    unit = next((n for n in range(3) if size < 1024 ** (n + 1)), 3)
    return f"{size / 1024**unit:.2f} {('B', 'KB', 'MB', 'GB')[unit]}"


def name_text(layer: Any) -> str:
    """Return the name of a layer or model as rich can print it."""
    return printable_text(shorten_text(layer.name, LONGEST))
