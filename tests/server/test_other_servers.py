"""The techniques run under other ASGI servers, too, without uvicorn and its parser: they only lose their fast paths."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

import websocket
from benchmarks.servers import launch
from benchmarks.servers.process import run_lab
from support.raw_websocket import dial, hear, say
from support.technique_io import assert_delivered, client

pytestmark = pytest.mark.server

BLOCKED = ("uvicorn", "httptools")


@pytest.fixture(scope="module", params=["daphne", "granian"])
def foreign(request, tmp_path_factory):
    """A server of another kind, in whose processes the imports of BLOCKED fail."""
    folder, modules = tmp_path_factory.mktemp("log"), tmp_path_factory.mktemp("modules")
    (modules / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({BLOCKED}))\n")
    for name in BLOCKED:
        command = [sys.executable, "-c", f"import {name}"]
        assert subprocess.run(command, env=os.environ | {"PYTHONPATH": str(modules)}, check=False).returncode
    with run_lab(folder, launch=launch.launcher(request.param), PYTHONPATH=str(modules)) as (url, _process_id):
        yield SimpleNamespace(url=url)
    assert "Traceback" not in (folder / "server.log").read_text()


def test_every_technique_exchanges_messages_under_other_servers(foreign, room, technique):
    reader, publisher = client(technique, foreign, room, after=0), client(technique, foreign, room)
    assert_delivered(reader, publisher.publish)
    publisher.close()


@pytest.mark.parametrize("stage", websocket.STAGES)
def test_every_websocket_stage_exchanges_messages_under_other_servers(foreign, room, stage):
    with dial(foreign.url, room, path=f"/ws/websocket/stages/{stage}/{room}/") as connection:
        say(connection, type="publish", author="Ann", text="hi", nonce="mine")
        assert {hear(connection)["type"], hear(connection)["type"]} == {"message", "published"}
