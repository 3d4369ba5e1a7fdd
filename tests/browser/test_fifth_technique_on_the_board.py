"""A fifth technique on the board: it has its pane, its lane and its row on the scoreboard."""

import re

import pytest

from lab.techniques import TECHNIQUES
from support import toy_technique
from support.processes import wired_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lab with its wires and the toy; yields the address of its pages."""
    folder = tmp_path_factory.mktemp("techniques")
    toy_technique.write(folder)
    with wired_lab(tmp_path_factory.mktemp("data"), toy_technique.environment(folder)) as address:
        yield address


@pytest.mark.server
def test_a_fifth_technique_is_on_the_scoreboard(window, lab):
    window.driver.get(f"{lab}/compare/toy/")
    states = ["OPEN 1"] * (len(TECHNIQUES) + 1)
    window.until(lambda: window.texts("[data-row] [data-part=state]") == states, "the panes do not open")
    window.one("[data-part=controls] > summary").click()
    script = """return Array.from(document.querySelectorAll("[data-part=scores] tbody tr"),
        (row) => Array.from(row.cells, (cell) => cell.textContent.trim()))"""

    def scores():
        return {row[0]: row[1:] for row in window.driver.execute_script(script)}

    window.until(scores, "nothing is counted yet")
    window.one("[data-part=once]").click()
    window.until(lambda: scores().get("A toy", ["0"])[0] == "1", f"it is not counted: {scores()}")
    assert len(scores()) == len(TECHNIQUES) + 1
    assert re.search(r"[1-9]", scores()["A toy"][3])  # bytes per message
