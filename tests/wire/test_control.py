"""The control of the wires: who may use it, what it returns, and what it refuses."""

import base64
import json
import socket
import time
import urllib.request

import pytest

from support.byte_servers import connect, echo, serving
from support.processes import PATIENCE, until

PAGE = "http://localhost:8000"


@pytest.fixture(scope="module")
def wire(lay_for_all):
    with serving(echo) as port:
        yield lay_for_all(port, "one", "other", options=("--origin", PAGE))


def test_the_state_shows_wires_server_and_links(wire):
    status, state, _headers = wire.request("/state")
    assert status == 200
    assert state["server"] == {"up": True, "restarts": 0, "can_restart": False, "changes": []}
    assert {"local", "Wi-Fi", "4G", "3G", "satellite", "the classroom"} == set(state["profiles"])
    assert [(one["name"], one["port"]) for one in state["wires"]] == list(zip(wire.names, wire.ports, strict=True))
    kinds = {"payload", "framing", "headers", "handshake", "idle", "other"}
    assert set(state["wires"][0]["bytes"]["up"]) == set(state["wires"][0]["bytes"]["down"]) == kinds


def test_the_state_says_when_a_link_or_a_fault_changed_and_who_changed_it(wire):
    def changes():
        return wire.state("other")["changes"]

    before = 1000 * time.time()
    wire.post("/wires/all/link", profile="3G", by="417")
    wire.post("/wires/other/link", profile="3G", by="418")  # which changes nothing
    wire.post("/wires/other/fault", fault="freeze", seconds=0.2, by="417")
    wire.post("/wires/all/fault", fault="cut")
    until(lambda: changes()[1]["end"], "the fault does not end")
    link, freeze, cut = changes()
    assert before <= link["begin"] == link["end"] <= freeze["begin"] <= freeze["end"] <= cut["begin"] == cut["end"]
    assert [(each["what"], each["by"]) for each in changes()] == [("link", "417"), ("fault", "417"), ("fault", None)]
    assert (link["link"]["profile"], freeze["fault"], cut["fault"]) == ("3G", "freeze", "cut")
    for _ in range(30):
        wire.post("/wires/other/fault", fault="cut")
    assert len(changes()) == 20
    wire.post("/wires/all/link", profile="local")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:8001", "https://localhost:8000"])
def test_a_foreign_origin_is_refused(wire, origin):
    for path, fields in (("/state", None), ("/wires/one/fault", {"fault": "cut"}), ("/events", None)):
        status, response, headers = wire.request(path, fields, Origin=origin)
        assert status == 403
        assert list(response) == ["error"]
        assert headers["Access-Control-Allow-Origin"] is None


def test_a_page_named_at_the_start_may_use_the_control(wire):
    status, _answer, headers = wire.request("/state", Origin=PAGE)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == PAGE
    assert "Origin" in headers["Vary"]
    request = urllib.request.Request(wire.control + "/wires/one/link", method="OPTIONS", headers={"Origin": PAGE})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Headers"] == "content-type, authorization"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8099", "[bad", ""])
def test_a_foreign_host_is_refused(wire, host):
    assert wire.request("/state", Host=host)[0] in (400, 403)


@pytest.mark.parametrize(
    ("status", "path", "fields"),
    [
        (404, "/", None),
        (404, "/exchanges/999999", None),
        (404, "/wires/none/link", {"profile": "3G"}),
        (404, "/capture.pcapng?wire=none", None),
        (400, "/capture.json?seconds=x", None),
        (400, "/capture.json?seconds=nan", None),
        (400, "/capture.json?seconds=601", None),
        (405, "/state", {}),
        (405, "/wires/one/link", None),
        (400, "/wires/one/link", {"profile": "5G"}),
        (400, "/wires/one/link", {"delay_ms": "much"}),
        (400, "/wires/one/fault", {"fault": "flood"}),
        (400, "/wires/one/schedule", {"faults": [{"at": -1, "fault": "cut"}]}),
        (400, "/wires/one/schedule", {"seed": 1}),
        (400, "/server/restart", {"away": 0}),
        (400, "/wires/one/fault", []),
        (400, "/wires/one/fault", {"fault": "cut", "by": ""}),
        (400, "/wires/one/fault", {"fault": "cut", "by": "x" * 41}),
        (400, "/wires/one/link", {"profile": "3G", "by": "two\nlines"}),
        (400, "/server/restart", {"by": 3}),
        (413, "/wires/one/fault", {"fault": "x" * 70_000}),
    ],
)
def test_invalid_values_are_refused_in_one_sentence(wire, status, path, fields):
    answered, response, _headers = wire.request(path, fields)
    assert answered == status
    assert list(response) == ["error"]
    assert response["error"].endswith(".")


def test_events_show_the_traffic_as_it_passes(wire):
    with urllib.request.urlopen(wire.control + "/events", timeout=PATIENCE) as events:
        assert events.headers["Content-Type"] == "text/event-stream"
        assert events.readline() == b"event: state\n"
        with connect(wire.port("other")) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            seen = []
            while "request" not in [exchange["kind"] for exchange in seen]:
                if events.readline() == b"event: exchanges\n":
                    seen += json.loads(events.readline().removeprefix(b"data: "))["exchanges"]
    request = next(exchange for exchange in seen if exchange["kind"] == "request")
    assert (request["wire"], request["direction"], request["size"]) == ("other", "up", 27)
    status, exchange, _headers = wire.request(f"/exchanges/{request['id']}")
    assert status == 200
    assert [part["name"] for part in exchange["parts"]] == ["request line", "Host", "blank line"]


def test_the_capture_as_json_holds_the_bytes_and_parts_of_the_recent_traffic(wire):
    with connect(wire.port("one")) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + 20_000 * b"x")
        until(lambda: "request" in recent(wire), "the request is not in the capture")
    exchange = recent(wire)["request"]
    assert exchange == wire.request(f"/exchanges/{exchange['id']}")[1] | {
        name: exchange[name] for name in ("bytes", "parts", "whole")
    }
    assert (len(base64.b64decode(exchange["bytes"])), exchange["size"], exchange["whole"]) == (16_384, 20_051, False)
    assert [part["name"] for part in exchange["parts"]][:3] == ["request line", "Host", "Content-Length"]
    assert "request" not in recent(wire, "?seconds=0")


def recent(wire, query="?seconds=60"):
    """Return {kind: the last such exchange} of the wire "one", from the capture as JSON."""
    exchanges = wire.request(f"/capture.json{query}")[1]["exchanges"]
    return {exchange["kind"]: exchange for exchange in exchanges if exchange["wire"] == "one"}


def test_other_machines_need_the_token(lay):
    with serving(echo) as port:
        wire = lay(port, options=("--control-host", "0.0.0.0"))
        token = wire.output[-1].strip().partition("?token=")[2]
        assert len(token) > 20
        assert [wire.request(path)[0] for path in ("/state", "/state?token=wrong", f"/state?token={token}")] == [
            403,
            403,
            200,
        ]
        assert wire.request("/state", Authorization=f"Bearer {token}")[0] == 200
        assert wire.request(f"/state?token={token}", Origin="http://evil.example")[0] == 403


def test_a_listener_that_leaves_is_forgotten(wire):
    for _ in range(70):  # more than may listen at the same time
        with socket.create_connection(("127.0.0.1", int(wire.control.rpartition(":")[2])), PATIENCE) as listener:
            listener.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert listener.recv(12) == b"HTTP/1.1 200"
