"""The servers behind nginx are restarted one after the other while a browser looks on."""

from lab.settings import TECHNIQUES


def test_a_rolling_restart_loses_nothing_and_is_no_error_to_a_browser(scaled, window, room):
    window.chat(scaled, "compare", room)
    said = []
    for number, server in enumerate(scaled.servers):
        for turn, act in (("before", server.stop), ("meanwhile", server.start), ("after", lambda: None)):
            window.say(f"{turn} {number}")
            said.append(f"{turn} {number}")
            act()
    for technique in TECHNIQUES:
        window.until_texts(*said, pane=f"section[data-technique={technique}]")
    window.until(lambda: set(window.texts("[data-part=notice]")) == {""}, "a pane does not come back")
