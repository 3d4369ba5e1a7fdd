"""Section 4: in a real browser, a page of another origin can neither read from the lab nor publish in it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lab.techniques import TECHNIQUES
from support.browsers import WebDriverWait, Window
from support.processes import PATIENCE, ServerProcess
from support.raw_http import get, room_path
from support.technique_io import HTTP, publish

pytestmark = pytest.mark.browser

STRANGER = b"<!doctype html><meta charset=utf-8><title>A stranger's page</title><body></body>"
FETCH = """
const [address, options, done] = arguments;
const summarize = async (answer) => done([answer.type, answer.status, await answer.text()]);
fetch(address, { credentials: "include", ...options }).then(summarize, () => done("failed"));
"""
STREAM = """
const [address, done] = arguments;
const events = new EventSource(address, { withCredentials: true });
events.onmessage = (event) => done(["read", event.data]);
events.onerror = () => { events.close(); done("failed"); };
"""
SOCKET = """
const [address, publish, done] = arguments;
const socket = new WebSocket(address);
socket.onopen = () => socket.send(publish);
socket.onmessage = (event) => done(["read", event.data]);
socket.onclose = (event) => done(["closed", event.code]);
"""
FORM = """
const [address, kind, done] = arguments;
const make = (name, fields) => Object.assign(document.createElement(name), fields);
const frame = make("iframe", { name: "answer" });
const form = make("form", { method: "POST", action: address, enctype: kind, target: "answer" });
form.append(make("input", { name: '{"author":"Eve","text":"', value: '"}' }));
document.body.append(frame, form);
frame.onload = () => { frame.remove(); form.remove(); done("answered"); };
form.submit();
"""
FRAMED = """
const [address, done] = arguments;
const frame = Object.assign(document.createElement("iframe"), { src: address });
frame.onload = () => { try { done(frame.contentDocument?.title ?? "hidden"); } catch { done("hidden"); } };
document.body.append(frame);
"""
ASKED = """
const [address, kind, done] = arguments;
const make = (name, fields) => Object.assign(document.createElement(name), fields);
const element = {
  image: () => make("img", { src: address }),
  script: () => make("script", { src: address }),
  style: () => make("link", { rel: "stylesheet", href: address }),
  prefetch: () => make("link", { rel: "prefetch", href: address }),
  frame: () => make("iframe", { src: address }),
}[kind]();
element.onload = element.onerror = () => done("ended");
document.body.append(element);
"""
LINK = """
const link = Object.assign(document.createElement("a"), { href: arguments[0] });
document.body.append(link);
link.click();
"""
EVIL = '{"author": "Eve", "text": "evil", "type": "publish"}'
KINDS = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]


class Page(BaseHTTPRequestHandler):
    """The server of the foreign page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(STRANGER)

    def log_message(self, *arguments):
        pass


# Another site; and another port of the lab's host, which gets the lab's cookies, too.
@pytest.fixture(scope="module", params=["localhost", "127.0.0.1"])
def visited(request, server):
    """A browser that has a session with the lab, and now shows a foreign page."""
    window = Window()
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as strangers:
        threading.Thread(target=strangers.serve_forever, daemon=True).start()
        window.open(server)
        window.driver.get(f"http://{request.param}:{strangers.server_port}/")
        yield window.driver
        window.close()
        strangers.shutdown()


@pytest.fixture
def abroad(visited, server, room):
    """The same, with one message in the room; no other may be added."""
    publish("polling", server, room, "secret")
    yield visited
    assert get(server.url, room_path("polling", room, "?after=0")).json["last"] == 1, "the foreign page published"


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
@pytest.mark.parametrize("technique", HTTP)
def test_4_a_foreign_page_reads_no_messages(abroad, server, room, technique, mode):
    address = server.url + room_path(technique, room, "?after=0&hold=0")
    response = abroad.execute_async_script(FETCH, address, {"mode": mode})
    assert response == "failed"  # also in the mode no-cors, whose response a page cannot read


@pytest.mark.parametrize("address", ["/", "/healthz", "/openapi.json", "/compare/lobby/"])
def test_4_a_foreign_page_reads_no_page(abroad, server, address):
    assert abroad.execute_async_script(FETCH, server.url + address, {}) == "failed"


@pytest.mark.parametrize("kind", ["application/json", *KINDS])
@pytest.mark.parametrize("mode", ["cors", "no-cors"])
@pytest.mark.parametrize("technique", HTTP)
def test_4_a_foreign_page_publishes_nothing(abroad, server, room, technique, mode, kind):
    options = {
        "method": "POST",
        "mode": mode,
        "body": EVIL,
        "headers": {"Content-Type": kind},
        "credentials": "include",
    }
    response = abroad.execute_async_script(FETCH, server.url + room_path(technique, room), options)
    assert response == "failed" or response[0] == "opaque"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("technique", HTTP)
def test_4_a_foreign_form_publishes_nothing(abroad, server, room, technique, kind):
    assert abroad.execute_async_script(FORM, server.url + room_path(technique, room), kind) == "answered"


def test_4_a_foreign_page_reads_no_event_stream(abroad, server, room):
    assert abroad.execute_async_script(STREAM, server.url + room_path("sse", room, "?after=0")) == "failed"


def test_4_a_foreign_page_opens_no_websocket(abroad, server, room):
    address = f"ws://127.0.0.1:{server.port}/ws/websocket/{room}/?after=0"
    assert abroad.execute_async_script(SOCKET, address, EVIL) == ["closed", 1006]


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A server with one queue for each session: a queue for the foreign page would take the lab's own page's queue."""
    server = ServerProcess(tmp_path_factory.mktemp("narrow"), LAB_ADDRESS_QUEUES="1").start()
    yield server
    server.stop()


@pytest.mark.parametrize("kind", ["image", "script", "style", "prefetch", "frame", "fetch"])
def test_4_a_foreign_page_opens_no_queue(visited, narrow, room, kind):
    publish("polling", narrow, room)
    path = room_path("longpoll", room, "?hold=0")
    queue = get(narrow.url, path).json["queue"]
    if kind == "fetch":
        visited.execute_async_script(FETCH, narrow.url + path, {"mode": "no-cors"})
    else:
        visited.execute_async_script(ASKED, narrow.url + path, kind)
    assert get(narrow.url, f"{path}&queue={queue}").json["messages"] == [], "the queue was closed"


def test_4_a_foreign_link_opens_the_chat(visited, server, room):
    stranger = visited.current_url
    visited.execute_script(LINK, f"{server.url}/polling/{room}/")
    WebDriverWait(visited, PATIENCE).until(lambda driver: driver.find_elements("css selector", ".panel"))
    visited.get(stranger)


@pytest.mark.parametrize("page", ["", *[f"{technique}/lobby/" for technique in TECHNIQUES], "compare/lobby/"])
def test_4_a_foreign_page_frames_no_page(abroad, server, page):
    """The browser shows an error page instead of the lab's page."""
    assert abroad.execute_async_script(FRAMED, f"{server.url}/{page}") == "hidden"
    complaints = [entry["message"] for entry in abroad.get_log("browser")]
    assert any("frame-ancestors" in each or "X-Frame-Options" in each for each in complaints), complaints
