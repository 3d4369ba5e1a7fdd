"""A rolling restart: the servers behind nginx are restarted one after the other while a browser shows the chat."""

import re

from lab.settings import TECHNIQUES

# Records, for each pane, all notices, states of the composer and errors from now on.
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
# The allowed texts: a stream reconnects by itself, and the composer says whether a text was published; no errors.
CALM = {"": r"(Published by|Delivered:) .*", "polling": WAITING, "longpoll": WAITING}


def shown(window):
    """Return the texts of each pane's messages."""
    return [tuple(window.texts(f"section[data-technique={name}] .message .text")) for name in TECHNIQUES]


def test_a_rolling_restart_loses_no_message_and_shows_no_error_in_a_browser(scaled, window, room):
    window.chat(scaled, "compare", room)
    window.driver.execute_script(WATCH)
    said = []
    for number, server in enumerate(scaled.servers):
        for turn, act in (("before", server.stop), ("meanwhile", server.start), ("after", lambda: None)):
            window.say(f"{turn} {number}")
            said.append(f"{turn} {number}")
            act()
    # Each message is published by the next pane, which may have to wait: so their order may differ.
    window.until(lambda: all(sorted(texts) == sorted(said) for texts in shown(window)), "a message is missing")
    assert len(set(shown(window))) == 1
    window.until(lambda: set(window.texts("[data-part=notice]")) == {""}, "a pane does not come back")
    notices = window.driver.execute_script("return window.told")
    for pane, sentences in notices.items():
        calm = CALM.get(pane, f"{AWAY}|{WAITING}")
        assert [sentence for sentence in sentences if not re.fullmatch(calm, sentence)] == [], pane
    for pane in ("sse", "websocket"):  # each was connected to one of the servers, and so reports the reconnect
        assert any(re.fullmatch(AWAY, sentence) for sentence in notices[pane]), notices
