"""The lab starts on every platform that README.md names: what differs there is patched in, or set as it is there."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from lab.net import orphans
from lab.techniques import TECHNIQUES
from support.patched_python import patched
from support.processes import COMMAND, ROOT
from support.short_comparison import write_scenario
from support.technique_io import assert_delivered, client

pytestmark = pytest.mark.server

# macOS: the hard limit of open files is "unlimited", but the kernel refuses more than 10,240.
UNLIMITED = """
import resource
resource.getrlimit = lambda _which: (256, resource.RLIM_INFINITY)
def setrlimit(_which, limits):
    if not 0 <= limits[0] <= 10_240:
        raise ValueError("current limit exceeds maximum limit")
resource.setrlimit = setrlimit
"""
WSL2 = """
import os, posix
os.uname = lambda: posix.uname_result(("Linux", "pc", "5.15.153.1-microsoft-standard-WSL2", "#1 SMP", "x86_64"))
"""
FEW_FILES = ("sh", "-c", 'ulimit -n 256 && exec "$@"', "sh")
ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The project as a zip without git, in a folder with spaces and letters that are not ASCII."""
    folder = tmp_path_factory.mktemp("home") / "Mes leçons 物理" / "realtime-lab main"
    skipped = (".git", ".venv", "node_modules", "data", "results", "__pycache__", ".*_cache", ".hypothesis", "tests")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*skipped))
    return folder


@pytest.fixture(params=["macOS", "few files", "no HOME", "ASCII", "a zip in a folder with spaces"])
def platform(request, tmp_path):
    """A platform: its folder, its environment, and the command before each command."""
    environment = os.environ | {"LAB_DATA": str(tmp_path / "data")}
    platform = SimpleNamespace(folder=ROOT, environment=environment, before=())
    if request.param == "macOS":
        environment |= patched(tmp_path / "patch", UNLIMITED)
    elif request.param == "few files":
        platform.before = FEW_FILES
    elif request.param == "no HOME":
        environment.pop("HOME", None)
    elif request.param == "ASCII":
        environment |= ASCII
    else:
        platform.folder = request.getfixturevalue("unpacked")
        environment.pop("LAB_DATA")
    return platform


@contextmanager
def started(platform, *command):
    """Run one of the lab's commands until the end of the block; yield (process, the first line that it prints)."""
    process = subprocess.Popen(
        [*platform.before, sys.executable, "manage.py", *command],
        cwd=platform.folder, env=platform.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    orphans.adopt(process.pid)
    try:
        yield process, process.stdout.readline().decode()
    finally:
        process.terminate()
        _printed, complaints = process.communicate(timeout=COMMAND)
    assert b"Traceback" not in complaints


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_server_starts_and_every_technique_delivers(platform, command, room):
    with started(platform, command, "--port", "0") as (_process, line):
        assert "The lab listens on" in line
        server = SimpleNamespace(url=re.search(r"http://[\w.:]+", line).group())
        for technique in TECHNIQUES:
            publisher = client(technique, server, room)
            assert_delivered(client(technique, server, room), publisher.publish)
            publisher.close()


def test_a_wire_starts(platform):
    with started(platform, "wire", "--to", "127.0.0.1:9", "--port", "0", "--control-port", "0") as (_process, line):
        assert re.match(r"Wire \S+: http://127.0.0.1:\d+/ to 127.0.0.1:9", line)


@pytest.mark.parametrize("before", [(), FEW_FILES], ids=["unlimited", "few files"])
def test_a_comparison_has_its_report_everywhere(unpacked, tmp_path, before):
    """On all these platforms at once; the limit of open files is one or the other."""
    environment = os.environ | ASCII | ({} if before else patched(tmp_path / "patch", UNLIMITED))
    environment.pop("HOME", None)
    scenario = write_scenario(tmp_path)
    command = [sys.executable, "manage.py", "compare", "--scenario", scenario, "--out", tmp_path]
    done = subprocess.run([*before, *command], cwd=unpacked, env=environment, capture_output=True, timeout=COMMAND)
    assert done.returncode == 0, done.stderr
    (report,) = tmp_path.glob("*-moment/report.html")
    assert "Short polling" in report.read_text(encoding="utf-8")


LIMITS = """
import resource
from lab.net.system import allow_many_connections
allow_many_connections()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("hard", "accepted", "expected"), [(4_096, 4_096, 4_096), (-1, 10_240, 10_240), (-1, 100, 64)])
def test_the_limit_of_open_files_is_the_largest_that_the_kernel_accepts(tmp_path, hard, accepted, expected):
    kernel = f"""
import resource
limits = [(64, {hard})]
resource.RLIM_INFINITY = -1
resource.getrlimit = lambda _which: limits[-1]
def setrlimit(_which, wanted):
    if not 0 <= wanted[0] <= {accepted}:
        raise ValueError("current limit exceeds maximum limit")
    limits.append(wanted)
resource.setrlimit = setrlimit
"""
    environment = os.environ | patched(tmp_path, kernel)
    command = [sys.executable, "-c", LIMITS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")


@pytest.mark.parametrize("mode", ["nat", "mirrored", "bridged", None])
def test_wsl2_prints_no_address_of_the_virtual_machine(tmp_path, mode):
    """It has a network of its own, unless `wslinfo` says that it mirrors that of Windows."""
    environment = os.environ | patched(tmp_path / "patch", WSL2) | {"LAB_DATA": str(tmp_path / "data")}
    if mode:
        program = tmp_path / "bin" / "wslinfo"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho {mode}\n")
        program.chmod(0o755)
        environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    platform = SimpleNamespace(folder=ROOT, environment=environment, before=())
    with started(platform, "serve", "--port", "0", "--host", "0.0.0.0") as (process, _line):
        second = process.stdout.readline().decode()
    hidden = mode not in ("mirrored", "bridged")
    assert ("networkingMode=mirrored" in second) == hidden
    if hidden:
        command = [sys.executable, "manage.py", "serve", "--lan", "--port", "0"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
        assert done.returncode == 1
        assert re.fullmatch(r"CommandError: --lan: WSL2 is in a network of its own.*\.\n", done.stderr)
