"""``python -m benchmarks [eager] [scale] [import]``: all of them unless some are named."""

import sys
import warnings

from . import eager, imports, scale
from .runner import contestants, machine, measure, table


def eager_report():
    parts = []
    for title, constants in (("h * w + b, with gradients of x, w and b", False),
                             ("h * 1.01 + 0.5, with the gradient of x", True)):  # fmt: skip
        steps = contestants(eager.makers(constants))
        parts.append(table(f"**4×4 float32, 20 × ({title}), sum, backward**", measure(steps)))
    return "\n\n".join(parts)


REPORTS = {"eager": eager_report, "scale": scale.report, "import": imports.report}


def main(names):
    warnings.simplefilter("ignore")  # a peer's, at import
    unknown = [name for name in names if name not in REPORTS]
    if unknown:
        sys.exit(f"no benchmark named {unknown[0]!r}; there are {', '.join(REPORTS)}")
    print(machine(), end="\n\n")
    for name in names or REPORTS:
        print(REPORTS[name](), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
