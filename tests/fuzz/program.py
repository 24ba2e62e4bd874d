"""A program as data: what is captured, a function of a few statements, and rounds of changes and calls."""

from dataclasses import dataclass, replace

from .lines import fewer_lines, without_one
from .ways import EAGER, EXACT, IN_BLOCKS, LOOSE


@dataclass(frozen=True)
class Round:
    """What happens before a call, and the call's arguments as source: ``(name, source)``."""

    lines: tuple
    arguments: tuple


@dataclass(frozen=True)
class Param:
    """A parameter: its name, how it is given (``""``, ``"*"``, ``"keyword"``), and its default."""

    name: str
    how: str = ""
    default: str = ""

    def call(self, source):
        """Return how an argument is passed; one of ``*args`` is several already."""
        return f"{self.name}={source}" if self.how == "keyword" else source


FORMS = {
    "tuple": "({},)", "list": "[{}]", "nested": "({{'a': [{}]}}, 'text', None)", "pair": "Pair(({},), 1)",
}  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A function and its calls.

    captured: Lines of the module; enclosed: ``(name, source)`` of what the function closes over
    returned: names, in a structure of this form; options: of ``tg.compile``, as source
    threads:  whether it is also run with every stretch of rows cut into blocks
    """

    name: str
    captured: tuple
    enclosed: tuple
    params: tuple
    body: tuple
    returned: tuple
    form: str
    rounds: tuple
    options: str = ""
    threads: bool = False

    def ways(self):
        """Return the ways in which the program is run."""
        return EAGER, LOOSE if "exact=False" in self.options else EXACT, *[IN_BLOCKS] * (self.threads and self.exact)

    exact = property(lambda self: "exact=False" not in self.options)

    def signature(self):
        """Return the parameters as source."""
        shown, star = [], False
        for p in sorted(self.params, key=lambda p: ("", "*", "keyword").index(p.how)):
            if p.how == "keyword" and not star:
                shown.append("*")
            star = star or p.how in ("*", "keyword")
            shown.append(("*" if p.how == "*" else "") + p.name + (f"={p.default}" if p.default else ""))
        return ", ".join(shown)

    def result(self):
        """Return what the function returns, as source."""
        if self.form == "one" and len(self.returned) == 1:
            return self.returned[0]
        return FORMS.get(self.form, FORMS["tuple"]).format(", ".join(self.returned)) if self.returned else "None"

    def definition(self):
        """Return the function, compiled by the namespace's ``compiled``, as source."""
        head, deep = (["def make():"], "    ") if self.enclosed else ([], "")
        rows = head + [f"{deep}{name} = {source}" for name, source in self.enclosed]
        rows.append(f"{deep}def f({self.signature()}):")
        text = "\n".join(rows) + "\n" + "".join(line.source(deep + "    ") for line in self.body)
        text += f"{deep}    return {self.result()}\n"
        for name, _ in self.enclosed:
            text += f"    def set_{name}(new):\n        nonlocal {name}\n        {name} = new\n"
        if self.enclosed:
            setters = [f"set_{name}" for name, _ in self.enclosed]
            text += f"    return {', '.join(['f', *setters])},\n{', '.join(['plain', *setters])}, = make()\n"
        else:
            text += "plain = f\n"
        return text + f"f = compiled(plain{', ' + self.options if self.options else ''})\n"

    def call(self, number):
        """Return the call of a round as source."""
        given = dict(self.rounds[number].arguments)
        ordered = sorted((p for p in self.params if p.name in given), key=lambda p: p.how == "keyword")
        return f"result{number} = f({', '.join(p.call(given[p.name]) for p in ordered)})\n"

    def blocks(self):
        """Yield ``(label, source)`` of what is run, in order; the state is compared after each."""
        yield "module", "".join(line.source() for line in self.captured) + self.definition()
        for i, one in enumerate(self.rounds):
            if one.lines:
                yield f"before {i}", "".join(line.source() for line in one.lines)
            yield f"call {i}", self.call(i)

    def kinds(self):
        """Return the kinds of the statements, each once, in order."""
        lines = [*self.captured, *self.body, *[line for r in self.rounds for line in r.lines]]
        return tuple(dict.fromkeys(kind for line in lines for kind in line.kinds()))

    def smaller(self):
        """Yield programs with a little less in them, the most different first."""
        for rounds in smaller_rounds(self.rounds):
            yield self.but(rounds=rounds)
        for body in fewer_lines(self.body):
            yield self.but(body=body)
        for name in ("returned", "enclosed", "captured"):
            for less in without_one(getattr(self, name)):
                yield self.but(**{name: less})
        yield from without_parameter(self)
        if self.form != "one":
            yield self.but(form="one" if len(self.returned) == 1 else "tuple") if self.form != "tuple" else self
        if self.options:
            yield self.but(options="")

    def script(self):
        """Return a script that runs the program, to be given ``tg.compile`` or anything else as ``compiled``."""
        return "".join(f"# {label}\n{source}" for label, source in self.blocks())

    def but(self, **changes):
        """Return the program with some parts replaced."""
        return replace(self, **changes)


def smaller_rounds(rounds):
    """Yield fewer rounds, and rounds with fewer lines."""
    if len(rounds) > 1:
        yield rounds[:-1]
        for i in range(1, len(rounds)):
            yield rounds[:i] + rounds[i + 1 :]
        yield rounds[1:]
    for i, one in enumerate(rounds):
        for lines in without_one(one.lines):
            yield (*rounds[:i], Round(lines, one.arguments), *rounds[i + 1 :])


def without_parameter(program):
    """Yield the program without one of its parameters."""
    for p in program.params:
        rounds = tuple(Round(r.lines, tuple(a for a in r.arguments if a[0] != p.name)) for r in program.rounds)
        yield program.but(params=tuple(q for q in program.params if q is not p), rounds=rounds)
