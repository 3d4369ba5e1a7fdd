"""The techniques also run under other ASGI servers, without uvicorn and httptools; they only lose their fast paths."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

import websocket
from benchmarks.servers import launch
from benchmarks.servers.process import run_lab
from support.patched_python import without
from support.raw_websocket import open_websocket, receive_json, send_json
from support.technique_io import assert_delivered, client

pytestmark = pytest.mark.server

BLOCKED = ("uvicorn", "httptools")


@pytest.fixture(scope="module", params=["daphne", "granian"])
def foreign(request, tmp_path_factory):
    """Another ASGI server; in its processes, importing a module of BLOCKED fails."""
    folder, environment = tmp_path_factory.mktemp("log"), without(tmp_path_factory.mktemp("modules"), BLOCKED)
    for name in BLOCKED:
        command = [sys.executable, "-c", f"import {name}"]
        assert subprocess.run(command, env=os.environ | environment, check=False).returncode
    with run_lab(folder, launch=launch.launcher(request.param), **environment) as (url, _process_id):
        yield SimpleNamespace(url=url)
    assert "Traceback" not in (folder / "server.log").read_text()


def test_every_technique_exchanges_messages_under_other_servers(foreign, room, technique):
    reader, publisher = client(technique, foreign, room, after=0), client(technique, foreign, room)
    assert_delivered(reader, publisher.publish)
    publisher.close()


@pytest.mark.parametrize("stage", websocket.STAGES)
def test_every_websocket_stage_exchanges_messages_under_other_servers(foreign, room, stage):
    with open_websocket(foreign.url, room, path=f"/ws/websocket/stages/{stage}/{room}/") as connection:
        send_json(connection, type="publish", author="Ann", text="hi", nonce="mine")
        assert {receive_json(connection)["type"], receive_json(connection)["type"]} == {"message", "published"}
