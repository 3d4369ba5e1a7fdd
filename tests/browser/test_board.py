"""The board of all techniques behind their wires, in a real browser, through `manage.py demo`."""

import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest

from lab.settings import TECHNIQUES
from support.board import lines
from support.browsers import AWAY, Keys
from support.processes import PATIENCE, ROOT, until

KINDS = ("payload", "framing", "headers", "handshake", "idle", "other")
FLOOD, SHOWN, DOTS = 100, 25, 40  # messages; messages that a pane shows; dots of latencies
COUNT = "return document.querySelectorAll(`.message[data-id='${arguments[0]}']`).length"
SIZES = [(1920, 1080), (1366, 768), (390, 844)]
WIDER = "const box = document.querySelector(arguments[0]); return box.scrollWidth > box.clientWidth + 1"
IN_VIEW = """
const { top, bottom, height } = document.getElementById(arguments[0]).getBoundingClientRect();
const main = document.querySelector("main").getBoundingClientRect();
return [top, bottom, height, main.top, main.bottom];
"""
ROWS = """
const texts = ({ cells }) => Array.from(cells, ({ textContent }) => textContent).join("\\n");
return Array.from(document.querySelectorAll(arguments[0] + " tr"), texts);
"""
DELIVERED_AS = {"polling": "answer", "longpoll": "answer", "sse": "event", "websocket": "frame"}


class Demo:
    """`manage.py demo` on free ports."""

    def __init__(self, data):
        environment = os.environ | {"LAB_DATA": str(data), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
        command = [sys.executable, "manage.py", "demo", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        self.wires = {}
        for line in self.process.stdout:
            address = re.search(r"http://[\d.]+:\d+", line).group()
            if line.startswith("The lab listens"):
                self.url = address
            elif line.startswith("Wire "):
                self.wires[line.split()[1].rstrip(":")] = address
            elif line.startswith("Control"):
                self.control = address
                return
        raise AssertionError("the demo did not start")

    def request(self, path, fields=None):
        """Ask the wires' control."""
        body = None if fields is None else json.dumps(fields).encode()
        with urllib.request.urlopen(self.control + path, body, timeout=PATIENCE) as response:
            return json.load(response)

    def state(self):
        return {wire["name"]: wire for wire in self.request("/state")["wires"]}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0
        self.process.stdout.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    demo.stop()


@pytest.fixture
def board(demo, window, room):
    """A window with the board of a fresh room, all panes open."""
    window.open(demo, "compare", room)
    window.until(lambda: open_panes(window) == len(TECHNIQUES), "not every pane is open")
    yield window
    assert window.complaints(AWAY) == []
    demo.request("/wires/all/link", {"profile": "local"})


def open_panes(window):
    return window.texts(".strand [data-part=state]").count("OPEN 1")


@contextmanager
def pane(window, technique):
    """Switch to a pane's frame for a block."""
    window.driver.switch_to.frame(window.one(f"iframe[data-technique={technique}]"))
    yield
    window.driver.switch_to.default_content()


def until_delivered(window, *texts):
    for technique in TECHNIQUES:
        with pane(window, technique):
            window.until_texts(*texts)


def inspected(window, technique, shape):
    """Open the inspector from a lane's text with the keyboard; return it."""
    lines(window, technique, shape)
    window.one(f"#as-text [data-technique={technique}] [data-shape={shape}]").send_keys(Keys.ENTER)
    window.until(lambda: window.all(".inspector[open] .parts"), "nothing is taken apart")
    return window.one(".inspector")


def cells(window):
    script = (
        "return Array.from(document.querySelectorAll('#bytes td'), ({dataset: d, textContent}) => "
        "[d.wire, d.kind, d.direction, Number(textContent.replace(/\\D/g, ''))])"
    )
    return {tuple(cell[:3]): cell[3] for cell in window.driver.execute_script(script)}


def test_every_pane_has_an_origin_of_its_own(demo, board):
    origins = {
        frame.get_attribute("data-technique"): frame.get_property("src").split("/")[2]
        for frame in board.all("iframe[data-frame]")
    }
    assert origins == {name: address.removeprefix("http://") for name, address in demo.wires.items()}
    assert len({*origins.values(), demo.url.removeprefix("http://")}) == len(TECHNIQUES) + 1


def test_one_message_is_delivered_in_every_pane_and_seen_in_every_lane(board):
    board.say("to all")
    until_delivered(board, "to all")
    board.until(lambda: board.one(".composer .status").text.startswith("Delivered:"), "its delivery is not shown")
    for technique in TECHNIQUES:
        assert any("message 1" in line for line in lines(board, technique, DELIVERED_AS[technique]))
    assert lines(board, "polling", "empty")
    assert lines(board, "longpoll", "request")


def test_the_inspector_shows_the_bits_of_a_frame(board):
    board.one(".composer option[value=websocket]").click()
    board.say("a frame")
    until_delivered(board, "a frame")
    shown = inspected(board, "websocket", "publish")
    bits = board.texts(".inspector .values td")
    assert "".join(bits[:9]) == "100000011", "FIN, no RSV, opcode 1, masked as a browser's frames must be"
    assert {"FIN", "opcode", "mask", "masking key", "payload"} <= set(board.texts(".inspector .parts th"))
    assert "RFC 6455 §5.2" in shown.text
    assert '"text":"a frame"' in shown.text
    board.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    board.until(lambda: not board.all(".inspector[open]"), "Escape does not close it")
    assert "RFC 9112" in inspected(board, "longpoll", "request").text
    board.one(".inspector [data-part=close]").click()


@pytest.mark.parametrize("size", SIZES)
def test_the_inspector_breaks_no_word(board, size):
    board.say("a text of some words, with_signs and=more")
    until_delivered(board, "a text of some words, with_signs and=more")
    with board.sized(*size):
        for technique, shape in {**DELIVERED_AS, "longpoll": "request"}.items():
            shown = inspected(board, technique, shape)
            assert board.broken_words(".inspector :is(h2, pre, .bits, .parts)") == []
            if size[0] < 800:
                body = ".inspector [data-part=body]"
                assert board.driver.execute_script(WIDER, body) is False, "it is wider than its box"
            assert shown.find_elements("css selector", ".parts")
            board.one(".inspector [data-part=close]").click()


def test_the_inspector_explains_values_and_marks_their_bytes(board):
    board.one(".composer option[value=websocket]").click()
    board.say("a frame")
    until_delivered(board, "a frame")
    for shape, mask in (("publish", "1: the payload is masked"), ("frame", "0: the payload is not masked")):
        inspected(board, "websocket", shape)
        assert board.texts(".inspector .parts tr:first-child th")[:3] == ["part", "offset", "value"]
        rows = {row[0]: row[1:] for row in table(board, ".inspector .parts")}
        assert rows["FIN"][:2] == ["0", "1"]
        assert rows["mask"][2].startswith(mask)
        for place, value, explains, _rfc in rows.values():
            assert not re.match(r"\d+:", explains) or explains.startswith(f"{value}:"), (place, value, explains)
        board.one(".inspector [data-part=close]").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("drawer", ["bytes", "as-text"])
def test_a_button_opens_its_part_in_view(board, size, drawer):
    board.say("hi")
    until_delivered(board, "hi")
    with board.sized(*size):
        board.one(f".tools [aria-controls={drawer}]").click()
        top, bottom, height, least, most = board.driver.execute_script(IN_VIEW, drawer)
        assert top >= least - 1
        assert bottom <= most + 1 or height > most - least, "it ends below the fold"
        board.one(f".tools [aria-controls={drawer}]").click()


def table(window, selector):
    """Return the rows of a table, without its head, as texts."""
    return [row.split("\n") for row in window.driver.execute_script(ROWS, selector)[1:]]


def test_a_lane_is_read_by_click_and_by_keyboard(board):
    board.say("here")
    until_delivered(board, "here")
    lane = board.one("[data-row=websocket] .lane")
    lane.send_keys(Keys.ARROW_LEFT)
    board.until(lambda: "WebSocket" in board.one("[data-part=caption]").text, "what is chosen is not shown")
    assert board.one("[data-part=pause]").get_attribute("aria-pressed") == "true", "the lane is paused for reading"
    lane.send_keys(Keys.ENTER)
    board.until(lambda: board.all(".inspector[open] .parts"), "Enter opens nothing")
    board.one(".inspector [data-part=close]").click()
    # Something passes at half of the height somewhere.
    script = """
      const canvas = document.querySelector("[data-row=polling] canvas");
      const { left, top, width, height } = canvas.getBoundingClientRect();
      for (let x = width - 1; x > 0 && !document.querySelector(".inspector[open]"); x -= 5) {
        canvas.dispatchEvent(new MouseEvent("click", { clientX: left + x, clientY: top + height / 2 }));
      }"""
    board.driver.execute_script(script)
    board.until(lambda: board.all(".inspector[open] .parts"), "a click opens nothing")
    board.one(".inspector [data-part=close]").click()


def test_the_byte_meter_shows_the_wires_counts(demo, board):
    toggle_all(board, opened=0)
    board.one("[aria-controls=bytes]").click()
    quiet = demo.state()
    board.one(".tools [data-part=reset]").click()
    board.until(lambda: not any(cells(board).values()), "it does not begin at zero")
    toggle_all(board, opened=len(TECHNIQUES))
    board.say("some bytes")
    until_delivered(board, "some bytes")
    toggle_all(board, opened=0)

    def counted():
        now = demo.state()
        return {
            (name, kind, direction): now[name]["bytes"][direction][kind] - quiet[name]["bytes"][direction][kind]
            for name in TECHNIQUES
            for kind in KINDS
            for direction in ("up", "down")
        }

    board.until(
        lambda: counted() == {key: count for key, count in cells(board).items() if key[1] in KINDS},
        "the page counts other bytes than the wires",
    )
    assert counted()["sse", "handshake", "down"] > 0
    assert counted()["polling", "idle", "up"] > 0
    assert all(counted()[name, "payload", "down"] > 0 for name in TECHNIQUES)


def toggle_all(window, opened):
    """Open or close every pane by hand."""
    for toggle in window.all(".strand [data-part=toggle]"):
        toggle.click()
    window.until(lambda: open_panes(window) == opened, f"not {opened} panes are open")
    window.until(lambda: all(button.is_enabled() for button in window.all(".strand [data-part=toggle]")), "too early")


def test_the_lanes_can_be_paused_and_resumed(board):
    def drawn():
        return board.driver.execute_script("return document.querySelector('[data-row=polling] canvas').toDataURL()")

    board.one("[data-part=pause]").click()
    time.sleep(0.3)
    still = drawn()
    time.sleep(0.5)
    assert drawn() == still
    board.one("[data-part=pause]").click()
    board.until(lambda: drawn() != still, "it does not go on")


def test_the_latencies_on_a_slow_link_are_those_of_the_model(demo, board):
    demo.request("/wires/all/link", {"delay_ms": 150})
    board.until(lambda: len(board.all(".latency-dots .band")) == len(TECHNIQUES), "no band is drawn")
    time.sleep(1.2)  # the page gets the link's state once a second
    board.one(".composer option[value=websocket]").click()
    board.say("far away")
    until_delivered(board, "far away")
    for technique in ("longpoll", "sse", "websocket"):
        text = board.one(f"[data-row={technique}] [data-part=last]").text
        assert 295 <= int(text.removesuffix(" ms")) <= 700, f"{technique}: {text}"


def test_a_killed_server_causes_no_loss_and_no_repetition(demo, board, room):
    board.say("before")
    until_delivered(board, "before")
    demo.request("/server/restart", {"away": 1})
    board.until(lambda: open_panes(board) == len(TECHNIQUES), "not every pane came back")
    board.say("after")
    until_delivered(board, "before", "after")


def test_after_a_flood_only_visible_elements_are_kept(demo, board, room):
    """The page does not grow: elements that have left the panes and the lanes are gone."""
    address = f"{demo.url}/polling/{room}/messages/"
    last = 0

    def flood():
        nonlocal last
        for _ in range(FLOOD):
            body = json.dumps({"author": "Ann", "text": "one of many", "sent_at": 1_000 * time.time()}).encode()
            request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                last = json.load(response)["id"]
        for technique in TECHNIQUES:
            with pane(board, technique):
                # By a script, because the driver keeps every element alive that it returns.
                board.until(lambda: board.driver.execute_script(COUNT, last), "not all of it is delivered")
                assert len(board.texts(".message")) == SHOWN
        board.until(lambda: len(board.texts(".latency-dots circle")) == DOTS * len(TECHNIQUES), "it is not drawn")
        board.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return board.driver.execute_cdp_cmd("Memory.getDOMCounters", {})

    board.one("[aria-controls=as-text]").click()  # the lanes' text is bounded too
    first, second = flood(), flood()
    assert second["nodes"] - first["nodes"] < FLOOD * len(TECHNIQUES), "not a node of each delivery stays"
    assert second["jsEventListeners"] - first["jsEventListeners"] < FLOOD


def test_a_board_notices_that_the_control_hangs_and_connects_again(demo, board):
    """Nothing arrives any more, but no connection ends."""
    notice = ".tools [data-part=notice]"
    os.kill(demo.process.pid, signal.SIGSTOP)
    try:
        board.until(lambda: "does not respond" in board.texts(notice)[0], "it does not notice")
    finally:
        os.kill(demo.process.pid, signal.SIGCONT)
    board.until(lambda: board.texts(notice) == [""], "it does not connect again")
    board.until(lambda: open_panes(board) == len(TECHNIQUES), "not every pane is open")


def test_boards_of_one_browser_share_a_stream(demo, board, room):
    """Six streams to the control would use up all connections that a browser allows."""
    first = board.driver.current_window_handle
    board.driver.switch_to.new_window("tab")
    try:
        board.open(demo, "compare", room)
        board.until(lambda: "local" in board.texts(".strand [data-part=link]"), "the second board gets no events")
        assert demo.request("/state")["listeners"] == 1
    finally:
        board.driver.close()
        board.driver.switch_to.window(first)
    demo.request("/wires/all/link", {"profile": "3G"})
    board.until(
        lambda: board.texts(".strand [data-part=link]") == ["3G"] * len(TECHNIQUES),
        "the first board gets no events now",
    )


def test_a_hidden_page_says_that_its_timers_were_slowed(board):
    def slowed():
        return any("slows" in words for words in board.texts(".strand .notice"))

    size = board.driver.get_window_size()
    board.driver.minimize_window()
    try:
        assert board.driver.execute_script("return document.hidden")
        board.until(slowed, "no pane shows it")
        time.sleep(3)  # shorter absences are not reported
    finally:
        board.driver.set_window_size(size["width"], size["height"])
    notice = "[data-hidden-notice]"
    board.until(lambda: board.one(notice).is_displayed(), "the page does not say so")
    assert "was hidden for" in board.one(notice).text
    board.until(lambda: not slowed(), "it still says so")


def test_a_foreign_page_cannot_frame_a_pane(demo, window, room):
    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{demo.wires["sse"]}/sse/{room}/pane/"></iframe>'.encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        window.driver.get(f"http://127.0.0.1:{server.server_port}/")
        window.driver.switch_to.frame(window.one("iframe"))
        until(lambda: window.driver.execute_script("return document.readyState") == "complete", "it does not load")
        assert window.all(".panel") == []
        window.driver.switch_to.default_content()
        assert any("frame-ancestors" in complaint for complaint in window.complaints())
        server.shutdown()


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (390, 844)])
def test_the_board_is_no_wider_than_its_screen(demo, window, room, size):
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    window.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        window.open(demo, "compare", room)
        for drawer in window.all(".tools [aria-controls]"):
            drawer.click()
        assert window.driver.execute_script("return document.documentElement.scrollWidth") <= width
        assert window.driver.execute_script("return document.querySelector('main').scrollWidth") <= width
        if width > 1000:
            bottoms = window.driver.execute_script(
                "return Array.from(document.querySelectorAll('.strand'), (row) => row.getBoundingClientRect().bottom)"
            )
            assert max(bottoms) < window.one(".composer").rect["y"], "all lanes are in view"
    finally:
        window.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
