"""Section 5.5: the pages work in the oldest browsers that they support, and show a sentence in older ones."""

import re

import pytest

from lab.settings import TECHNIQUES
from support.browser_floor import OWN, TAKE_AWAY, YOUNGER, younger
from support.browsers import Keys
from support.processes import ROOT

FOLDERS = ("lab", *TECHNIQUES, "classroom")
SCRIPTS = [path for folder in FOLDERS for path in sorted((ROOT / folder / "static").rglob("*.js"))]
FLOOR = ["structuredClone", "AbortSignal.prototype.throwIfAborted", "Object.hasOwn", "Array.prototype.at"]
FLOOR += ["HTMLDialogElement", "Promise.any"]


@pytest.fixture
def before(window):
    """Return a function that makes a script run before the scripts of every page from now on."""
    scripts = []

    def run(source):
        scripts.append(window.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source}))
        return window

    yield run
    for script in scripts:
        window.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_script_uses_a_feature_that_the_oldest_browsers_lack(path):
    assert younger(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "newer"),
    [
        ("const all = AbortSignal.any([one, two]);", ["AbortSignal.any"]),
        ("await Promise.any([one]); // not AbortSignal.any", []),
        ("list.checkVisibility()", ["Element.checkVisibility"]),
        ("bytes += entry.transferSize;", ["PerformanceResourceTiming.transferSize"]),
        ("bytes += entry.transferSize ?? 0;", []),
        ("new SharedWorker(address)", ["SharedWorker"]),
        ("map.values().map((each) => each)", ["iterator helper"]),
        ("class A { static { B = 1; } }", ["static block"]),
        ("/(?<=a)b/u.test(text)", ["lookbehind"]),
    ],
)
def test_the_check_finds_newer_features(source, newer):
    assert younger(source) == newer


def test_the_labs_own_names_are_not_taken_for_the_browsers():
    assert set(YOUNGER) >= OWN
    written = "".join(path.read_text() for path in SCRIPTS)
    assert re.search(r"function difference\(", written)
    assert re.search(r"^  bytes = ", written, re.MULTILINE)


def test_the_pages_work_in_the_oldest_browsers(server, before, room):
    window = before(TAKE_AWAY)
    window.open(server)
    assert window.driver.execute_script("return [AbortSignal.any, window.OffscreenCanvas]") == [None, None]
    assert not window.one("[data-floor]").is_displayed()
    window.chat(server, "compare", room)
    window.one(".composer [name=text]").send_keys("to all", Keys.ENTER)
    for technique in TECHNIQUES:
        window.until_texts("to all", pane=f"section[data-technique={technique}]")
    assert not window.one("[data-floor]").is_displayed()


@pytest.mark.parametrize("feature", FLOOR)
def test_a_page_tells_an_older_browser_that_it_is_too_old(server, before, room, feature):
    window = before(f"delete {feature}")
    for parts in ([TECHNIQUES[0], room], [TECHNIQUES[0], room, "pane"]):
        window.open(server, *parts)
        window.until(lambda: window.one("[data-floor]").is_displayed(), "it does not say so")
    window.complaints()  # about the missing features
