"""Accessibility: axe-core finds no violation on any page, in both themes, on a screen, on a laptop and on a phone."""

import re
from importlib import import_module

import pytest

from benchmarks import report
from lab.techniques import TECHNIQUES
from support.axe import check
from support.board import choose, open_board, wait_for_results
from support.browsers import Keys
from support.fake_results import CALIBRATION, HOSTILE, all_techniques, make_folder, make_run, refused_run, sweep_of

THEMES = ["light", "dark"]
SIZES = [(1920, 1080), (1366, 768), (390, 844)]
LANGUAGES = ["en", "zh-hans"]
ROOM = "axe"
ADVICE = ["advise/", "advise/?rooms=9&clients=3", "advise/?latency_ms=1", "advise/?rate=20&clients=0"]
STAGES = [f"{name}/stages/{stage}/{ROOM}/" for name in TECHNIQUES for stage in import_module(name).STAGES]
CHATS = [f"compare/{ROOM}/", *[f"{name}/{ROOM}/" for name in TECHNIQUES]]
PAGES = ["", *ADVICE, "nothing/", "polling/no%20room/", *CHATS, *STAGES, f"{STAGES[0]}?beside=after"]
REFUSED = re.compile(r"40[04] \(")


def check_sizes(window, part="html"):
    """Check a page, or a part of it, in every theme and on every screen."""
    for theme in THEMES:
        for width, height in SIZES:
            with window.preferring(color_scheme=theme), window.sized(width, height):
                check(window, part)


@pytest.fixture(params=LANGUAGES)
def speaking(request, window, server):
    """A window in which the pages use this language."""
    window.driver.get(f"{server.url}/")
    window.driver.add_cookie({"name": "django_language", "value": request.param})  # for every port of the host
    return window


@pytest.mark.parametrize("path", PAGES)
def test_axe_accepts_the_pages_of_the_chat(server, speaking, path):
    window = speaking
    window.driver.get(f"{server.url}/{path}")
    if path in CHATS + STAGES:
        window.until_state("OPEN 1")
    if path in CHATS:
        window.say("hi")
        window.until(lambda: window.all(".message"), "nothing is delivered")
    check_sizes(window)
    assert window.complaints(REFUSED) == []


def test_axe_accepts_the_board_with_everything_open(lab, speaking):
    window = open_board(speaking, lab)
    check_sizes(window)
    for details in window.all("details:not([open]) > summary"):
        details.click()
    for toggle in window.all(".tools [aria-controls]"):
        toggle.click()
    choose(window, "one", 1)
    check_sizes(window)
    window.one(".scenes [data-part=run]").click()
    wait_for_results(window)
    window.driver.execute_script("document.querySelector('[data-part=faults] [name=seconds]').value = 0.5")
    window.one("[data-fault=freeze]").click()
    ended = {"Nothing was lost, nothing was repeated.", "没有丢失，也没有重复。"}
    window.until(lambda: set(window.texts(".outcome [role=status]")) & ended, "the fault has no end")
    window.until(lambda: window.all("[data-part=scores] td"), "no scores")
    check_sizes(window)


def test_axe_accepts_the_wall_and_its_cards(lab, speaking):
    window = open_board(speaking, lab, "?wall=1")
    check_sizes(window)
    for key in ("?", "q"):
        window.driver.switch_to.active_element.send_keys(key)
        window.until(lambda: window.all("dialog[open]"), "no card opens")
        check_sizes(window, "dialog[open]")
        window.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    window.driver.switch_to.active_element.send_keys("2")
    window.until(lambda: window.one("[data-part=run]").is_displayed(), "no scene is open")
    window.driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait_for_results(window)
    check_sizes(window)
    window.driver.switch_to.active_element.send_keys("f")
    window.until(lambda: all(window.texts(".said")), "no message is followed")
    check_sizes(window)


def test_axe_accepts_the_inspector(lab, speaking):
    window = open_board(speaking, lab)
    window.one(".tools [aria-controls=as-text]").click()
    for technique in TECHNIQUES:
        entry = f"#as-text [data-technique={technique}] button"
        window.until(lambda: window.all(entry), "nothing passes")  # noqa: B023
        window.driver.execute_script("document.querySelector(arguments[0]).click()", entry)
        window.until(lambda: window.all(".inspector[open] [data-part=body] > :nth-child(2)"), "nothing is taken apart")
        check_sizes(window, ".inspector")  # the board behind it is checked above
        window.one(".inspector [data-part=close]").click()


def test_axe_accepts_every_pane(lab, window):
    """Both as a frame of the board and as a page."""
    open_board(window, lab).say("hi")
    addresses = []
    for frame in window.all("iframe[data-frame]"):
        addresses.append(frame.get_property("src"))
        window.driver.switch_to.frame(frame)
        window.until(lambda: window.all(".message"), "nothing is delivered")
        check(window)
        window.driver.switch_to.default_content()
    for address in addresses:
        window.driver.get(address)
        check_sizes(window)


REPORTS = {
    "whole": (all_techniques(), {"calibration": CALIBRATION}),
    "swept": (sweep_of("clients", [10, 50, 200]), {"sweep": {"setting": "clients", "values": [10, 50, 200]}}),
    "refused": ([*all_techniques(1), refused_run("sse", HOSTILE, 2)], {"purpose": HOSTILE}),
    "lost": ([make_run(name, lost=3) for name in ("polling", "sse")], {}),
    "empty": ([], {}),
}


@pytest.mark.parametrize("kind", REPORTS)
def test_axe_accepts_a_report(window, tmp_path, kind):
    runs, more = REPORTS[kind]
    window.driver.get(report.write(make_folder(tmp_path / "results", runs, **more)).as_uri())
    for details in window.all("details:not([open]) > summary"):
        details.click()
    check_sizes(window)
