"""Section 5.2: in a real browser, every technique notices a connection that has gone silent without a FIN."""

import time
from types import SimpleNamespace

import pytest

from lab.settings import TECHNIQUES
from support.browsers import AWAY
from support.cutting_proxy import CuttingProxy
from support.processes import SMALL, until
from support.technique_io import STAGES, publish
from support.wires import laying

LONG = 100  # seconds that a test may wait for a page, which reconnects within 30
ONLINE = "dispatchEvent(new Event('online'))"
SEEN = "document.dispatchEvent(new Event('visibilitychange'))"
SHOWN = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"

AHEAD = "const now = Date.now; const begun = now(); Date.now = () => begun + 20 * (now() - begun)"  # a faster clock
WATCH_STATES = """
window.states = [];
const pill = document.querySelector("[data-part=state]");
new MutationObserver(() => window.states.push(pill.textContent)).observe(pill, { childList: true });
"""


@pytest.fixture
def relay(server):
    """A proxy that can silence its connections."""
    with CuttingProxy(server.port) as relay:
        yield relay


def until_texts(window, *texts):
    """Wait until the messages of a page are these, for longer than other tests do."""
    until(lambda: window.texts(".message .text") == list(texts), f"{window.texts('.message .text')}", LONG)


def test_a_page_notices_that_its_connections_have_died(relay, server, window, technique, room):
    """New connections work; the existing ones, idle ones too, carry nothing and do not end."""
    window.chat(relay, technique, room)
    window.say("before")
    window.until_texts("before")
    window.driver.execute_script(WATCH_STATES)
    relay.silence()
    publish(technique, server, room, "unheard")
    until_texts(window, "before", "unheard")
    states = window.driver.execute_script("return window.states")
    assert states == ["CLOSED 3", "CONNECTING 0", "OPEN 1"], "one timeout, and not several"
    window.say("after")
    window.until_texts("before", "unheard", "after")


@pytest.fixture
def sleeping(window):
    """A window without a watchdog: a page notices a dead connection only by an event."""
    source = "const every = setInterval; setInterval = (task, ms) => (task.name === 'check' ? 0 : every(task, ms))"
    script = window.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
    yield window
    window.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


@pytest.mark.parametrize("event", [ONLINE, SEEN, SHOWN])
def test_a_page_reconnects_at_once_when_the_network_or_the_page_is_back(
    relay, server, sleeping, technique, room, event
):
    sleeping.chat(relay, technique, room)
    sleeping.say("before")
    sleeping.until_texts("before")
    relay.silence()
    publish(technique, server, room, "unheard")

    def is_notified():
        sleeping.driver.execute_script(event)  # more than once: an event right after a sign of life is ignored
        return sleeping.texts(".message .text") == ["before", "unheard"]

    until(is_notified, "it does not come back", LONG)
    sleeping.say("after")
    sleeping.until_texts("before", "unheard", "after")


def test_a_page_behind_a_frozen_wire_says_so_and_reconnects_afterwards(server, window, room):
    """All four techniques at once; messages that were published meanwhile arrive once."""
    with laying() as lay:
        wire = lay(server.port)
        window.chat(SimpleNamespace(url=wire.url("wire")), "compare", room)
        wire.post("/wires/wire/fault", fault="freeze")
        publish("polling", server, room, "in the tunnel")
        until(lambda: "OPEN 1" not in window.texts("[data-part=state]"), "a pane says that it is open", LONG)
        wire.post("/wires/wire/fault", fault="none")
        for technique in TECHNIQUES:
            selector = f"section[data-technique={technique}] .message .text"
            until(lambda selector=selector: window.texts(selector) == ["in the tunnel"], f"{technique} is away", LONG)
        window.until_state("OPEN 1")
        window.open(server)  # because requests to the wire would fail now
        assert window.complaints(AWAY) == []


def test_heartbeats_keep_a_silent_page_connected(start, window, technique, room):
    server = start(**SMALL)  # small_settings.HEARTBEAT is 0.3 s
    window.chat(server, technique, room)
    window.driver.execute_script(WATCH_STATES)
    window.driver.execute_script("for (let at = 0; at < 60; at += 1) " + SEEN)
    window.driver.execute_script(AHEAD)  # four seconds count as more than a minute, and a heartbeat comes every six
    time.sleep(4)
    if technique in ("sse", "websocket"):  # by this clock, the responses to polls would be late
        assert window.driver.execute_script("return window.states") == []


@pytest.mark.parametrize(("technique", "stage"), STAGES)
def test_a_stage_reconnects_after_the_back_button(server, window, room, technique, stage):
    """The page comes from the browser's back-forward cache, with its connection closed."""
    window.open(server, technique, "stages", stage, room).until_state("OPEN 1")
    window.driver.execute_script("window.kept = true")
    window.open(server)
    window.driver.back()
    kept = window.driver.execute_script("return window.kept === true")
    window.until_state("OPEN 1")
    assert kept, "the page was loaded again, so the cache was not tested"
    window.one("[data-part=form] button").click()
    window.until(lambda: any('"hello"' in line for line in window.texts("[data-part=frames] .down")), "nothing came")


@pytest.mark.parametrize(("technique", "stage"), [("sse", "bounded"), ("websocket", "room")])
def test_a_stage_with_heartbeats_notices_a_dead_connection(relay, window, room, technique, stage):
    window.open(relay, technique, "stages", stage, room).until_state("OPEN 1")
    relay.silence()
    window.driver.execute_script(AHEAD)
    window.until_state("CLOSED 3")
    assert "counts as dead" in window.one("[data-part=notice]").text


@pytest.mark.parametrize(("technique", "stage"), [("sse", "stream"), ("sse", "replay"), ("websocket", "echo")])
def test_a_stage_without_heartbeats_does_not_notice_a_dead_connection(server, window, room, technique, stage):
    window.open(server, technique, "stages", stage, room).until_state("OPEN 1")
    window.driver.execute_script(AHEAD)
    time.sleep(4)
    window.until_state("OPEN 1")
