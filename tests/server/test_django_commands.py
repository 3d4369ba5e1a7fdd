"""The commands that people know from Django: `runserver` and `test`."""

import re
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from support.processes import ROOT, ServerProcess, run_command, until
from support.raw_http import get
from support.technique_io import TECHNIQUES, publish, read

pytestmark = pytest.mark.server


@contextmanager
def runserver(data, *arguments):
    """Run `manage.py runserver`; yield a ServerProcess that listens, and the lines that it printed until then."""
    server = ServerProcess(data)
    with subprocess.Popen(
        [sys.executable, "manage.py", "runserver", *arguments],
        cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            lines = [process.stdout.readline()]
            if " listens on " not in lines[0]:
                lines.append(process.stdout.readline())
            server.port = int(re.search(r":(\d+)/", lines[-1])[1])
            yield server, lines
        finally:
            process.terminate()


@pytest.mark.parametrize("address", ["{}", "127.0.0.1:{}", "localhost:{}", "0:{}"])
def test_runserver_serves_the_whole_lab(tmp_path, room, address):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with runserver(tmp_path, address.format(port)) as (server, lines):
        assert server.port == port
        assert "manage.py serve" in lines[0]
        for number, technique in enumerate(TECHNIQUES, 1):
            until(lambda: get(server.url, "/healthz").status == 200, "it is never well")
            assert get(server.url, f"/{technique}/{room}/").status == 200
            assert publish(technique, server, room, technique)[0] == 201
            assert read(technique, server, room, number).ids == list(range(1, number + 1))


@pytest.mark.parametrize("options", [("--noreload",), ("--nothreading", "--insecure", "--nostatic")])
def test_runserver_takes_the_options_that_django_has(tmp_path, options):
    with runserver(tmp_path, "127.0.0.1:0", *options) as (server, _lines):
        assert get(server.url, "/static/lab/style.css").status == 200


def test_runserver_says_in_one_sentence_why_it_does_not_start(tmp_path, server):
    done = run_command("runserver", str(server.port), data=tmp_path)
    assert done.returncode == 1
    assert f"manage.py serve --host 127.0.0.1 --port {server.port}" in done.stdout
    sentence = f"Cannot listen on 127.0.0.1:{server.port}: Address already in use; choose another with --port."
    assert done.stderr == f"CommandError: {sentence}\n"
    done = run_command("runserver", "nonsense:port", data=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("arguments", [(), ("polling",), ("lab.tests", "--keepdb", "-v", "2"), ("--parallel", "2")])
def test_test_says_how_the_tests_run(tmp_path, arguments):
    done = run_command("test", *arguments, data=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The tests run with pytest:")
    assert done.stderr.count("\n") == 1
    assert "`make check`" in done.stderr
    assert "`make test`" in done.stderr
