"""A derivative rule as text, ``'g × b'``, read from the source of the rule, so that text and rule agree."""

import ast
import linecache
import re
from functools import lru_cache

#: A formula longer than this keeps the names of its parts; one with code in it is said in general terms.
LONGEST = 72
CODE = re.compile(r"slice\(| for | if |lambda|\*\[")

#: What may stand in a formula for an argument's letter: a short name, or a number; and letters that it cannot replace.
NAME = re.compile(r"[^\W\d]\w{0,15}|-?[\d.]+(e-?\d+)?")
RAISED = re.compile(r"[ᵃᵇ]")

#: Calls that fit shapes or dtypes together, or mind a 0, and say nothing in a formula.
SILENT = {"expand", "reshape", "astype", "broadcast_to", "expand_dims", "squeeze", "copy", "flatten_axes",
          "unflatten_axes", "offsets_from_first", "upcast", "zero_to_inf", "conj_complex",
          "of_kind", "beside", "unused_at_zero"}  # fmt: skip
TRANSPOSED = {"swap", "transpose", "matrix_transpose", "swapaxes"}
WORDS = {"zero_of": "0", "zeros_like": "0", "ones_like": "1", "reduction_size": "n", "degrees_of_freedom": "n"}
SUMS = {"sum", "reduce"}
SETTINGS = {"axis", "axes", "keepdims"}
SIGNS = ((" * ", " × "), (" / ", " ÷ "), (" - ", " − "), (" >= ", " ≥ "), (" <= ", " ≤ "),
         ("**2", "²"), ("**3", "³"), (" ** 2", "²"), (" ** 3", "³"), ("**", "^"))  # fmt: skip


def formula(op, i=0):
    """Return the vector-Jacobian rule of an op's ``i``-th input as text; '' if it has none.

    >>> import tensorgrad as tg
    >>> formula(tg.ops.multiply.op, 0), formula(tg.ops.sigmoid.op), formula(tg.ops.matmul.op, 1)
    ('g × b', 'g × y × (1 − y)', 'aᵀ @ g')

    A rule whose source says nothing, or cannot be read, is the transpose of the op's Jacobian:

    >>> formula(tg.REGISTRY["concatenate"])
    'concatenateᵀ(g)'
    """
    rule = op.rule(i)
    if rule is None:
        return ""
    text = formula_of(rule)
    if not text:
        arg = op.args[0 if op.variadic else i]
        return f"{op.name}ᵀ(g)" if op.kind == "linear" else f"(∂{op.name}/∂{arg})ᵀ g"
    return text if op.kind != "elementwise" or re.search(r"\b[gh]\b", text) else f"g × {text}"


def substitute_names(text, called):
    """Return a formula with names in place of the letters of an op's arguments, if all are short words.

    called: ``{letter: name}``; ``g`` is the gradient, so nothing else can be called that

    >>> substitute_names("g @ bᵀ", {"a": "x", "b": "hidden/kernel"}), substitute_names("g × b", {"a": "w", "b": "-3"})
    ('g @ kernelᵀ', 'g × (-3)')
    >>> substitute_names("g × b", {"a": "a", "b": "two words"})
    'g × b'
    """
    words = {letter: name.rpartition("/")[2] for letter, name in called.items()}
    if RAISED.search(text) or not all(NAME.fullmatch(word) and word != "g" for word in words.values()):
        return text
    given = {letter: f"({word})" if word.startswith("-") else word for letter, word in words.items()}
    return re.sub(r"(?<![\w.])[^\W\d]\w*?(?=ᵀ|²|³|\W|$)", lambda word: given.get(word[0], word[0]), text)


@lru_cache(1024)
def formula_of(rule):
    """Return what a rule's docstring calls it (``∂/∂a: ...``), else what its ``return`` computes, else ''."""
    said = re.match(r"∂/∂\w+: ``(.+?)``", getattr(rule, "__doc__", None) or "")
    if said:
        return replace_operators(said[1])
    node = definition_of(rule)
    texts = [returned_expression(node, inline) for inline in (True, False)] if node is not None else []
    texts = [text for text in texts if not CODE.search(text)]
    return next((text for text in texts if len(text) <= LONGEST), min(texts, key=len, default=""))


def used_in(rule):
    """Return the names of the arguments that a rule uses.

    >>> import tensorgrad as tg
    >>> used_in(tg.ops.relu.op.rule(0)), used_in(tg.ops.sparse_cross_entropy.op.rule(0))
    (('g', 'y'), ('g', 'p', 'ids'))
    """
    node = definition_of(rule)
    if node is None:
        return ()
    body = node.body if isinstance(node.body, list) else [node.body]
    found = {part.id for statement in body for part in ast.walk(statement) if isinstance(part, ast.Name)}
    rule = getattr(rule, "__wrapped__", rule)
    return tuple([name for name in rule.__code__.co_varnames[: rule.__code__.co_argcount] if name in found])


def definition_of(rule):
    """Return the syntax tree of a function's definition, or None where its source is not to be had."""
    rule = getattr(rule, "__wrapped__", rule)  # one that computes in a wider dtype is known by what it wraps
    code = getattr(rule, "__code__", None)
    if code is None:
        return None
    try:
        found = definitions("".join(linecache.getlines(code.co_filename, rule.__globals__)))
    except SyntaxError:
        return None
    nodes = [node for first, node in found if first == code.co_firstlineno]
    nodes = [node for node in nodes if isinstance(node, ast.Lambda) == (code.co_name == "<lambda>")]
    return next((node for node in nodes if len(nodes) == 1 or contains_code(node.body, code)), None)


@lru_cache(64)
def definitions(text):
    """Return ``[(first line, node)]`` for each function in a source text, decorators included."""
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.Lambda, ast.FunctionDef))]
    return [(min([n.lineno, *(d.lineno for d in getattr(n, "decorator_list", ()))]), n) for n in nodes]


def contains_code(body, code):
    """Return whether the code of a lambda was compiled from this expression, one of several on a line."""
    places = [(line, column) for line, _, column, _ in code.co_positions() if column]
    first, last = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    return any(first <= place < last for place in places)


def returned_expression(node, inline):
    """Return the expression that a function returns; with ``inline``, local names as what they stand for."""
    algebra, result = Algebra(), node.body if isinstance(node, ast.Lambda) else None
    for line in node.body if result is None else ():
        if isinstance(line, ast.Assign) and inline:
            algebra.note(line.targets[0], line.value)
        elif isinstance(line, ast.Return):
            result = line.value
    return "" if result is None else replace_operators(ast.unparse(algebra.simplify(result)))


def replace_operators(text):
    """Return Python's operators as a formula writes them.

    >>> replace_operators("2.0 * g * x ** 2 - -y")
    '2 × g × x² − −y'
    """
    for old, new in SIGNS:
        text = text.replace(old, new)
    text = re.sub(r"(?<![\w)\]])-(?=[\w(])", "−", text)
    text = re.sub(r"\b(\d+)\.0\b", r"\1", text).replace(" × 1 ", " ").replace(" × 1)", ")")
    return re.sub(r"\(\(([^()]*)\)\)", r"(\1)", text)


class Algebra(ast.NodeTransformer):
    """Takes NumPy's bookkeeping out of an expression and leaves the algebra."""

    def __init__(self):
        self.meaning = {}  # local name -> the expression it stands for

    def simplify(self, node):
        """Return the algebra of an expression, which itself stays as it is."""
        return self.visit(ast.parse(ast.unparse(node), mode="eval").body)

    def note(self, target, value):
        """Remember what the names of an assignment stand for."""
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=False))
        self.meaning.update([(name.id, self.simplify(part)) for name, part in pairs if isinstance(name, ast.Name)])

    def visit_Name(self, node):
        return self.meaning.get(node.id, node)

    def visit_Attribute(self, node):
        if node.attr in ("T", "mT"):
            return transpose_text(self.visit(node.value))
        return ast.Name(node.attr) if is_numpy(node.value) else ast.Attribute(self.visit(node.value), node.attr)

    def visit_Call(self, node):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        method = isinstance(node.func, ast.Attribute) and not is_numpy(node.func.value)
        args = [self.visit(x) for x in ([node.func.value] if method else []) + node.args]
        return simplify_call(name, args) if args else node


def simplify_call(name, args):
    """Return the call of a function as algebra."""
    if name in SILENT:
        return args[0]
    if name in TRANSPOSED:
        return transpose_text(args[0])
    if name in WORDS:
        return ast.Name(WORDS[name])
    if name in ("product", "ratio", "over") and len(args) == 2:
        return ast.BinOp(args[0], ast.Mult() if name == "product" else ast.Div(), args[1])
    if name in SUMS:
        return ast.Call(ast.Name("Σ"), args[:1], [])
    return ast.Call(ast.Name(name), [x for x in args if not (isinstance(x, ast.Name) and x.id in SETTINGS)], [])


def transpose_text(node):
    text = ast.unparse(node)
    return ast.Name(f"{text}ᵀ" if text.isidentifier() else f"({text})ᵀ")


def is_numpy(node):
    """Return whether an expression is ``np``, ``np.add`` or ``np.linalg``."""
    inner = node.value if isinstance(node, ast.Attribute) else node
    return (inner is not node and is_numpy(inner)) or (isinstance(node, ast.Name) and node.id == "np")
