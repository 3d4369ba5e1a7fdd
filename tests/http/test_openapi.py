"""Section 4: the HTTP side does what /openapi.json says, for requests that schemathesis generates."""

import ast
import json
import re
from contextlib import suppress
from importlib import import_module
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from jsonschema_rs import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.definitions import OPENAPI_31

from lab.techniques import TECHNIQUES
from support.processes import PATIENCE, ROOT
from support.raw_http import get, open_socket, post, room_path, send_request
from support.raw_websocket import open_websocket, receive_json, request_handshake
from support.technique_io import HTTP

EXAMPLES, OF_PAGES = 20, 4  # requests for each operation and mode: of the chat, of the pages
SLOW = list(HealthCheck)  # switched off: they complain of a slow server on a busy machine
CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
URLS = "".join((ROOT / app / "urls.py").read_text() for app in ("lab", "benchmarks", "classroom", "teaching"))


@pytest.fixture(scope="module")
def described(server):
    """The server's description of itself."""
    response = get(server.url, "/openapi.json")
    assert (response.status, response.headers["content-type"]) == (200, "application/json")
    return response.json


def test_the_description_is_openapi_3_1(described):
    assert described["openapi"].startswith("3.1")
    Draft202012Validator(OPENAPI_31).validate(described)
    for schema in described["components"]["schemas"].values():
        Draft202012Validator(schema | {"components": described["components"]})


def test_every_route_is_described(described):
    """Each page of the lab's urls.py, each technique, each of its stages."""
    pages = re.findall(r'^.*?\bpath\(f?"([^"]*)", (?!include)', URLS, re.MULTILINE)
    addresses = ["/" + re.sub(r"<str:(\w+)>", r"{\1}", address) for address in pages]
    routes = {address.replace("{name}", technique) for address in addresses for technique in TECHNIQUES}
    for technique in HTTP:
        folders = ["", *(f"stages/{stage}/" for stage in import_module(technique).STAGES)]
        routes |= {f"/{technique}/{folder}{{room}}/messages/" for folder in folders}
    assert routes | {"/i18n/setlang/"} == described["paths"].keys()
    assert len(routes) > 20
    for path, operations in described["paths"].items():
        if path.endswith("/messages/"):
            assert operations.keys() == {"parameters", "get", "post"}
        assert all(operations[method]["responses"] for method in operations.keys() & {"get", "post"}), path


def test_every_refusal_of_the_code_and_of_the_spec_is_described(described):
    files = [path for name in ("lab", *TECHNIQUES) for path in (ROOT / name).glob("*.py")]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text()))]
    named = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "status"]
    raised = {str(value.value) for value in named if isinstance(value, ast.Constant)}
    statuses = described["paths"]["/polling/{room}/messages/"]["post"]["responses"].keys()
    assert raised <= statuses
    spec = (ROOT / "SPEC.md").read_text().partition("## 4 Refusals")[2].partition("## 5")[0]
    assert set(re.findall(r"^\| (\d{3}) \|", spec, re.MULTILINE)) == {status for status in statuses if status >= "400"}


def operations(described, of):
    """Yield schemathesis's operations for a technique of the chat, or for the pages (None)."""
    for result in schemathesis.openapi.from_dict(described).get_all_operations():
        operation = result.ok()
        names = operation.path.strip("/").split("/")
        technique = names[0] if names[-1] == "messages" else None
        is_endless = operation.method == "get" and "text/event-stream" in str(operation.definition.raw)
        if technique == of and not is_endless:
            yield operation


def agree(server, operation, mode, examples):
    """Send the requests that schemathesis generates, and compare each response with the description."""

    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=SLOW)
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case):
        hold = (case.query or {}).get("hold", 25)
        if re.fullmatch(r"[0-9.]+", str(hold)):
            case.query = {**(case.query or {}), "hold": 0}  # else the request would be held
        case.call_and_validate(base_url=server.url, checks=CHECKS, timeout=PATIENCE)

    with suppress(Unsatisfiable):  # an operation without parameters has no invalid ones
        answered()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("of", [*HTTP, None])
def test_4_every_request_gets_a_response_that_is_described(server, described, of, mode):
    for operation in operations(described, of):
        agree(server, operation, mode, EXAMPLES if of else OF_PAGES)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MERGE")


@pytest.mark.parametrize("method", METHODS)
def test_4_405_a_method_that_is_not_described_is_refused(server, described, method):
    """HEAD is allowed wherever GET is."""
    for path, operations in described["paths"].items():
        allowed = [name.upper() for name in operations if name != "parameters"]
        allowed = [each for name in allowed for each in (["GET", "HEAD"] if name == "GET" else [name])]
        if method in allowed:
            continue
        filled = re.sub(r"{\w+}", "generated", path)
        response = send_request(server.url, method, filled, headers={"Content-Length": "0"})
        assert (response.status, response.headers["allow"]) == (405, ", ".join(allowed)), path
        assert method == "HEAD" or response.sentence.startswith("method: "), path


query_values = st.text(max_size=12) | st.integers().map(str) | st.text("0123456789.-+e_ ", max_size=25)


@settings(max_examples=30, deadline=None, database=None, suppress_health_check=SLOW)
@given(after=query_values, last=st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]), max_size=12))
@example(after="0", last="")
def test_4_every_request_for_a_stream_starts_one_or_is_refused(server, after, last):
    path = room_path("sse", "generated", f"?after={quote(after)}")
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nLast-Event-ID: {last}\r\n\r\n"
    with open_socket(server.url) as connection:
        connection.sendall(head.encode("latin-1"))
        begun = connection.recv(1_000)
    good = re.fullmatch(r"[0-9]{1,19}", last.strip() or after) and int(last.strip() or after) < 2**63
    assert begun.startswith(b"HTTP/1.1 200" if good else b"HTTP/1.1 400"), begun


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
bodies = st.binary(max_size=200) | st.fixed_dictionaries(
    {"author": hostile | st.just("Ann"), "text": hostile | st.just("hi")},
    optional={"nonce": hostile, "sent_at": hostile, "type": hostile.filter(lambda kind: kind != "close")},
).map(lambda fields: json.dumps(fields).encode())


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=SLOW)
@given(body=bodies)
def test_4_every_publish_is_stored_or_refused_in_one_sentence(server, technique, body):
    room = f"generated-{technique}"
    before = get(server.url, room_path("polling", room)).json["last"]
    if technique == "websocket":
        with open_websocket(server.url, room) as connection:
            connection.send(body.decode("utf-8", "replace").replace("{", '{"type": "publish", ', 1))
            while (response := receive_json(connection))["type"] == "message":
                pass
            status = response.get("status") or (201 if response["id"] > before else 200)
    else:
        response = post(server.url, room_path(technique, room), body)
        status, response = response.status, response.json
    assert status in (200, 201, 400, 409)
    assert status < 400 or (response["error"].endswith(".") and response["error"].isprintable())
    assert get(server.url, room_path("polling", room)).json["last"] == before + (status == 201)


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=SLOW)
@given(name=st.text(max_size=70) | st.text("ab/.%\r\n\0 é\u0301", max_size=20))
def test_4_every_room_name_is_accepted_or_refused_with_404(server, name):
    path = quote(name, safe="")
    (status,) = {get(server.url, f"/{each}/{path}/messages/?hold=0").status for each in ("polling", "longpoll")}
    assert status in (200, 404)
    assert request_handshake(server.url, f"/ws/websocket/{path}/").status == (101 if status == 200 else 404)
    assert get(server.url, f"/polling/{path}/").status == status
