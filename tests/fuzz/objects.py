"""Arguments that are no arrays: Tensors, objects, lists, functions, slices, generators; and what is done with them."""

#: ``name: (sources, of which the first call has the first; templates that use it; Lines that change it between calls)``.
OBJECTS = {
    "t": (
        ["tg.Tensor(array({seed}, {shape}, 'float32'))", "tg.Tensor(array({seed}, {shape}, 'float32'), requires_grad=True)",
         "tg.Tensor(array({seed}, {shape}))", "tg.Parameter(array({seed}, {shape}, 'float32'))"],
        ["{v} = t.data * 2", "t.data += 1", "t.data[...] = {c}", "t.data = t.data * 0.5", "{v} = t * 2", "{v} = (t * t).sum()",
         "{v} = t.requires_grad", "{v} = tg.grad(lambda item: (item * item).sum())(t)", "{v} = t.data\n{v} -= {c}",
         "np.add(t.data, 1, out=t.data)", "{v} = t.numpy().sum()", "{v} = t.name", "t.data.sort(axis=0)", "{v} = t.detach()",
         "{v} = t[0]\n{v} += 1", "{v} = t.grad is None"],
        ["t.data = t.data + 1", "t.data[...] = 3", "t.requires_grad = not t.requires_grad", "t.grad = None", "held = t.data"],
    ),
    "box": (
        ["Box(k=2.0, ks=[1, 2])", "Box(k=3, ks=(4, 5))", "Box(k=2.0, ks=[1, 2], extra=1)"],
        ["{v} = {x} * box.k", "box.k += 1", "{v} = {x} * box.ks[0]", "box.last = {x} * 2", "{v} = {x} * box.kind",
         "{v} = {x} * len(vars(box))"],
        ["box.k = 7.0", "box.ks = [9]", "box.k = 2", "Box.kind = 3.0"],
    ),
    "how": (
        ["'up'", "'down'", "None", "b'up'", "'up'"],
        ["{v} = {x} * 2 if how == 'up' else {x} - 1", "{v} = how", "{v} = np.pad({x}, 1, mode='edge' if how == 'up' else 'wrap')",
         "if how is None:\n    {x}[...] = 0"], [],
    ),
    "shape": (
        ["(2, 2)", "(1, 3)", "(2, 2.0)", "(True, 2)", "[2, 2]", "(2, 2)"],
        ["{v} = np.zeros(shape) + {x}.sum()", "{v} = {x} * shape[0]", "{v} = {a}[: shape[0]]", "{v} = {x}.reshape(-1)[: shape[1]]",
         "{v} = np.broadcast_to({x}.sum(), shape) * 1", "{v} = shape[0] + shape[1]", "{v} = len(shape) * {x}",
         "{v} = sum(shape) * {x}"], [],
    ),
    "gen": (
        ["np.random.default_rng(4)", "np.random.default_rng(5)", "np.random.default_rng(4)"],
        ["{v} = {x} + gen.normal()", "{v} = gen.normal(size={x}.shape) * {x}", "{v} = gen.integers(9)", "{v} = {x} * 2"],
        ["gen.normal()"],
    ),
    "fn": (
        ["np.sin", "np.cos", "np.negative", "abs", "(lambda item: item * 2)"],
        ["{v} = fn({x})", "{x}[...] = fn({x})", "{v} = fn({x}).sum()"], [],
    ),
    "part": (
        ["slice(1, None)", "slice(None, None, -1)", "slice(0, 2)", "0", "...", "None", "[0, 0]", "np.array([0])"],
        ["{v} = {a}[part]", "{a}[part] = {c}", "{a}[part] += 1", "{v} = {a}[part] * 2"], [],
    ),
    "kind": (
        ["np.float32", "'float64'", "np.int64", "np.dtype('float16')", "float", "bool"],
        ["{v} = {x}.astype(kind)", "{v} = np.zeros_like({x}, kind) + 1", "{v} = {x}.sum(dtype=kind)", "{v} = np.add({x}, 1, dtype=kind, "
         "casting='unsafe')"], [],
    ),
    "ks": (
        ["[1, 2.0]", "[3, 4.0]", "[1.0, 2]", "[1, 2.0, 3]", "[True, -0.0]"],
        ["{v} = {x} * ks[0]", "ks.append(3)", "ks[0] += 1", "for k in ks:\n    {v} = {x} * k", "{v} = sum(ks) * {x}", "ks[0] = {x}.sum()",
         "{v} = [k * 2 for k in ks]", "{v} = ks", "{v} = ks + [1]"],
        ["ks[0] = 5", "ks.append(1)", "ks.reverse()"],
    ),
    "parts": (
        ["[array({seed}, {shape}), array(7, (2,))]", "[array({seed}, {shape}, 'float32'), array(7, (3,))]", "[array({seed}, {shape})] * 2"],
        ["parts[0] += 1", "for one in parts:\n    one *= 2", "parts.append({x})", "{v} = parts[0] * parts[1].sum()",
         "{v} = [one + 1 for one in parts]", "parts[1] = {x}", "{v} = parts[::-1]", "parts[0][...] = {c}", "{v} = parts.pop()",
         "parts[0], parts[1] = parts[1], parts[0]"],
        ["parts[0] += 1", "parts.reverse()", "parts[1] = parts[0]"],
    ),
    "table": (
        ["{{'a': 1, 'b': array({seed}, {shape})}}", "{{'b': array({seed}, {shape}), 'a': 1}}", "{{'a': 2.0, 'b': array({seed}, {shape})}}"],
        ["{v} = table['b'] * table['a']", "table['b'] += 1", "table['c'] = {x} * 2", "table['a'] += 1", "{v} = list(table)",
         "table['b'] = {x}", "{v} = [k for k in table.values()]", "{v} = dict(table, a={x})", "{v} = table.pop('a')"],
        ["table['a'] = 3", "table['b'] = table['b'] * 2", "table['b'][...] = 1"],
    ),
}  # fmt: skip


class Objects:
    """An argument that is no array."""

    def __init__(self, g):
        self.name = g.pick(OBJECTS)
        self.sources, self.uses, self.changes = OBJECTS[self.name]

    def source(self, g, sizes, first):
        """Return the source of such an object, one that is new."""
        source = self.sources[0] if first else g.pick(self.sources)
        return (
            source.replace("{{", "{")
            .replace("}}", "}")
            .replace("{seed}", str(g.int(0, 99)))
            .replace("{shape}", str(sizes))
        )
