"""Section 5.3: in a real browser, names, texts, rooms and titles with markup stay text on every page."""

import os
import re

import pytest

from lab.techniques import TECHNIQUES
from support import toy_technique
from support.board import lines, open_board
from support.hostile_texts import AUTHOR, NAME, TEXT
from support.processes import ServerProcess
from support.technique_io import STAGES, publish

# Names that scripts or spreadsheets could take for code, and letters of several code points.
ROOMS = ["-1-1", "__proto__", "constructor", "_", "物理课", "\u0915\u094d\u0937"]
REFUSED = re.compile(r"40[04] \(")
MADE = "return document.querySelectorAll('main img, main script, main a[href^=javascript], main [onerror]').length"
WATCH = "window.own = () => { window.owned = true; }"
RUN = "return window.owned === true"


def check(window, title):
    """Fail if a foreign text has become an element, has run as a script, or has changed the page's title."""
    assert window.driver.execute_script(MADE) == 0
    assert window.driver.execute_script(RUN) is False
    assert window.driver.title == title
    assert window.complaints() == []


def say(window, form, name, text):
    """Publish by the page's form; a script fills it in and sends it, because not all characters can be typed."""
    window.driver.execute_script(
        """const form = document.querySelector(arguments[0]);
        if (form.author) form.author.value = arguments[1];
        form.text.value = arguments[2];
        form.requestSubmit();""",
        form,
        name,
        text,
    )


def test_a_foreign_message_is_text_on_the_page_of_a_technique(server, window, technique, room):
    publish("polling", server, room, TEXT, AUTHOR)
    title = window.chat(server, technique, room).driver.title
    window.driver.execute_script(WATCH)
    publish("polling", server, room, TEXT, AUTHOR)
    window.until_texts(TEXT, TEXT)
    assert window.texts(".message .author") == [AUTHOR, AUTHOR]
    say(window, ".composer", AUTHOR, "by the page")
    window.until_texts(TEXT, TEXT, "by the page")
    check(window, title)


@pytest.mark.parametrize(("technique", "stage"), STAGES)
def test_a_foreign_message_is_text_on_the_page_of_a_stage(server, window, room, technique, stage):
    window.open(server, technique, "stages", stage, room).until_state("OPEN 1")
    title = window.driver.title
    window.driver.execute_script(WATCH)
    for shortest in window.all("[data-part=interval]:not([hidden]) option:first-child"):
        shortest.click()
    text = " ".join(TEXT.split("\n"))  # the field has one line
    say(window, "[data-part=form]", AUTHOR, text)
    window.until(lambda: window.one("[data-part=delivered]").text == "1", "it is not delivered")
    assert any("<script>own()</script>" in line for line in window.texts("[data-part=frames] .down"))
    check(window, title)


def test_a_foreign_message_is_text_on_the_board_and_in_the_inspector(lab, window):
    board = open_board(window, lab)
    title = board.driver.title
    board.driver.execute_script(WATCH)
    say(board, ".composer", AUTHOR, TEXT)
    for technique in TECHNIQUES:
        frame = board.one(f"iframe[data-technique={technique}]")
        board.driver.switch_to.frame(frame)
        board.until_texts(TEXT.replace("\r", "\n"))  # as a textarea stores it
        assert board.texts(".message .author") == [AUTHOR]
        assert board.driver.execute_script(MADE) == 0
        board.driver.switch_to.default_content()
        shape = {"sse": "event", "websocket": "frame"}.get(technique, "answer")
        lines(board, technique, shape)
        entry = f"#as-text [data-technique={technique}] [data-shape={shape}]"
        board.driver.execute_script("document.querySelector(arguments[0]).click()", entry)
        board.until(lambda: board.all(".inspector[open] .parts"), "nothing is taken apart")
        assert "<script>own()</script>" in "".join(board.texts(".inspector .value"))
        board.one(".inspector [data-part=close]").click()
    check(board, title)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_may_have_an_odd_name(server, window, name):
    publish("polling", server, name, "hi", "__proto__")
    for page in ("compare", *TECHNIQUES):
        window.chat(server, page, name)
        panes = TECHNIQUES if page == "compare" else [page]
        for technique in panes:
            pane = f"section[data-technique={technique}]"
            window.until(lambda: "hi" in window.texts(f"{pane} .text"), "the history is missing")  # noqa: B023
        assert window.driver.title.startswith(f"\u2068{name}\u2069 · ")
        assert window.complaints() == []


def test_a_foreign_room_name_is_text_on_the_first_page_and_on_error_pages(server, window):
    for address in ("/?room={}", "/?room={}&to={}", "/polling/{}/", "/{}/", "/advise/?network={}&rate={}"):
        window.driver.get(server.url + address.replace("{}", "%22%3E%3Cimg%20src=x%20onerror=own()%3E%1b%5b2J"))
        assert window.driver.execute_script(MADE) == 0
        assert window.complaints(REFUSED) == []


@pytest.fixture(scope="module")
def titled(tmp_path_factory):
    """A server with a technique whose title and description have markup."""
    folder = tmp_path_factory.mktemp("techniques")
    toy_technique.write(folder, {'"A toy"': repr(NAME), "Toy: the browser": f"Toy: {NAME} the browser"})
    names = ",".join([*TECHNIQUES, "toy"])
    server = ServerProcess(tmp_path_factory.mktemp("data"), LAB_TECHNIQUES=names, PYTHONPATH=os.fspath(folder)).start()
    yield server
    server.stop()


@pytest.mark.parametrize("path", ["", "compare/titles/", "toy/titles/", "polling/titles/"])
def test_a_foreign_title_is_text(titled, window, path):
    window.driver.get(f"{titled.url}/{path}")
    window.driver.execute_script(WATCH)
    shown = window.texts("h1, h2, nav a, option")
    assert any(NAME in text for text in shown)
    check(window, window.driver.title)
