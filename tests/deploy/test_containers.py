"""The files for containers: every path and command in them, in a folder with what the image holds and nothing else."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from lab.techniques import TECHNIQUES
from support.processes import COMMAND, PATIENCE, ROOT, free_port
from support.raw_http import get

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["demo"]
DEPLOY = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
DOCKERFILE = re.findall(r"^([A-Z]+) (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
DEVCONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
IGNORED = (ROOT / ".dockerignore").read_text().split()
CODESPACE = {"CODESPACE_NAME": "fluffy", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.example.org"}


def instructions(name):
    """Return what follows each instruction of this name in the Dockerfile."""
    return [text for instruction, text in DOCKERFILE if instruction == name]


def is_ignored(path):
    """Return whether .dockerignore leaves a file out."""
    parts = Path(path).parts
    anywhere = [pattern.removeprefix("**/") for pattern in IGNORED if pattern.startswith("**/")]
    return any(f"{path}/".startswith(f"{pattern}/") for pattern in IGNORED) or not set(parts).isdisjoint(anywhere)


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A folder with the files that the image holds."""
    folder = tmp_path_factory.mktemp("image")
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=COMMAND,
    ).stdout
    for name in filter(None, os.fsdecode(names).split("\0")):
        if not is_ignored(name) and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def environment(tmp_path, **changes):
    """Return the environment of a container, with its data in a folder of the test."""
    own = dict(pair.split("=") for text in instructions("ENV") for pair in text.split())
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(tmp_path), **own, "LAB_DATA": str(tmp_path / "data"), **changes}


# The sets of packages of the demo's image, and of the servers' image.
SETS = (instructions("ARG")[0].removeprefix("SETS="), DEPLOY["server"]["build"]["args"]["SETS"])


@contextmanager
def running(command, folder, variables):
    """Run a command that serves until the end of the `with` block; yield the ports that it prints, the page's first."""
    with subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, text=True) as process:
        ports = []
        for line in process.stdout:
            ports += [int(port) for port in re.findall(r":(\d+)/", line.partition(" to ")[0])]
            if line.startswith("Control"):
                break
        try:
            yield list(dict.fromkeys(ports))
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize("left_out", ["tests", "notebooks", "docs", ".git", ".venv", "node_modules", "deploy/.env"])
def test_the_image_is_without_what_only_developers_need(left_out):
    assert is_ignored(left_out)
    assert is_ignored(f"{left_out}/file")


@pytest.mark.parametrize("sets", SETS)
def test_the_packages_of_an_image_are_those_of_its_lock_files(image, tmp_path, sets):
    _user, install = instructions("RUN")
    (source,) = {text.split()[0] for text in instructions("COPY")} - {"."}
    assert (image / source).is_dir()
    dry = environment(tmp_path, SETS=sets, PIP_DRY_RUN="1", PIP_NO_INDEX="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    run = subprocess.run(["sh", "-c", install], cwd=image, env=dry, capture_output=True, text=True, timeout=COMMAND)
    assert run.returncode == 0, run.stderr  # all are installed here, in these versions
    assert "Would install" not in run.stdout


def test_the_demo_has_the_base_alone():
    assert SETS[0] == "base"
    assert COMPOSE["build"] == "."


def test_the_published_ports_are_those_that_the_demo_takes():
    (published,) = COMPOSE["ports"]
    host, outside, inside = published.split(":")
    first, last = map(int, inside.split("-"))
    assert (host, outside) == ("127.0.0.1", inside)
    assert (first, last - first + 1) == (int(COMPOSE["command"][-1]), len(TECHNIQUES) + 2)
    assert DEVCONTAINER["forwardPorts"] == list(range(first, last + 1))


@pytest.mark.server
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_the_demo_of_the_image_shows_the_board_with_its_wires(image, tmp_path, name):
    command = [sys.executable, *COMPOSE["command"][1:-1], str(free_port())]
    with running(command, image, environment(tmp_path, **COMPOSE["environment"])) as (page, *wires, control):
        board = get(f"http://{name}:{page}", "/compare/lobby/")
        policy = board.headers["content-security-policy"]
        assert f"connect-src 'self' http://{name}:{control};" in policy
        assert f"frame-src {' '.join(f'http://{name}:{wire}' for wire in wires)};" in policy
        for technique, wire in zip(TECHNIQUES, wires, strict=True):
            assert get(f"http://{name}:{wire}", f"/{technique}/lobby/pane/").status == 200
        state = get(f"http://{name}:{control}", "/state", Origin=f"http://{name}:{page}")
        assert [wire["name"] for wire in json.loads(state.body)["wires"]] == list(TECHNIQUES)


@pytest.mark.server
def test_the_server_of_the_image_answers(image, tmp_path):
    _python, *arguments = json.loads(instructions("CMD")[0])
    command = [sys.executable, *arguments[:-1], str(free_port())]
    with subprocess.Popen(command, cwd=image, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        port = re.search(r":(\d+)/", process.stdout.readline())[1]
        assert get(f"http://127.0.0.1:{port}", "/healthz").status == 200
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def prepared(image, tmp_path):
    """A copy of the project in which the packages of the base are installed, as the development container has it."""
    assert shlex.split(DEVCONTAINER["postCreateCommand"])[:2] == ["make", "setup"]
    folder = shutil.copytree(image, tmp_path / "project")
    shutil.copytree(ROOT / ".devcontainer", folder / ".devcontainer")
    (folder / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.endswith(".installed"):
            (folder / ".venv" / entry.name).symlink_to(entry)
    for name in ("made", "base.installed"):
        (folder / ".venv" / name).unlink(missing_ok=True)
        (folder / ".venv" / name).touch()
    return folder


@pytest.mark.services  # make
@pytest.mark.server
def test_the_development_container_shows_the_demo_at_the_addresses_of_a_codespace(prepared, tmp_path):
    variables = environment(tmp_path, **CODESPACE, ARGS="--port 0")
    command = [prepared / DEVCONTAINER["postAttachCommand"]]
    with subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert "8001 to 8005" in process.stdout.readline()
        page = re.search(r"https://fluffy-(\d+)\.app\.example\.org/", process.stdout.readline())[1]
        policy = get(f"http://localhost:{page}", "/compare/lobby/").headers["content-security-policy"]
        assert policy.count(" https://fluffy-") == len(TECHNIQUES) + 1
        process.terminate()
        process.communicate(timeout=PATIENCE)
