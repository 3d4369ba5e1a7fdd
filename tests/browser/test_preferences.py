"""Section 5.6: a reader's preference for a dark theme or for little motion, pages on paper, and a chat page's lane."""

import re

import pytest

from support.board import open_board

NUMBER = re.compile(r"[\d.]+")
BACKGROUND = "return getComputedStyle(document.documentElement).backgroundColor"
PIXEL = """
const canvas = document.querySelector(arguments[0]);
const pixel = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
return Array.from(pixel.data);
"""
# Whether a canvas stays the same for some frames.
STILL = """
const [selector, done] = arguments;
const picture = () => document.querySelector(selector).toDataURL();
const before = picture();
let frames = 10;
const next = () => ((frames -= 1) ? requestAnimationFrame(next) : done(picture() === before));
requestAnimationFrame(next);
"""
# How many pixels of a canvas have its own colour, that of the strokes.
DRAWN = """
const canvas = document.querySelector(arguments[0]);
const probe = document.createElement("canvas").getContext("2d");
probe.fillStyle = getComputedStyle(canvas).color;
probe.fillRect(0, 0, 1, 1);
const colour = new Uint32Array(probe.getImageData(0, 0, 1, 1).data.buffer)[0];
const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
return new Uint32Array(data.buffer).filter((pixel) => pixel === colour).length;
"""
# Whether the page is wider than the paper, and what is cut off.
CUT_OFF = """
const boxes = document.querySelectorAll(".scroll, .log, .about, .source pre, .sideways");
const cut = Array.from(boxes).filter((each) => each.scrollHeight > each.clientHeight + 1);
return [document.documentElement.scrollWidth > innerWidth + 1, cut.map((each) => each.className)];
"""
PAGES = ["", "advise/", "polling/lobby/", "longpoll/stages/hold/lobby/", "compare/lobby/"]


def brightness(colour):
    """Return the brightness, from 0 to 255, of [red, green, blue, …] or of a colour as CSS writes it."""
    parts = NUMBER.findall(colour) if isinstance(colour, str) else colour
    red, green, blue = (float(part) for part in parts[:3])
    return 0.3 * red + 0.6 * green + 0.1 * blue


@pytest.mark.parametrize("path", PAGES)
def test_every_page_follows_the_theme_of_the_system(server, window, path):
    window.driver.get(f"{server.url}/{path}")
    with window.preferring(color_scheme="light"):
        assert brightness(window.driver.execute_script(BACKGROUND)) > 200
    with window.preferring(color_scheme="dark"):
        assert brightness(window.driver.execute_script(BACKGROUND)) < 50


def test_the_lanes_are_drawn_again_when_the_theme_changes(lab, window):
    open_board(window, lab)

    def level():
        return brightness(window.driver.execute_script(PIXEL, "[data-row=polling] [data-part=lane]"))

    for _ in range(2):
        with window.preferring(color_scheme="dark"):
            window.until(lambda: level() < 80, "it stays light")
        with window.preferring(color_scheme="light"):
            window.until(lambda: level() > 200, "it stays dark")


def test_a_lane_stands_still_for_readers_who_prefer_little_motion(server, window, room):
    window.open(server, "sse", room).until_state("OPEN 1")
    lane = "[data-live=sse]"
    window.say("hi").until_texts("hi")
    assert not window.driver.execute_async_script(STILL, lane)
    with window.preferring(reduced_motion="reduce"):
        window.until(lambda: window.driver.execute_async_script(STILL, lane), "it moves")


def test_a_chat_page_draws_what_it_sends_and_receives(server, window, technique, room):
    window.chat(server, technique, room)
    lane = f"[data-live={technique}]"
    before = window.driver.execute_script(DRAWN, lane)
    window.say("1", "2", "3", "4", "5").until_texts("1", "2", "3", "4", "5")
    window.until(lambda: window.driver.execute_script(DRAWN, lane) > before + 500, "the messages are not drawn")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_on_paper(server, window, path):
    window.driver.get(f"{server.url}/{path}")
    with window.sized(718, 1000), window.preferring("print"):  # A4 between its margins, at 96 dpi
        assert window.driver.execute_script(CUT_OFF) == [False, []]
        assert not any(button.is_displayed() for button in window.all(".language button, .composer button"))
