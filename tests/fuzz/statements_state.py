"""What a function captures and what is changed between calls; and what it counts, keeps and draws itself."""

#: ``name: (the Line that makes it, templates that read it, Lines that change it between calls)``.
CAPTURED = {
    "rate": (
        "rate = 0.5", ["{v} = {x} * rate", "{v} = rate + {y}", "{x} *= rate", "{v} = rate"],
        ["rate = 0.25", "rate = 2", "rate = 2.0", "rate = True", "rate = -0.0", "rate = np.float32(0.5)", "rate = 2**70",
         "rate = np.array(0.5)", "rate = array(3, (3,))"],
    ),
    "mode": (
        "mode = 'up'", ["{v} = {x} * 2 if mode == 'up' else {x} - 1", "{v} = mode", "if mode != 'up':\n    {x}[...] = 0"],
        ["mode = 'down'", "mode = 'up'", "mode = None"],
    ),
    "sizes": (
        "sizes = [1, 2.0, 3]", ["{v} = {x} * sizes[0]", "for size in sizes:\n    {x} += size", "{v} = len(sizes) + {x}",
                                "{v} = sum(sizes) * {x}", "{v} = [{x} * size for size in sizes]"],
        ["sizes[0] = 5", "sizes[0] = 1.0", "sizes.append(4)", "sizes.pop()", "sizes = [7, 8]", "sizes.reverse()",
         "sizes[:] = [2, 2]"],
    ),
    "table": (
        "table = {'k': 2.0, 'name': 'a'}", ["{v} = {x} * table['k']", "{v} = {x} * sum(v for v in table.values() if v == v)",
                                            "{v} = {x} * table.get('other', 1)", "{v} = len(table) * {x}"],
        ["table['k'] = 3.0", "table['other'] = 4", "table.pop('k', None)", "table = {'k': 1}", "table['k'] = 2",
         "table.update(k=-1.0)"],
    ),
    "config": (
        "config = Box(rate=0.5, inner=Box(k=[1, 2]), shift=np.array(1.0))",
        ["{v} = {x} * config.rate", "{v} = {x} * config.inner.k[0]", "{v} = {x} + config.shift", "{v} = {x} * config.kind",
         "{v} = {x} * getattr(config, 'extra', 1.0)", "{v} = {x} + float(config.shift)"],
        ["config.rate = 0.75", "config.rate = 1", "config.inner.k[0] = 9", "config.inner = Box(k=(3, 4))", "config.extra = 2.5",
         "Box.kind = 4.0", "config.shift += 1", "config.shift = np.array(3.0)", "config = Box(rate=3.0, inner=Box(k=[5]), "
         "shift=np.array(0.0))", "config.kind = 8.0", "config.shift[...] = 7.0"],
    ),
    "scale0": (
        "scale0 = np.array(2.0)", ["{v} = {x} * scale0", "{v} = {x} * float(scale0)", "scale0[...] = scale0 * 0.5",
                                   "{v} = {x} * scale0.item()", "if scale0 > 1:\n    {x}[...] = 0"],
        ["scale0[...] = 3.0", "scale0 = np.array(4.0)", "scale0 *= 2", "scale0.fill(-1.0)"],
    ),
    "vector": (
        "vector = array(5, (3,), 'float32')",
        ["{v} = {x} * vector[0]", "{v} = vector * {c}", "vector[0] = {c}", "np.add(vector, 1, out=vector)", "{v} = vector",
         "{v} = {x} + vector.sum()", "vector[...] = np.sort(vector)", "{v} = {x}[vector.astype(int) % 1]",
         "{v} = [{x} * float(item) for item in vector]", "{v} = {x} * len(vector)"],
        ["vector[0] = 9", "vector = array(6, (3,), 'float32')", "vector *= 2", "vector = array(6, (4,))",
         "vector = vector[::-1]", "vector = vector.astype('int8')"],
    ),
    "helper": (
        "def helper(x):\n    return x * 2", ["{v} = helper({x})", "{v} = helper(helper({x}))"],
        ["def helper(x):\n    return x + 10", "helper = np.negative", "helper = lambda x: x - 1"],
    ),
    "functions": (
        "functions = [np.sin, np.negative]", ["{v} = functions[0]({x})", "for function in functions:\n    {v} = function({x})"],
        ["functions[0] = np.cos", "functions.reverse()", "functions = [np.exp]"],
    ),
    "ids": (
        "ids = np.array([0, 0])", ["{v} = {a}[ids]", "{a}[ids] += 1", "{v} = np.take({a}, ids, 0)", "np.add.at({a}, ids, 1)",
                                   "ids[0] = 0"],
        ["ids[0] = 1", "ids = np.array([1, 0])", "ids = np.array([0])"],
    ),
}  # fmt: skip
#: What a function does beside computing; a program that does it only once is wrong, one that refuses is right.
COUNTERS = {
    "count": ("count = 0", ["global count\ncount += 1\n{v} = {x} * count", "global count\ncount += 1"]),
    "counter": ("counter = {'n': 0}", ["counter['n'] += 1", "counter['n'] += 1\n{v} = {x} + counter['n']"]),
    "seen": ("seen = []", ["seen.append({x}.sum())", "seen.append(1)", "seen.append({x})", "{v} = {x} * len(seen)"]),
    "state": ("state = Box(n=0, last=None)", ["state.n += 1", "state.last = {x}", "state.last = {x} * 2",
                                              "{v} = {x} * state.n\nstate.n = state.n + 1"]),
    "rng": ("rng = np.random.default_rng(7)", ["{v} = {x} + rng.normal()", "{v} = rng.normal(size={x}.shape) * {x}",
                                               "{v} = rng.integers(0, 9)", "{v} = rng.permutation({a})", "rng.shuffle({a})",
                                               "{v} = {x} * rng.random({x}.shape)", "{v} = rng.choice({V})"]),
    "old": ("old = np.random.RandomState(7)", ["{v} = {x} + old.normal(size={x}.shape)", "{v} = old.rand() * {x}"]),
    "generators": ("", ["{v} = {x} + np.random.rand()", "{v} = np.random.normal(size={x}.shape) * {x}",
                        "{v} = {x} * random.random()", "np.random.shuffle({a})", "np.random.seed(3)",
                        "{v} = {x} + np.random.default_rng(5).normal()"]),
    "steps": ("steps = iter(range(100))", ["{v} = {x} * next(steps)"]),
    "cache": ("cache = {}", ["cache[len(cache)] = 1", "cache['x'] = {x}", "{v} = {x} + cache.setdefault('k', 3)"]),
    "total": ("total = np.zeros(())", ["np.add(total, {x}.sum(), out=total)", "total[...] = total + 1\n{v} = {x} * total"]),
}  # fmt: skip
