"""How many planted faults the checks find, and how many of the mistakes they name: ``python -m tests.check.rates``.

A fault counts as named if the report says the words that were written down for it beforehand; where nothing can be
known (``says`` is '') it counts as not named.
"""

from tensorgrad.check import check_gradients
from tensorgrad.errors import ShapeError
from tests.check.networks import NETWORKS


def verdict(network, name):
    """Return ``(found, named, words)`` for one fault of a network written by hand."""
    fault = network.faults[name]
    try:
        report = check_gradients(network.loss, network.faulty(name), network.params, *network.data)
        found, said = not report, [*(r.hint for r in report.inputs if r.hint), *report.notes]
    except ShapeError as error:
        found, said = True, [str(error)]
    return found, bool(fault.says) and any(fault.says in words for words in said), " / ".join(said)


def hand_written():
    """Yield ``(network, fault, found, named, words)`` for every planted fault."""
    for label, network in NETWORKS.items():
        for name in network.faults:
            yield (label, name, *verdict(network, name))


def networks():
    """Print a line for every fault in the networks, and return the rates in words."""
    rows = list(hand_written())
    for label, name, found, named, words in rows:
        print(f"{label:24} {name:36} {'found' if found else 'MISSED':7} {'named' if named else '-':6} {words}")
    found, named = (sum(row[i] for row in rows) for i in (2, 3))
    return (
        f"{len(NETWORKS)} networks written by hand, {len(rows)} planted faults: {found} found "
        f"({100 * found / len(rows):.0f} %), {named} mistakes named ({100 * named / len(rows):.0f} %)"
    )


#: What is measured: each prints its cases, and returns its rates in words.
PARTS = (networks,)


def main():
    print("\n".join([part() for part in PARTS]))


if __name__ == "__main__":
    main()
