"""The pages in a classroom: they come by plain HTTP from an IP address, where browsers disable some interfaces."""

import pytest

from support.browsers import Window

ADDRESS = "192.0.2.50"  # an address for examples (RFC 5737); the browser is told to connect to this machine instead


@pytest.fixture
def pupil():
    """A browser to which this machine is not a loopback address, and so no secure context."""
    window = Window(flags=[f"--host-resolver-rules=MAP {ADDRESS} 127.0.0.1", "--no-proxy-server"])
    yield window
    complaints = window.complaints()
    window.close()
    assert complaints == []


@pytest.mark.browser
def test_every_technique_works_on_a_page_without_a_secure_context(start, pupil, room):
    server = start(ALLOWED_HOSTS=ADDRESS)

    class Classroom:
        url = f"http://{ADDRESS}:{server.port}"

    for number, technique in enumerate(("polling", "longpoll", "sse", "websocket"), 1):
        pupil.chat(Classroom, technique, room)
        assert pupil.driver.execute_script("return [isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]
        pupil.say(technique)
        pupil.until(lambda: len(pupil.texts(".message .text")) == number, "the message does not come")  # noqa: B023
    cookies = {cookie["name"]: cookie for cookie in pupil.driver.get_cookies()}
    assert not cookies["lab_session"]["secure"]
