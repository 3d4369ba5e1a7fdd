"""The servers behind nginx are restarted one after the other while a browser looks on."""

import re

from lab.settings import TECHNIQUES

# Writes down, for each pane, all that the page tells its reader from now on: notices, states of the composer, errors.
WATCH = """
window.told = {};
const look = () => {
  for (const part of document.querySelectorAll(".notice, .wrong, [role=status], [role=alert], [data-hidden-notice]")) {
    const text = part.textContent.trim();
    const told = (window.told[part.closest("[data-technique]")?.dataset.technique ?? ""] ??= []);
    if (text && !part.hidden && !told.includes(text)) told.push(text);
  }
};
new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
AWAY = r"Disconnected; trying again in [\d.]+ (ms|s)\."
WAITING = r"\d+ messages? waits? to be published\."
# What is calm: requests never fail, a stream says that it comes back by itself, and the composer what became of a text.
CALM = {"": r"(Published by|Delivered:) .*", "polling": WAITING, "longpoll": WAITING}


def shown(window):
    """Return the texts of each pane's messages."""
    return [tuple(window.texts(f"section[data-technique={name}] .message .text")) for name in TECHNIQUES]


def test_a_rolling_restart_loses_nothing_and_is_no_error_to_a_browser(scaled, window, room):
    window.chat(scaled, "compare", room)
    window.driver.execute_script(WATCH)
    said = []
    for number, server in enumerate(scaled.servers):
        for turn, act in (("before", server.stop), ("meanwhile", server.start), ("after", lambda: None)):
            window.say(f"{turn} {number}")
            said.append(f"{turn} {number}")
            act()
    # Each message is published by the next pane, and one that is away waits: so they need not come in this order.
    window.until(lambda: all(sorted(texts) == sorted(said) for texts in shown(window)), "a message is missing")
    assert len(set(shown(window))) == 1
    window.until(lambda: set(window.texts("[data-part=notice]")) == {""}, "a pane does not come back")
    told = window.driver.execute_script("return window.told")
    for pane, sentences in told.items():
        calm = CALM.get(pane, f"{AWAY}|{WAITING}")
        assert [sentence for sentence in sentences if not re.fullmatch(calm, sentence)] == [], pane
    for pane in ("sse", "websocket"):  # each was at one of the servers, and says so
        assert any(re.fullmatch(AWAY, sentence) for sentence in told[pane]), told
