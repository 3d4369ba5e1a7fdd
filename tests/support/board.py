"""Helpers for the board in a browser window."""

import itertools

from lab.techniques import TECHNIQUES

_rooms = itertools.count(1)
# {scene: (the fewest seconds that still show its effect, whether connections end in it)}.
SCENES = {
    "idle": (2, False),
    "one": (2, False),
    "busy": (3, False),
    "far": (2, False),
    "tunnel": (4, False),
    "restart": (4, True),
    "seventh": (3, False),
    "slow": (2, False),
    "phase": (3, False),
}


def open_board(window, lab, query=""):
    """Open the board in a room of its own, with its controls; `query` as in "?wall=1"."""
    window.driver.get("about:blank")
    window.driver.get(f"{lab}/compare/scenes-{next(_rooms)}/{query}")
    window.until(
        lambda: window.texts("[data-row] [data-part=state]") == ["OPEN 1"] * len(TECHNIQUES), "the panes do not open"
    )
    if "wall" not in query:
        window.one("[data-part=controls] > summary").click()
    return window


def choose(window, scene, seconds):
    """Open a scene by its link."""
    window.driver.execute_script("location.hash = arguments[0]", f"scene={scene}&seconds={seconds}")
    link = f".scenes nav a[href='#scene={scene}']"
    window.until(lambda: window.one(link).get_attribute("aria-current"), "the scene is not open")
    return window.until(lambda: window.one("[data-part=question]").text, "nothing is asked")


def wait_for_results(window):
    return window.until(lambda: window.all(".results:not([hidden]) .verdict"), "nothing is revealed")


def lines(window, technique, shape):
    """Show the text of the lanes; return the lines about a shape in a technique's lane."""
    button = window.one("[aria-controls=as-text]")
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    selector = f"#as-text [data-technique={technique}] [data-shape={shape}]"
    window.until(lambda: window.texts(selector), f"no {shape} in the lane of {technique}")
    return window.texts(selector)
