"""Recordings: which traffic is in them, what is left out, and the scripts that they bring along."""

import base64
import json
import re

import pytest

from support.processes import free_port, run_command
from teaching.recording import bundle
from teaching.recording.page import ENTRY
from teaching.recording.traffic import deliveries, of_the_chat, without_secrets

MESSAGE = b'{"id":7,"room":"r","author":"Ann","text":"\\"id\\":9","nonce":"n","sent_at":%b,"published_at":1010.5}'


def exchange(number, wire="sse", data=b"", **fields):
    """Return an exchange as the control describes it."""
    given = {"id": number, "wire": wire, "connection": 1, "at": 1_050.0, "direction": "down", "kind": "event"}
    given |= {"size": len(data), "payload": 0, "answers": None, "messages": [], "parts": []}
    return given | {"bytes": base64.b64encode(data).decode()} | fields


def request(number, line, **fields):
    data = f"GET {line} HTTP/1.1\r\n\r\n".encode()
    return exchange(number, data=data, **{"direction": "up", "kind": "request"} | fields)


def test_only_the_chats_exchanges_are_recorded():
    page = request(1, "/sse/lobby/pane/", connection=1)
    script = request(3, "/static/lab/client.js", connection=2)
    messages = request(5, "/sse/lobby/messages/?after=0", connection=3)
    socket = request(7, "/ws/websocket/lobby/", connection=4, kind="handshake")
    answers = [
        exchange(number + 1, answers=number, connection=number // 2 + 1, kind="answer") for number in (1, 3, 5, 7)
    ]
    connects = [exchange(10 + each, connection=each, kind="connect", direction="up") for each in (1, 2, 3, 4)]
    kept = of_the_chat([page, script, messages, socket, *answers, *connects])
    assert [each["id"] for each in kept] == [5, 7, 6, 8, 13, 14]


def test_cookies_are_made_unreadable_and_nothing_else_changes():
    data = b"GET / HTTP/1.1\r\nHost: x\r\ncookie: lab_login=secret; a=b\r\nCookie2: c\r\n\r\n"
    parts = [{"name": "cookie", "value": "lab_login=secret; a=b"}, {"name": "Host", "value": "x"}]
    clean = without_secrets(exchange(1, data=data, parts=parts))
    raw = base64.b64decode(clean["bytes"])
    assert raw == data.replace(b"lab_login=secret; a=b", b"x" * 21)
    assert [part["value"] for part in clean["parts"]] == ["x" * 21, "x"]


@pytest.mark.parametrize(("sent_at", "sent"), [(b"1000.0", 1000.0), (b"null", 1010.5)])
def test_a_delivery_is_the_first_exchange_with_the_message(sent_at, sent):
    data = b"data: " + MESSAGE % sent_at
    first, again = exchange(1, data=data, payload=90), exchange(2, data=data, payload=90, at=2_000.0)
    publish = request(3, "/sse/lobby/messages/", payload=10)
    reply = exchange(4, wire="sse", data=data, payload=90, answers=3, at=1_011.0)
    found = deliveries([publish, reply, first, again])
    assert found == {"sse": {7: {"sent": sent, "published": 1010.5, "at": 1050.0, "ms": 1050.0 - sent}}}


def test_the_scripts_of_a_recording_import_only_each_other():
    scripts = bundle.scripts(ENTRY)
    assert {"lab/lanes/lane.js", "lab/lanes/inspector.js", ENTRY} <= set(scripts)
    for text in scripts.values():
        imported = re.findall(r'^(?:import|export)\b[^;"=]*? from "([^"]+)";', text, re.MULTILINE)
        assert set(imported) <= set(scripts)
    assert set(json.loads(bundle.import_map(ENTRY))["imports"]) == set(scripts)


@pytest.mark.server
def test_without_a_demo_one_sentence_says_so(tmp_path):
    url = f"http://127.0.0.1:{free_port()}/"
    done = run_command("record", "--url", url, "--output", str(tmp_path / "out.html"), data=tmp_path / "data")
    assert done.returncode == 1
    assert "Is `make demo` running?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.html").exists()


def test_a_server_without_wires_cannot_be_recorded(server, tmp_path):
    done = run_command("record", "--url", f"{server.url}/", data=tmp_path / "data")
    assert (done.returncode, "has no wires: start the lab with `make demo`." in done.stderr) == (1, True)
