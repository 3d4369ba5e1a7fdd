"""Section 5.5: the oldest browsers that the pages serve, and what they say to those that are older."""

import re

import pytest

from lab.settings import TECHNIQUES
from support.browser_floor import OWN, TAKE_AWAY, YOUNGER, younger
from support.browsers import Keys
from support.processes import ROOT

SCRIPTS = [path for folder in ("lab", *TECHNIQUES) for path in sorted((ROOT / folder / "static").rglob("*.js"))]
FLOOR = ["structuredClone", "AbortSignal.prototype.throwIfAborted", "Object.hasOwn", "Array.prototype.at"]
FLOOR += ["HTMLDialogElement", "Promise.any"]


@pytest.fixture
def before(window):
    """Return a function that runs a script before those of every page from then on."""
    scripts = []

    def run(source):
        scripts.append(window.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source}))
        return window

    yield run
    for script in scripts:
        window.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_script_uses_what_browsers_of_the_floor_lack(path):
    assert younger(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
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
def test_the_lint_sees_it(source, found):
    assert younger(source) == found


def test_names_of_the_labs_own_are_not_the_browsers():
    assert set(YOUNGER) >= OWN
    written = "".join(path.read_text() for path in SCRIPTS)
    assert re.search(r"function difference\(", written)
    assert re.search(r"^  bytes = ", written, re.MULTILINE)


def test_the_pages_work_in_a_browser_of_the_floor(server, before, room):
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
def test_a_page_says_to_a_browser_below_the_floor_that_it_is_too_old(server, before, room, feature):
    window = before(f"delete {feature}")
    for parts in ([TECHNIQUES[0], room], [TECHNIQUES[0], room, "pane"]):
        window.open(server, *parts)
        window.until(lambda: window.one("[data-floor]").is_displayed(), "it does not say so")
    window.complaints()  # of what it lacks
