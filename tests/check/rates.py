"""How many planted faults the checks find, how many mistakes they name, and how often they cry wolf.

``python -m tests.check.rates`` prints every fault and the rates. A fault counts as named if the report says the words
that were written down for it beforehand; where nothing can be known (``says`` is '') it counts as not named.
"""

import re

from tensorgrad.check import check_gradients, gradcheck
from tensorgrad.errors import ShapeError
from tests.check.faults import FAULTS
from tests.check.networks import NETWORKS
from tests.check.random_functions import random_function
from tests.check.random_networks import random_network


def check_fault(network, name):
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
            yield (label, name, *check_fault(network, name))


def of_ops():
    """Yield ``(fault, found, whether the op is named, whether the mistake is named, words)`` for our own ops."""
    for fault in FAULTS:
        with fault.planted():
            report = gradcheck(fault.f, fault.inputs, raise_exception=False)
        located = bool(report.causes) and re.match(rf"(wrong|no) rule: '{fault.op}' ", report.causes[0]) is not None
        named = bool(fault.says) and re.search(fault.says, report.hint) is not None
        yield str(fault), not report, located, named, " / ".join([*report.causes, report.hint])


def alarms(count=200):
    """Yield the words of those of ``count`` random functions, all of them right, that do not pass."""
    for seed in range(count):
        f, inputs, words = random_function(seed)
        if not gradcheck(f, inputs, raise_exception=False):
            yield words


def rules():
    """Print a line for every fault in the rules of ops, and return the rates in words."""
    rows = list(of_ops())
    for label, found, located, named, words in rows:
        marks = f"{'found' if found else 'MISSED':7} {'op' if located else '-':3} {'named' if named else '-':6}"
        print(f"{label:61} {marks} {words}")
    found, located, named = (sum(row[i] for row in rows) for i in (1, 2, 3))
    ops, total = len({fault.op for fault in FAULTS}), len(rows)
    return (
        f"{ops} ops, {total} faults planted in their rules: {found} found ({100 * found / total:.0f} %), "
        f"the op named in {located}, {named} mistakes named ({100 * named / total:.0f} %)"
    )


def right():
    """Print every random function that does not pass, and return how many there are in words."""
    found, networks = list(alarms()), 0
    print(*found, sep="\n", end="\n" * bool(found))
    for seed in range(200):
        loss, grads, params, data = random_network(seed)
        networks += not check_gradients(loss, grads, params, *data)
    return (
        f"200 random functions that are right: {len(found)} false alarms; "
        f"200 random networks with right gradients: {networks} false alarms"
    )


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
PARTS = (networks, rules, right)


def main():
    print("\n".join([part() for part in PARTS]))


if __name__ == "__main__":
    main()
