"""Names that do harm where they are taken for anything but text, by a seeded generator; functions that bear them."""

import builtins
import random
import types

#: What ends a line somewhere: for Python, for str.splitlines, for a terminal, for JavaScript.
SEPARATORS = ["\n", "\r", "\r\n", *"\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"]
#: Characters that nobody sees, that turn the line around, or that no file can hold.
UNSEEN = [
    *"\x00\x07\x08\x1b\x7f\x9b\xad\u200b\u200d\u200e\u202a\u202e\u2066\u2069\ufeff\ufffe\ud800\udfff",
    "\U000e0041",
]

#: Code that leaves a file and a mark behind wherever it runs.
MARK = "__import__('builtins').ran.append(1)"
CODE = [f"open('X','w'); {MARK}", f"if open('X','w') and {MARK}:\n        0", f"({MARK}, open('X', 'w'))"]

#: Names that mean something to Python, to NumPy or to what is generated; as identifiers some of them are equal.
SPOKEN = """
np np_add np_exp run open exec eval compile print len range float __import__ __builtins__ __name__ self None True
lambda class for if return import yield async x y g v0 v1 t1 a0 b0 buffer0 arrays kept out empty step i w lr
numpy tensorgrad µ μ ﬁ fi ſ s ℌ H ª a ｘ Ａ ᵀ xᵀ ² ∂ ∂x __proto__ constructor end subgraph graph node digraph style
click classDef default
"""
WORDS = SPOKEN.split()
FORMATS = [
    "", " ", "  ", "%s", "%n%d%(x)s", "{}", "{0}", "{x!r}", "{{}}", "{", "}", '"', "'", '"""', "'''", '\\"', "\\",
    "\\\\", "\\n", "\\u2028", "\\x00", "#", "# comment", "a # b", "; x = 1", "a, b", "f(x)", "a = b", "-->", "a -> b",
    "n0 -> n1", "]", "a]; n9 -> n8 [", "../../x", "/etc/passwd", "..\\..\\x", "file://x", "C:\\new\\text.py", "a/b/c",
    "/", "a/", "<b>bold</b>", "<script>alert(1)</script>", "</script><script>1</script>", "<!--", "-->",
    "<!-- <script>", "]]>", "&amp;", "&#10;", "&lt;", "<img src=x onerror=alert(1)>", "' onload='x", '" onload="x',
    "<?xml?>", "<![CDATA[", "</text>", "</svg>", "{{data}}", "${x}", "`x`", "**b**", "%%{init: {}}%%", "%% comment",
    "style:#34;", "classDef:#1;", "#quot;", "|x|", "{x|y}", "<f0> x", "\\N", "\\G", "\\l", "\\E", "$x$", "$$x$$",
    "$\\alpha$", "$\\frac{", "\\input{x}", "x_1^2", "\\sigma", "\\nu", "\\rho", "[red]x[/]", "[/]", "\\[red]",
    "[link=x]", ":smile:", "[bold", "\x1b[31mred", "\x1b]0;title\x07", "\x9b31m", "\x08\x08\x08", "\r", "\t", "× 3",
    "× x", "index=1", "= 1", "הערך", "العربية", "隐藏", "capa_ñ", "🙂", "👩‍💻", "e\u0301", "Z\u0335\u0351", "▁▂▃", "…",
    "name", "loss", "val_loss", "kernel",
]  # fmt: skip
LONG = "n" * 100_000


def hostile_names(count=300, seed=0):
    """Return so many different names, the same in every run: all above, code behind what ends a line, and mixtures."""
    rng = random.Random(seed)
    plain = [*WORDS, *FORMATS, *UNSEEN, *SEPARATORS, LONG, LONG + "m", "µ" * 300]
    broken = [f"h{end}    {code}" for end in SEPARATORS for code in CODE]
    broken += [
        "'); " + CODE[0] + " #",
        '"""\n' + CODE[0] + '\n"""',
        "')\n" + CODE[0],
        "x=" + CODE[2],
        "{" + CODE[2] + "}",
    ]
    mixed = []
    while len(mixed) < count:
        parts = rng.choices([*plain, *broken], k=rng.choice([2, 2, 3, 5]))
        mixed.append("".join(part[:200] for part in parts))
    names = list(dict.fromkeys([*plain, *broken]))
    return list(dict.fromkeys([*names, *mixed]))[: max(count, len(names))]


#: One of each kind, for what takes longer.
FEW = [
    "h\n    " + CODE[0], "a\u2028b\x85c", "\x1b[31mred\x9b\x00", "x\u202ey\ud800", "</script><script>1</script><!--",
    '"]; n9 -> n8 [x="', "{x|y}<f0>\\N\\", "$\\frac{ $", "\\[red]x[/] :smile:", '#quot; `x` "$$', LONG, "\\n", "\n",
    "np_add", "xᵀ&#10;<b>", "  x ", "g",
]  # fmt: skip


def harmless(names):
    """Return as many names that harm nobody."""
    return [f"name{i}" for i in range(len(names))]


def renamed(function, args=None, file=None, name=None):
    """Return ``function`` with other names of its arguments, of its file, of itself: more than a compiler lets pass."""
    code = function.__code__
    changes = {"co_varnames": (*args, *code.co_varnames[len(args) :])} if args else {}
    changes |= {"co_filename": file} if file is not None else {}
    changes |= {"co_name": name, "co_qualname": name} if name is not None else {}
    made = types.FunctionType(code.replace(**changes), function.__globals__, name, None, function.__closure__)
    made.__name__ = made.__qualname__ = name if name is not None else function.__name__
    return made


class Watch:
    """A block, in an empty folder, in which no code of a name may run and no file may appear."""

    def __init__(self, folder, monkeypatch):
        folder.mkdir()
        monkeypatch.chdir(folder)
        monkeypatch.setattr(builtins, "ran", [], raising=False)
        self.folder = folder

    def check(self):
        assert not builtins.ran, "code in a name ran"
        assert not list(self.folder.iterdir()), "a file appeared"
