"""A terminal that is narrow in its letters, closed or full: the lab says what can be said, and serves."""

import os
import signal
import subprocess
import sys

import pytest

from support.processes import ROOT, free_port, until
from support.raw_http import get

OTHER = "127.0.0.2"  # of this machine, and reachable from nowhere else
LAN = ["serve", "--lan", OTHER]


def run(arguments, tmp_path, redirection="", **environment):
    """Start a command by a shell, which redirects its output; return (its process, the port)."""
    port = free_port()
    environment = os.environ | {"LAB_DATA": str(tmp_path), "DISPLAY": "", "WAYLAND_DISPLAY": ""} | environment
    command = [sys.executable, "manage.py", *arguments, "--port", str(port)]
    script = f'exec "$0" "$@" {redirection}'
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(["sh", "-c", script, *command], cwd=ROOT, env=environment, **streams), port


def answers(host, port):
    try:
        return get(f"http://{host}:{port}", "/healthz").status == 200
    except OSError:
        return False


def ended(process):
    process.terminate()
    return process.communicate()


@pytest.mark.server
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_4_a_terminal_without_blocks_shows_the_address_and_serves(tmp_path, encoding):
    process, port = run(LAN, tmp_path, PYTHONIOENCODING=encoding)
    until(lambda: answers(OTHER, port), "it does not serve")
    said, complaints = (text.decode(encoding) for text in ended(process))
    assert f"http://{OTHER}:{port}/" in said
    assert "###" in said
    assert "This terminal cannot show the QR code." in said
    assert "Traceback" not in complaints


@pytest.mark.server
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "2>&-", ">&- 2>&- <&-", ">/dev/full 2>&1"])
@pytest.mark.parametrize("arguments", [LAN, ["demo"]], ids=["serve", "demo"])
def test_closed_and_full_output_stops_no_server(tmp_path, arguments, redirection):
    process, port = run(arguments, tmp_path, redirection)
    host = OTHER if arguments == LAN else "127.0.0.1"
    until(lambda: answers(host, port), "it does not serve")
    assert process.poll() is None
    _said, complaints = ended(process)
    assert b"Traceback" not in complaints
    assert b"Exception ignored" not in complaints
    assert process.returncode in (0, -signal.SIGTERM)


@pytest.mark.server
def test_a_reader_of_the_first_line_alone_stops_no_demo(tmp_path):
    process, port = run(["demo"], tmp_path)
    assert b"The lab listens on" in process.stdout.readline()
    process.stdout.close()  # as `head -1` does
    until(lambda: answers("127.0.0.1", port), "it does not serve")
    process.terminate()
    with process:
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.server
def test_a_command_that_only_prints_ends_well_where_nobody_reads(tmp_path):
    command = f'"{sys.executable}" manage.py advise | true; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_an_archive_without_git_says_that_its_version_is_unknown(tmp_path, monkeypatch):
    from benchmarks.campaigns import manifest
    from benchmarks.report import context

    monkeypatch.setattr(manifest, "ROOT", tmp_path)  # which may lie inside somebody else's repository
    assert context.complete(manifest.code_version()) == {"commit": "unknown", "changed": "unknown", "difference": None}
    assert context.complete({"commit": ""})["commit"] == "unknown"  # as older results have it
    assert context.complete({"seed": 7}) == {"seed": 7}
