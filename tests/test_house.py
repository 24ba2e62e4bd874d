"""docs/architecture.md: its picture shows today's imports, its files are there, its code is the tested reference."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs import architecture as house

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def titles(kind):
    """Return the titles of the picture's nodes or edges."""
    groups = ElementTree.parse(house.PICTURE).iterfind(".//{*}g[@class]")
    return sorted(g.findtext("{*}title") for g in groups if g.get("class") == kind)


def test_the_picture_shows_the_rooms_there_are():
    assert titles("node") == sorted(set(house.boxes()) - set(house.ground())), "run python -m docs.architecture"
    assert f"on the ground, for all: {', '.join(house.ground())}" in house.PICTURE.read_text()


def test_the_picture_shows_the_imports_there_are():
    assert titles("edge") == sorted(f"{a}->{b}" for a, b in house.arrows() if b in house.SHOWN)


def test_nothing_on_the_ground_imports_from_a_floor():
    below = house.imports()
    assert {name: below[name] & house.SHOWN for name in house.ground() if below[name] & house.SHOWN} == {}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tensorgrad/[\w/.]+)`", PAGE))))
def test_a_station_is_there(path):
    assert (ROOT / path).exists()


def test_each_way_has_its_stations():
    ways = re.findall(r"^### Through `(.*?)`\n\n(.*?)(?=^##)", PAGE, re.S | re.M)
    assert [name for name, _ in ways] == ["loss.backward()", "model.fit(x, y)", "tg.gradcheck(f, x)", "tg.draw(loss)"]
    for name, stations in ways:
        assert len(re.findall(r"^\d\. `tensorgrad/", stations, re.M)) >= 5, name


def test_the_backward_shown_is_the_one_tested():
    source = (ROOT / "tests" / "backward" / "test_reference_backward.py").read_text()
    reference = re.search(r"# the reference\n(.*?)\n+# the end of the reference", source, re.S).group(1)
    assert f"```python\n{reference}\n```" in PAGE
    assert reference.partition("\n\n\n")[0].count("\n") == 14, "fifteen lines"
