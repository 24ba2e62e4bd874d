"""A report as plain text, as a coloured table and as HTML: all three show the same cells and sentences."""

import sys

HEADS = ("input", "given", "wrong", "‖g−ĝ‖/(‖g‖+‖ĝ‖)", "worst element")
COLOURS = {"right": "green", "probably right": "green", "doubtful": "yellow", "wrong": "red"}


def row_cells(r):
    """Return the cells of one input, in the order of HEADS."""
    return r.label, r.given, r.count(), f"{r.difference:.1e}: {r.band}", r.worst()


def sentences(report):
    """Return the sentences below the table: causes, hints, notes and the method."""
    hints = [r.hint for r in report.inputs if r.hint]
    return [*report.causes, *dict.fromkeys(hints), *report.notes, f"({report.method})"]


def report_text(report):
    """Return the report as text, in columns."""
    rows = [HEADS, *map(row_cells, report.inputs)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["  ".join([c.ljust(w) for c, w in zip(row, widths, strict=False)] + [row[4]]) for row in rows]
    return "\n  ".join([report.headline(), *lines, *sentences(report)])


def terminal_text(report):
    """Return the coloured table where the output is a terminal, else plain text."""
    if not getattr(sys.stdout, "isatty", lambda: False)():
        return report_text(report)
    from rich.console import Console  # 60 ms of import, for a terminal

    console = Console()
    with console.capture() as captured:
        console.print(rich_report(report))
    return captured.get().rstrip("\n")


def rich_report(report):
    """Return the report as rich's Group: headline, table, sentences."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(*HEADS, header_style="bold")
    for r in report.inputs:
        colour = "red" if r.wrong else "green"
        name, given, count, difference, worst = row_cells(r)
        marked = f"{'✗' if r.wrong else '✓'} {name}"  # readable without colour
        table.add_row(
            Text(marked, colour), Text(given), Text(count, colour), Text(difference, COLOURS[r.band]), Text(worst)
        )
    said = [Text(s, "bold") for s in report.causes]
    rest = [Text(s) for s in sentences(report)[len(said) :]]
    return Group(Text(report.headline(), "bold green" if report else "bold red"), table, *said, *rest)


def report_html(report):
    """Return the report as an HTML table for a notebook."""
    from html import escape

    left = "style='text-align:left; padding:0 1.5em 0 0'"
    head = "".join(f"<th {left}>{escape(h)}</th>" for h in HEADS)
    body = ""
    for r in report.inputs:
        name, *rest = row_cells(r)
        row = "".join(f"<td {left}>{escape(c)}</td>" for c in (f"{'✗' if r.wrong else '✓'} {name}", *rest))
        body += f"<tr style='color:{'#b00020' if r.wrong else 'inherit'}'>{row}</tr>"
    said = "".join(f"<div><b>{escape(s)}</b></div>" for s in report.causes)
    said += "".join(f"<div>{escape(s)}</div>" for s in sentences(report)[len(report.causes) :])
    mark = "✓" if report else "✗"
    return f"<div><b>{mark} {escape(report.headline())}</b><table><tr>{head}</tr>{body}</table>{said}</div>"
