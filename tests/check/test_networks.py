"""Ten networks written by hand: their gradients pass, every planted fault is found, nine of ten mistakes are named."""

import pytest

from tensorgrad.check import check_gradients
from tests.check.networks import NETWORKS
from tests.check.rates import check_fault, hand_written, networks

FAULTS = [(label, name) for label, network in NETWORKS.items() for name in network.faults]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_right_gradients_pass(network):
    report = check_gradients(network.loss, network.backward, network.params, *network.data)
    assert report
    assert report.difference < 1e-9
    assert [r.hint for r in report.inputs if r.hint] == []
    assert report.notes == ()


@pytest.mark.parametrize(("label", "name"), FAULTS, ids=[f"{label}: {name}" for label, name in FAULTS])
def test_a_planted_fault_is_found_and_its_mistake_named(label, name):
    found, named, words = check_fault(NETWORKS[label], name)
    assert found
    assert named == bool(NETWORKS[label].faults[name].says), words


def test_the_rates(capsys):
    rows = list(hand_written())
    assert len(NETWORKS) >= 10
    assert len(rows) >= 20
    assert all(found for _, _, found, _, _ in rows)
    assert sum(named for *_, named, _ in rows) >= 0.9 * len(rows)
    assert networks() == "10 networks written by hand, 36 planted faults: 36 found (100 %), 34 mistakes named (94 %)"
    assert len(capsys.readouterr().out.splitlines()) == len(rows)
