"""A terminal that lacks characters, is closed, or is full does not stop the lab."""

import os
import signal
import subprocess
import sys

import pytest

from support.processes import ROOT, free_port, until
from support.raw_http import get

OTHER = "127.0.0.2"  # an address that only this machine can reach
LAN = ["serve", "--lan", OTHER]


def run(arguments, tmp_path, redirection="", **environment):
    """Start a command in a shell that redirects its output; return (process, port)."""
    port = free_port()
    environment = os.environ | {"LAB_DATA": str(tmp_path), "DISPLAY": "", "WAYLAND_DISPLAY": ""} | environment
    command = [sys.executable, "manage.py", *arguments, "--port", str(port)]
    script = f'exec "$0" "$@" {redirection}'
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(["sh", "-c", script, *command], cwd=ROOT, env=environment, **streams), port


def responds(host, port):
    try:
        return get(f"http://{host}:{port}", "/healthz").status == 200
    except OSError:
        return False


def ended(process):
    process.terminate()
    return process.communicate()


@pytest.mark.server
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_4_a_terminal_without_block_characters_shows_the_address(tmp_path, encoding):
    process, port = run(LAN, tmp_path, PYTHONIOENCODING=encoding)
    until(lambda: responds(OTHER, port), "it does not serve")
    said, complaints = (text.decode(encoding) for text in ended(process))
    assert f"http://{OTHER}:{port}/" in said
    assert "###" in said
    assert "This terminal cannot show the QR code." in said
    assert "Traceback" not in complaints


@pytest.mark.server
@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "2>&-", ">&- 2>&- <&-", ">/dev/full 2>&1"])
@pytest.mark.parametrize("arguments", [LAN, ["demo"]], ids=["serve", "demo"])
def test_a_server_runs_on_if_its_output_is_closed_or_full(tmp_path, arguments, redirection):
    process, port = run(arguments, tmp_path, redirection)
    host = OTHER if arguments == LAN else "127.0.0.1"
    until(lambda: responds(host, port), "it does not serve")
    assert process.poll() is None
    _said, complaints = ended(process)
    assert b"Traceback" not in complaints
    assert b"Exception ignored" not in complaints
    assert process.returncode in (0, -signal.SIGTERM)


@pytest.mark.server
def test_a_demo_runs_on_if_only_its_first_line_is_read(tmp_path):
    process, port = run(["demo"], tmp_path)
    assert b"The lab listens on" in process.stdout.readline()
    process.stdout.close()  # as `head -1` does
    until(lambda: responds("127.0.0.1", port), "it does not serve")
    process.terminate()
    with process:
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.server
def test_a_command_that_only_prints_succeeds_if_nobody_reads(tmp_path):
    command = f'"{sys.executable}" manage.py advise | true; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_an_archive_without_git_has_an_unknown_version(tmp_path, monkeypatch):
    from benchmarks.campaigns import manifest
    from benchmarks.report import context

    monkeypatch.setattr(manifest, "ROOT", tmp_path)  # it may lie inside another repository
    assert context.complete(manifest.code_version()) == {"commit": "unknown", "changed": "unknown", "difference": None}
    assert context.complete({"commit": ""})["commit"] == "unknown"  # as older results have it
    assert context.complete({"seed": 7}) == {"seed": 7}
