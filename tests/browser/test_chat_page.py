"""The chat's page in a real browser, for every technique."""

import re
from importlib import import_module

from lab.messages.validation import TEXT_MAX
from support.browsers import Keys

SCRIPT = "<img src=x onerror=\"document.title='run'\"><script>document.title = 'run'</script>"
SAY_AND_TYPE = "const form = document.querySelector('.composer'); form.requestSubmit(); form.text.value = 'next'"


def publish(server, technique, room, *texts):
    client = import_module(f"{technique}.client").Client(server.url, room, "Ann", after=0)
    for text in texts:
        client.publish(text)
    client.close()


def test_everybody_in_a_room_sees_a_message(server, windows, technique, room):
    """Promise 3.2."""
    here, there = (window.chat(server, technique, room) for window in windows)
    here.say("hi there", "and again")
    for window in (here, there):
        window.until_texts("hi there", "and again")


def test_nobody_in_another_room_sees_a_message(server, windows, technique, room):
    """Promise 3.3."""
    here, there = windows
    here.chat(server, technique, room)
    there.chat(server, technique, f"{room}-物理课")
    here.say("for this room")
    here.until_texts("for this room")
    there.say("for the other")
    there.until_texts("for the other")


def test_a_script_in_a_message_is_text(server, window, technique, room):
    """Section 5.3."""
    publish(server, technique, room, SCRIPT)
    window.chat(server, technique, room)
    window.until_texts(SCRIPT)
    assert window.driver.title != "run"
    assert window.all(".message img, .message script") == []


def test_the_chat_shows_older_messages(server, window, technique, room):
    publish(server, technique, room, "one", "two")
    window.chat(server, technique, room)
    window.until_texts("one", "two")
    assert window.texts(".latency") == [], "history has no latency"


def test_the_chat_resumes_after_its_server_was_killed(start, window, technique, room):
    """Promises 3.1 and 3.2: nothing is lost, nothing comes twice."""
    server = start()
    window.chat(server, technique, room)
    window.say("before")
    window.until_texts("before")
    server.kill()
    window.until_state("CLOSED 3", "CONNECTING 0")
    server.start()
    publish(server, technique, room, "meanwhile", "after")
    window.until_texts("before", "meanwhile", "after")
    window.say("again")
    window.until_texts("before", "meanwhile", "after", "again")


def test_a_text_typed_without_a_connection_is_published_once_later(start, windows, technique, room):
    """Section 5.2."""
    server = start()
    here, there = (window.chat(server, technique, room) for window in windows)
    server.kill()
    here.until_state("CLOSED 3", "CONNECTING 0")
    here.say("first", "second", "third")
    here.until(lambda: here.texts("[data-part=outbox]") == ["3 messages wait to be published."], "nothing waits")
    server.start()
    for window in (here, there):
        window.until_texts("first", "second", "third")
    here.until(lambda: here.texts("[data-part=outbox]") == [""], "something waits still")
    here.say("last")
    for window in (here, there):
        window.until_texts("first", "second", "third", "last")


def test_the_connection_can_be_closed_and_opened_by_hand(server, window, technique, room):
    window.chat(server, technique, room)
    window.one("[data-part=toggle]").click()
    window.until_state("CLOSED 3")
    publish(server, technique, room, "meanwhile")
    window.say("typed while closed")
    window.one("[data-part=toggle]").click()
    window.until_texts("meanwhile", "typed while closed")


def test_a_reset_empties_the_list(start, window, technique, room, tmp_path):
    """Section 2.1a."""
    server = start()
    publish(server, technique, room, "one", "two", "three")
    window.chat(server, technique, room)
    window.until_texts("one", "two", "three")
    window.one("[data-part=toggle]").click()
    window.until_state("CLOSED 3")
    server.stop()
    for file in (tmp_path / "data").glob("lab.sqlite3*"):
        file.unlink()
    server.start()
    publish(server, technique, room, "new")
    window.one("[data-part=toggle]").click()
    window.until_texts("new")
    assert "starts again" in window.one("[data-part=notice]").text


def test_a_refused_message_stays_in_the_field_with_the_reason(server, window, technique, room):
    window.chat(server, technique, room)
    # Control characters cannot be typed into a name, but they can be in one.
    window.driver.execute_script("document.querySelector('[name=author]').value = 'A\\u0007'")
    window.say("hi")
    window.until(lambda: "no control characters" in window.one(".status").text, "no reason is given")
    assert window.one(".composer [name=text]").get_property("value") == "hi"
    assert window.complaints(re.compile(r"400 \(Bad Request\)")) == []


def test_the_field_accepts_the_servers_characters_and_keeps_a_text_that_is_too_long(server, window, technique, room):
    """Section 1.3: 4,000 characters, which are 8,000 to a browser."""
    window.chat(server, technique, room)
    whole, over = "😀" * TEXT_MAX, "x" * (TEXT_MAX + 1)
    window.driver.execute_cdp_cmd("Input.insertText", {"text": whole})
    window.one(".composer [name=text]").send_keys(Keys.ENTER)
    window.until_texts(whole)
    window.driver.execute_cdp_cmd("Input.insertText", {"text": over})
    window.driver.execute_script(SAY_AND_TYPE)
    window.until(lambda: "at most 4,000 characters" in window.one(".status").text, "no reason is given")
    assert window.one(".composer [name=text]").get_property("value") == f"next\n{over}"
    window.until_texts(whole)
    assert window.complaints(re.compile(r"400 \(Bad Request\)")) == []


def test_the_page_counts_requests_and_bytes(server, window, technique, room):
    window.chat(server, technique, room)
    window.say("hi")
    window.until_texts("hi")
    window.until(lambda: window.texts("[data-part=requests]") != ["0"], "no requests are counted")
    window.until(lambda: window.texts("[data-part=bytes]") != ["0"], "no bytes are counted")


ISOLATED = "return [...document.querySelectorAll(arguments[0])].map((each) => getComputedStyle(each).unicodeBidi)"


def test_right_to_left_names_and_texts_do_not_affect_their_neighbours(server, window, technique, room):
    window.chat(server, technique, room)
    for text in ("\u202eleft", "\u2067unclosed", "مرحبا"):
        publish(server, technique, room, text)
    window.until_texts("\u202eleft", "\u2067unclosed", "مرحبا")
    for part in (".message .author", ".message .text", "h1 bdi"):
        assert set(window.driver.execute_script(ISOLATED, part)) == {"isolate"}, part
    directions = (
        "return [...document.querySelectorAll('.message .text')].map((each) => getComputedStyle(each).direction)"
    )
    assert window.driver.execute_script(directions) == ["ltr", "ltr", "rtl"]
