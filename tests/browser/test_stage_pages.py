"""Section 6: the page of each stage, in a real browser."""

import re
from importlib import import_module

import pytest

from lab.messages.validation import TEXT_MAX
from support.raw_http import post, room_path
from support.technique_io import STAGES

FORGETFUL = {
    "hold",
    "stream",
    "echo",
    "list",
    "sync",
    "async",
}  # these lose messages that are published while a reader is away


def click(window, part):
    window.one(f"[data-part={part}]").click()


def chips(window, trial=1):
    """Return the states of the chips of a stage."""
    return [chip.get_attribute("data-state") for chip in window.all(f".try:nth-of-type({trial}) .chip")]


def until_figures(window, **expected):
    """Wait until the ledger shows these numbers."""

    def shown():
        return {name: int(window.one(f"[data-part={name}]").text) for name in expected}

    window.until(lambda: shown() == expected, f"not {expected}, but {shown()}")


@pytest.mark.parametrize(("technique", "stage"), STAGES)
def test_a_stage_shows_its_code_its_traffic_and_lost_messages(server, window, room, technique, stage):
    window.open(server, technique, "stages", stage, room).until_state("OPEN 1")
    assert re.search("def deliver|class Consumer", window.one(".source pre").text)
    assert len(window.texts(".lead p")) == 2
    for shortest in window.all("[data-part=interval]:not([hidden]) option:first-child"):
        shortest.click()
    window.one("[data-part=form] button").click()
    window.until(lambda: any('"hello"' in line for line in window.texts("[data-part=frames] .down")), "nothing came")
    until_figures(window, published=1, delivered=1, missing=0)
    click(window, "client")
    window.until_state("CLOSED 3")
    assert window.texts("[data-part=states] span") == ["CONNECTING 0", "OPEN 1", "CLOSING 2", "CLOSED 3"]
    click(window, "burst")
    until_figures(window, published=6)
    click(window, "open")
    window.until_state("OPEN 1")
    lost = 5 if stage in FORGETFUL else 0
    until_figures(window, published=6, delivered=6 - lost, missing=lost)
    state = "lost" if lost else "twice" if stage == "whole" else "delivered"
    window.until(lambda: chips(window) == [state] * 5, "the chips show something else")
    if stage == "etag":
        window.until(lambda: "↓ 304 " in window.texts("[data-part=frames] .down span"), "nothing is unchanged")
    if technique == "websocket":
        click(window, "server")
        window.until_state("CLOSED 3")
        assert window.texts("[data-part=states] span")[-2:] == ["OPEN 1", "CLOSED 3"]
        assert "1000" in window.one("[data-part=notice]").text


def test_two_stages_are_tried_side_by_side(server, window, room):
    window.open(server, "longpoll", "stages", "hold", room).until_state("OPEN 1")
    window.one("[name=beside] option:last-child").click()
    window.until(lambda: window.texts(".try .pill") == ["OPEN 1"] * 2, "two stages do not open")
    assert window.texts(".try h2.place") == ["1 hold", "3 after"]
    click(window, "burst")
    window.until(lambda: chips(window, 2) == ["delivered"] * 5, "the finished stage loses messages")
    window.until(lambda: set(chips(window)) <= {"delivered", "lost"} and len(chips(window)) == 5, "no chips")
    assert chips(window)[0] == "delivered"  # a request was held
    marked = window.all(".source:nth-of-type(3) mark")
    assert [mark.text.strip().split(":")[0] for mark in marked][:1] == ["# To blame"]
    assert len(marked) == 2
    assert window.complaints() == []


def test_a_stage_shows_why_a_text_was_refused_and_keeps_it(server, window, room, technique):
    window.open(server, technique, "stages", import_module(technique).STAGES[0], room).until_state("OPEN 1")
    window.driver.execute_script("document.querySelector('[name=text]').value = 'x'.repeat(arguments[0])", TEXT_MAX + 1)
    window.one("[data-part=form] button").click()
    window.until(lambda: "at most 4,000 characters" in window.one("[data-part=notice]").text, "no reason is given")
    assert len(window.one("[name=text]").get_property("value")) == TEXT_MAX + 1
    assert window.complaints(re.compile(r"400 \(Bad Request\)")) == []


def test_the_traffic_of_a_stage_breaks_no_word(server, window, room, technique):
    for width, height in [(1366, 768), (390, 844)]:
        with window.sized(width, height):
            window.open(server, technique, "stages", import_module(technique).STAGES[-1], room).until_state("OPEN 1")
            window.one("[data-part=form] button").click()
            window.until(lambda: window.texts("[data-part=frames] .down"), "nothing came")
            assert window.broken_words("main") == []


def test_an_adaptive_client_doubles_its_pause_until_there_is_a_message(server, window, room):
    window.open(server, "polling", "stages", "adaptive", room)
    script = """
        const [done] = arguments, pages = [[], [], [], [], ["news"], []];
        import(document.querySelector("[data-client]").dataset.client).then(({ Client }) => {
          const client = new Client("polling", "room");
          done(pages.map((messages) => client.pause({ messages })));
        });
    """
    assert window.driver.execute_async_script(script) == [2_000, 4_000, 8_000, 8_000, 1_000, 2_000]


def test_a_right_to_left_text_does_not_affect_its_neighbours(server, window, room):
    window.open(server, "polling", "stages", "after", room)
    post(server.url, room_path("polling", room), {"author": "Ann", "text": "\u202eleft"})
    window.until(lambda: any("left" in line for line in window.texts("[data-part=frames] .down span")), "nothing came")
    style = "return getComputedStyle(document.querySelector('[data-part=frames] .down span')).unicodeBidi"
    assert window.driver.execute_script(style) == "isolate"
