"""Statements as data, and blocks with fewer of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A statement: of what kind it is, its text, and the block under it."""

    kind: str
    text: str
    body: tuple = ()

    def source(self, indent=""):
        """Return the statement as source."""
        under = "".join(line.source(indent + "    ") for line in self.body) if self.body else ""
        if self.text.endswith(":") and not under:
            under = indent + "    pass\n"
        return "".join(f"{indent}{row}\n" for row in self.text.split("\n")) + under

    def kinds(self):
        """Yield the kinds of the statement and of those under it."""
        yield self.kind
        for line in self.body:
            yield from line.kinds()


def parsed(kind, text):
    """Return the Lines of a text, nested as it is indented.

    >>> [(line.text, len(line.body)) for line in parsed("loop", "s = 0\\nfor i in x:\\n    s += i")]
    [('s = 0', 0), ('for i in x:', 1)]
    """
    found, rows = [], text.split("\n")
    while rows:
        head, under = rows.pop(0), []
        while rows and rows[0].startswith("    "):
            under.append(rows.pop(0)[4:])
        found.append(Line(kind, head, parsed(kind, "\n".join(under)) if under else ()))
    return tuple(found)


def without_one(items):
    """Yield tuples with half of the items, then with one item less."""
    items = tuple(items)
    if len(items) > 3:
        yield items[: len(items) // 2]
        yield items[len(items) // 2 :]
    for i in reversed(range(len(items))):
        yield items[:i] + items[i + 1 :]


def fewer_lines(lines):
    """Yield blocks with fewer statements, those under loops and branches too."""
    yield from without_one(lines)
    for i, line in enumerate(lines):
        if line.body:
            yield (*lines[:i], *line.body, *lines[i + 1 :])
            for body in fewer_lines(line.body):
                if body:
                    yield (*lines[:i], Line(line.kind, line.text, body), *lines[i + 1 :])
