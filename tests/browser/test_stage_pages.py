"""Section 6: the page of each step, in a real browser."""

import re
from importlib import import_module

import pytest

from lab.techniques import TECHNIQUES

STAGES = [(technique, stage) for technique in TECHNIQUES for stage in import_module(technique).STAGES]


@pytest.mark.parametrize(("technique", "stage"), STAGES)
def test_a_step_shows_its_source_and_what_passes_and_is_closed(server, window, room, technique, stage):
    window.open(server, technique, "stages", stage, room).until_state("OPEN 1")
    assert re.search("def deliver|class Consumer", window.one(".source pre").text)
    window.one("[data-part=form] button").click()
    window.until(lambda: any('"hello"' in line for line in window.texts("[data-part=frames] .down")), "nothing came")
    window.one("[data-part=client]").click()
    window.until_state("CLOSED 3")
    assert window.texts("[data-part=states] span") == ["CONNECTING 0", "OPEN 1", "CLOSING 2", "CLOSED 3"]


@pytest.mark.parametrize("stage", import_module("websocket").STAGES)
def test_the_server_closes_a_websocket_too(server, window, room, stage):
    window.open(server, "websocket", "stages", stage, room).until_state("OPEN 1")
    window.one("[data-part=server]").click()
    window.until_state("CLOSED 3")
    assert window.texts("[data-part=states] span") == ["CONNECTING 0", "OPEN 1", "CLOSED 3"]
    assert "1000" in window.one("[data-part=notice]").text
