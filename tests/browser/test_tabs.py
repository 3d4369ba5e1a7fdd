"""The seventh tab: a browser opens six HTTP/1.1 connections to one origin, and does what the pages say about that."""

import time

import pytest

from support.technique_io import publish

TABS = 6
QUIET = 1  # seconds in which a page that need not wait loads


@pytest.fixture
def tabs(server, window, technique, room):
    """A window with six tabs in one room, each with its connection to the server."""
    for number in range(TABS):
        if number:
            window.driver.switch_to.new_window("tab")
        window.open(server, technique, room).until_state("OPEN 1")
    publish("polling", server, room, "begin")  # so that all held requests are sent again, for another 25 s
    window.until_texts("begin")
    time.sleep(QUIET)  # in every tab
    yield window
    for handle in window.driver.window_handles[1:]:
        window.driver.switch_to.window(handle)
        window.driver.close()
    window.driver.switch_to.window(window.driver.window_handles[0])


class Seventh:
    """A further tab; the test does not wait until it has loaded."""

    def __init__(self, window, address):
        self.driver = window.driver
        target = self.driver.execute_cdp_cmd("Target.createTarget", {"url": address, "background": True})
        self.target = target["targetId"]

    def has_come(self):
        infos = self.driver.execute_cdp_cmd("Target.getTargets", {})["targetInfos"]
        return "·" in next(info["title"] for info in infos if info["targetId"] == self.target)


@pytest.mark.parametrize(
    ("technique", "waits_for"),
    [("polling", "nothing"), ("websocket", "nothing"), ("longpoll", "a message"), ("sse", "an end")],
)
def test_the_seventh_tab_loads_when_the_page_says_it_does(server, tabs, technique, room, waits_for):
    said = tabs.one(".about").text
    seventh = Seventh(tabs, f"{server.url}/{technique}/{room}/")
    if waits_for == "nothing":
        assert "tab works" in said or "tabs works" in said
    else:
        time.sleep(QUIET)
        assert not seventh.has_come(), "in a silent room it comes at once"
        publish("polling", server, room, "a neighbour's")
        tabs.until_texts("begin", "a neighbour's")
        if waits_for == "a message":
            assert "free again after the next message" in said
        else:
            time.sleep(QUIET)
            assert not seventh.has_come(), "a message is enough"
            assert "Close a tab" in said
            tabs.driver.close()
            tabs.driver.switch_to.window(tabs.driver.window_handles[0])
    tabs.until(seventh.has_come, "the seventh tab never comes")


@pytest.mark.parametrize(
    ("technique", "free"), [("polling", True), ("websocket", True), ("longpoll", False), ("sse", False)]
)
def test_publishing_in_a_silent_room_waits_if_the_page_says_so(server, tabs, technique, room, free):
    tabs.say("mine")
    if free:
        tabs.until_texts("begin", "mine")
        return
    time.sleep(QUIET)
    assert tabs.texts(".message .text") == ["begin"], "it is published at once"
    publish("polling", server, room, "a neighbour's")
    if technique == "longpoll":
        tabs.until_texts("begin", "a neighbour's", "mine")
    else:
        tabs.until_texts("begin", "a neighbour's")  # a message does not end a stream
