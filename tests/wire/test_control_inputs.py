"""Every request to the control, however odd, gets a response, and none causes an error in the control."""

import http.client
import json
from contextlib import closing
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.byte_servers import echo, serving
from support.patched_python import patched
from support.processes import PATIENCE, ROOT
from support.wires import WireProcess

PAGE = "http://localhost:8000"
FAILING_SCHEDULE = """
from lab.wire.relay import faults


def fail(*_arguments):
    raise KeyError("a fault of the test")


faults.random_schedule = fail
"""
STATUSES = {200, 204, 400, 403, 404, 405, 409, 413, 415, 431, 503}


@pytest.fixture(scope="module")
def wire(lay_for_all):
    with serving(echo) as port:
        yield lay_for_all(port, "one", "other", options=("--origin", PAGE))


def send_request(wire, method, path, headers=(), body=None):
    """Send a request with `headers`, (name, value) in order, and a Host; return (status, headers, body)."""
    address = wire.control.removeprefix("http://")
    with closing(http.client.HTTPConnection(address, timeout=PATIENCE)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        names = {name.lower() for name, _value in headers}
        for name, value in [*([] if "host" in names else [("Host", address)]), *headers]:
            connection.putheader(name, value)
        if body is not None and "content-length" not in names:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        # An event stream that is accepted has no end.
        data = b"" if response.getheader("Content-Type") == "text/event-stream" else response.read()
        return response.status, response.headers, data


def refused(wire, status, *request, **options):
    """Check that a request is refused with this status and one sentence; return the sentence."""
    answered, headers, data = send_request(wire, *request, **options)
    assert answered == status, data
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    response = json.loads(data)
    assert list(response) == ["error"]
    assert response["error"].endswith(".")
    return response["error"]


@pytest.mark.parametrize("name", ["Host", "Origin", "Authorization", "Content-Type", "Content-Encoding"])
def test_a_repeated_header_is_refused(lay, name):
    """A proxy may have checked the first one."""
    with serving(echo) as port:
        wire = lay(port, options=("--control-host", "0.0.0.0", "--origin", PAGE))
        token = wire.output[-1].strip().partition("?token=")[2]
        host = wire.control.removeprefix("http://")
        good = {"Host": host, "Origin": PAGE, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        good["Content-Encoding"] = "identity"
        headers = list(good.items())
        assert send_request(wire, "GET", "/state", headers)[0] == 200
        assert refused(wire, 400, "GET", "/state", [*headers, (name, good[name])]) == f"{name}: only one is allowed."
        assert refused(wire, 400, "GET", f"/state?token={token}&token={token}") == "token: only one is allowed."


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8099", "[::1]", "[::1]:8099", "localhost \t"])
def test_a_host_of_this_machine_is_accepted(wire, host):
    assert send_request(wire, "GET", "/state", [("Host", host)])[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "localhost.evil.example",
            "localhost@evil.example",
            "evil@localhost",
            "localhost/",
            "::1",
            "",
        ),
        *("localhost?x", "localhost#", "localhost:8099x", "localhost, localhost", "127.0.0.1.", "0.0.0.0", "127.1"),
    ],
)
def test_a_host_of_another_machine_is_refused(wire, host):
    refused(wire, 403, "GET", "/state", [("Host", host)])


def test_white_space_around_a_value_is_ignored(wire):
    """RFC 9110 §5.5."""
    status, headers, _body = send_request(wire, "GET", "/state", [("Origin", f"{PAGE} \t")])
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, PAGE)


@pytest.mark.parametrize("path", ["/state", "/events", "/capture.pcapng?wire=all"])
def test_head_gets_only_the_headers(wire, path):
    """RFC 9110 §9.3.2."""
    status, headers, body = send_request(wire, "HEAD", path)
    assert (status, body) == (200, b"")
    assert headers["Content-Type"] in ("application/json", "text/event-stream", "application/x-pcapng")
    assert refused(wire, 405, "DELETE", path) == "method: GET or HEAD."


def test_a_preflight_has_no_body_and_no_length(wire):
    status, headers, _body = send_request(wire, "OPTIONS", "/wires/one/link", [("Origin", PAGE)])
    assert (status, headers["Content-Length"], headers["Content-Type"]) == (204, None, None)


SCHEDULE, LINK, FAULT = "/wires/one/schedule", "/wires/one/link", "/wires/one/fault"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *((SCHEDULE, f'{{"seed": {seed}, "seconds": 1, "every": 1}}'.encode()) for seed in (
            *('"\\ud800"', "true", "[]", "{}", "1.5", '"\\u0000"', '"%s"' % ("x" * 101), "1e400", "9" * 5_000),
        )),
        (SCHEDULE, b'{"seed": 1, "seconds": 1, "every": 1, "faults": []}'),
        (SCHEDULE, b'{"seed": 1, "seconds": 1, "every": 1, "else": 1}'),
        (SCHEDULE, b'{"seed": 1, "seconds": 1e400, "every": 1}'),
        (SCHEDULE, b'{"faults": null}'),
        (SCHEDULE, b'{"faults": [{"at": 0, "fault": "\\ud800"}]}'),
        (LINK, b'{"profile": "\\ud800"}'),
        (LINK, b'{"\\ud800": 1}'),
        (LINK, b'{"delay_ms": NaN}'),
        (LINK, b'{"delay_ms": 1e309}'),
        (LINK, b'{"delay_ms": %b}' % (b"9" * 4_000)),
        (LINK, b'{"delay_ms": true}'),
        (LINK, '{"delay_ms": 1}'.encode("utf-16")),
        (LINK, '{"delay_ms": 1, "é": 1}'.encode("latin-1")),
        (FAULT, b'{"fault": "trickle", "rate": Infinity}'),
        (FAULT, b'{"fault": ["cut"]}'),
        (FAULT, b"[" * 60_000),
        (FAULT, b"\xff"),
        ("/server/restart", b'{"away": 0, "now": true}'),
    ],
)  # fmt: skip
def test_an_invalid_body_is_refused(wire, path, body):
    refused(wire, 400, "POST", path, body=body)


@pytest.mark.parametrize(
    "header",
    [
        *(
            ("Content-Type", f"application/json; charset={charset}")
            for charset in ("latin-1", "utf-16", '"utf-16"', "")
        ),
        *(("Content-Encoding", coding) for coding in ("gzip", "br", "identity, gzip")),
    ],
)
def test_an_encoded_body_is_refused(wire, header):
    refused(wire, 415, "POST", LINK, [header], b'{"delay_ms": 0}')


def test_an_incomplete_body_has_no_effect(wire):
    before = wire.state("one")["link"]
    with closing(http.client.HTTPConnection(wire.control.removeprefix("http://"), timeout=PATIENCE)) as connection:
        connection.putrequest("POST", LINK)
        connection.putheader("Content-Length", "100")
        connection.endheaders(b'{"delay_ms": 60000}')
        connection.sock.shutdown(1)
        assert connection.sock.recv(4_096).split(b" ")[1:2] in ([], [b"400"])
    assert wire.state("one")["link"] == before


@pytest.mark.server
def test_an_error_of_the_control_is_logged(tmp_path):
    """Otherwise nobody could repair it."""
    with serving(echo) as port:
        wire = WireProcess(f"127.0.0.1:{port}", ("one",), **patched(tmp_path, FAILING_SCHEDULE, ROOT))
        status, _headers, _data = send_request(wire, "POST", SCHEDULE, body=b'{"seed": 1, "seconds": 1, "every": 1}')
        wire.process.terminate()
        said = wire.process.communicate(timeout=PATIENCE)[1]
    assert status == 500
    assert "KeyError: 'a fault of the test'" in said


texts = st.text(max_size=20) | st.sampled_from(["\ud800", "\0", "cut", "trickle", "3G", "local", "all", "x" * 200])
numbers = st.integers(-5, 5) | st.floats() | st.integers() | st.sampled_from([10**400, 1e308, 3_600, 60_000])
leaves = st.none() | st.booleans() | numbers | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
FIELDS = (
    "profile",
    "delay_ms",
    "jitter_ms",
    "rate_up",
    "rate_down",
    "connect_ms",
    "fault",
    "seconds",
    "rate",
    "faults",
)
names = st.sampled_from([*FIELDS, "seed", "every", "at", "away"]) | texts
fields = st.dictionaries(names, values | st.lists(st.dictionaries(names, leaves), max_size=3), max_size=5)
bodies = st.binary(max_size=60) | (fields | values).map(lambda value: json.dumps(value).encode())
segments = st.sampled_from(["one", "other", "all", "none", "é", "%2e%2e", "%ff", "%00"]) | texts.map(
    lambda text: quote(text, errors="replace", safe="")
)
paths = st.one_of(
    st.builds("/wires/{}/{}".format, segments, st.sampled_from(["link", "fault", "schedule", "other"]).map(quote)),
    st.builds("/exchanges/{}".format, st.integers(0, 10**20) | segments),
    st.builds("/capture.pcapng?wire={}&{}".format, segments, segments),
    st.builds("/capture.json?seconds={}&{}".format, segments | st.floats().map(str), segments),
    st.sampled_from(["/state", "/state?token=x", "/events", "/server/restart", "*", "/", "//", "/state/"]),
    segments.map("/{}".format),
).map(lambda path: quote(path, safe="/?&=%*"))
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
headers = st.tuples(
    st.sampled_from(["Origin", "Authorization", "Content-Type", "Content-Encoding", "Accept", "Cookie", "X-Any"]),
    header_values | st.sampled_from([PAGE, "null", "application/json", "gzip", "identity", "Bearer x", ""]),
)
hosts = st.just(()) | st.lists(header_values.map(lambda value: ("Host", value)), min_size=1, max_size=2)
methods = st.sampled_from(["GET", "HEAD", "POST", "POST", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"])


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(methods, paths, hosts, st.lists(headers, max_size=3), st.none() | bodies)
@example("POST", SCHEDULE, (), [], b'{"seed": "\\ud800", "seconds": 1, "every": 1}')
def test_every_request_gets_a_response(wire, method, path, hosts, headers, body):
    """The log must hold no error either: the fixture checks it when the wire ends."""
    status, response_headers, data = send_request(
        wire, method, path, [*hosts, *[(n, v.encode("latin-1")) for n, v in headers]], body
    )
    assert status in STATUSES, (status, data)
    if status >= 400 and method != "HEAD":
        assert response_headers["Content-Type"] == "application/json"
        response = json.loads(data)
        assert list(response) == ["error"]
        assert response["error"].endswith(".")
    elif status == 200 and response_headers["Content-Type"] == "application/json" and method != "HEAD":
        json.loads(data)
