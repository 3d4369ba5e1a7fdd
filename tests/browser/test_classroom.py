"""In a class the pages come by plain HTTP from an address: there browsers keep some of their interfaces back."""

import pytest

from support.browsers import Window

ADDRESS = "192.0.2.50"  # RFC 5737: nobody's; the browser finds the server's own machine under it


@pytest.fixture
def pupil():
    """A browser to which this machine is one in the network, and so not trusted like a loopback."""
    window = Window(flags=[f"--host-resolver-rules=MAP {ADDRESS} 127.0.0.1", "--no-proxy-server"])
    yield window
    complaints = window.complaints()
    window.close()
    assert complaints == []


@pytest.mark.browser
def test_every_technique_works_where_the_page_is_not_trusted(start, pupil, room):
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
