"""A rule as its author wrote it: for what a recording cannot show, such as the mask of a relu."""

import re

#: How Python's operators are written in a picture.
SIGNS = ((" * ", " × "), (" / ", " ÷ "), (" - ", " − "), ("np.", ""), (" >= ", " ≥ "), (" <= ", " ≤ "))


def rule_source(rule):
    """Return ``(text, names of the arguments that it uses)`` of a rule; the text is '' unless it is one expression.

    >>> import tensorgrad as tg
    >>> rule_source(tg.ops.relu.op.rule(0))
    ('g × (y > 0)', ('g', 'y'))
    >>> rule_source(tg.ops.sparse_cross_entropy.op.rule(0))
    ('', ('g', 'p', 'ids'))
    """
    import ast  # 4 ms with inspect, and only a picture of a backward with masks pays it
    import inspect

    try:
        lines, first = inspect.findsource(rule)
    except (OSError, TypeError):  # typed at a prompt, or written in C
        return "", ()
    node = definition(ast, lines, first, rule.__code__)
    if node is None:
        return "", ()
    body = node.body if isinstance(node.body, list) else [ast.Return(node.body)]
    body = [part for part in body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    found = {part.id for statement in body for part in ast.walk(statement) if isinstance(part, ast.Name)}
    given = rule.__code__.co_varnames[: rule.__code__.co_argcount]
    one = len(body) == 1 and isinstance(body[0], ast.Return)
    return pretty(ast.unparse(body[0].value)) if one else "", tuple(name for name in given if name in found)


def rule_doc(op, i):
    """Return the formula that the docstring of a rule begins with, or ''.

    >>> import tensorgrad as tg
    >>> rule_doc(tg.ops.power.op, 1), rule_doc(tg.ops.sparse_cross_entropy.op, 0)
    ('g × aᵇ ln a', 'g (1 − one_hot/q) ÷ Σp')
    """
    found = re.match(r"∂/∂\w+: ``([^`]+)``", op.rule(i).__doc__ or "")
    if found is None:
        return ""
    text = pretty(found[1])
    return text if re.search(r"\bg\b", text) else f"g × {text}" if op.kind == "elementwise" else ""


def definition(ast, lines, first, code):
    """Return the tree of the lambda or function that ``code`` was made from, or None."""
    for node in ast.walk(ast.parse("".join(lines))):
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno and same(node, code):
            return node
        named = isinstance(node, ast.FunctionDef) and node.name == code.co_name and same(node, code)
        if named and abs(node.lineno - first - 1) <= len(node.decorator_list):  # many are called _
            return node
    return None


def same(node, code):
    """Return whether a function in the source has the arguments of ``code``."""
    return [a.arg for a in node.args.args] == list(code.co_varnames[: code.co_argcount])


def pretty(text):
    """Return Python source as a formula.

    >>> pretty("g * (y > zero(y)) / np.sqrt(x)")
    'g × (y > 0) ÷ sqrt(x)'
    """
    for sign, shown in SIGNS:
        text = text.replace(sign, shown)
    return re.sub(r"\bzero\(\w+\)", "0", text)
