"""`make scaled`, and the files in deploy/ that no test can run: they name existing files, programs and settings."""

import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
import yaml

from lab.net.system import StartError
from support.processes import COMMAND, PATIENCE, ROOT, NginxProcess, free_port, until
from support.raw_http import get

DEPLOY = ROOT / "deploy"
OTHERS = {"LAB_LISTEN", "LAB_SERVERS", "LAB_HOST", "LAB_PORT"}  # used only by the files themselves


def responds(url):
    try:
        return get(url, "/healthz").status == 200
    except OSError:
        return False


@pytest.fixture
def folder():
    """A folder for all temporary files; if we are root, PostgreSQL reads it as another user."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.services
@pytest.mark.server
def test_scaled_prints_its_services_restarts_them_and_leaves_nothing_behind(folder):
    command = [sys.executable, "manage.py", "scaled", "--port", "0", "--servers", "2"]
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "LAB_DATA": str(folder / "data")}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as scaled:
        try:
            url = re.search(r"http://[^/]+", scaled.stdout.readline()).group()
            lines = "".join(scaled.stdout.readline() for _ in range(5))
            processes = dict(re.findall(r"  ([\w-]+(?: \d)?) +process (\d+)", lines))
            assert set(processes) == {"nginx", "server 1", "server 2", "redis-server", "postgres"}
            assert get(url, "/healthz").status == 200
            children = psutil.Process(scaled.pid).children(recursive=True)
            for name in processes:
                psutil.Process(int(processes[name])).kill()
                line = scaled.stdout.readline()
                again = re.fullmatch(rf"{name} ended and was started again as process (\d+)\.\n", line)
                assert psutil.pid_exists(int(again[1]))
                assert again[1] != processes[name]
            until(lambda: responds(url), "it does not recover")
            children += psutil.Process(scaled.pid).children(recursive=True)
        finally:
            scaled.send_signal(signal.SIGINT)
        assert scaled.wait(PATIENCE) == 0
    _gone, alive = psutil.wait_procs(children, PATIENCE)
    assert alive == []
    assert [path.name for path in folder.iterdir()] == ["data"]


def test_a_missing_program_is_reported_in_one_sentence(monkeypatch):
    monkeypatch.setattr(NginxProcess, "name", "nginx-that-is-not-there")
    with pytest.raises(StartError) as raised:
        NginxProcess([])
    sentence = "nginx-that-is-not-there is missing: install it, on Debian with 'sudo apt-get install nginx'."
    assert str(raised.value) == sentence


def test_the_files_for_containers_name_existing_files_and_settings():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"nginx", "server", "postgres", "redis", "master", "worker"}
    assert all(set(service.get("depends_on", [])) <= set(services) for service in services.values())
    mounted = [volume.split(":")[0] for volume in services["nginx"]["volumes"]]
    paths = [*mounted, services["server"]["build"]["context"]]
    assert [path for path in paths if not (DEPLOY / path).exists()] == []
    assert Path(ROOT / services["master"]["command"][2]).exists()


def waiting(port):
    """Return the commands by which systemd and Docker find out that a server has started."""
    (unit,) = re.findall(r"^ExecStartPost=(.*)$", (DEPLOY / "lab@.service").read_text(), re.MULTILINE)
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    _cmd, _python, *arguments = services["server"]["healthcheck"]["test"]
    yield shlex.split(unit.replace("%i", str(port)))
    yield [sys.executable, *(argument.replace("8000", str(port)) for argument in arguments)]


def test_a_server_counts_as_started_while_redis_is_away(start):
    server = start(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert get(server.url, "/healthz").status == 503
    for command in waiting(server.port):
        assert subprocess.run(command, timeout=COMMAND, capture_output=True).returncode == 0, command


def test_a_server_without_a_response_does_not_count_as_started():
    by_systemd, by_compose = waiting(free_port())
    assert subprocess.run(by_compose, timeout=COMMAND, capture_output=True).returncode != 0
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(by_systemd, timeout=1, capture_output=True)


def test_secrets_for_containers_go_neither_into_git_nor_into_the_image():
    ignored = subprocess.run(["git", "check-ignore", "-q", "deploy/.env"], cwd=ROOT, timeout=COMMAND)
    assert ignored.returncode == 0
    assert "**/.env" in (ROOT / ".dockerignore").read_text().split("\n")


@pytest.mark.parametrize("file", ["compose.yaml", "lab.env", "README.md"])
def test_the_lab_reads_every_variable_that_a_deployment_sets(file):
    read = set(re.findall(r'env\.\w+\("(\w+)"', (ROOT / "lab" / "settings.py").read_text()))
    text = (DEPLOY / file).read_text()
    named = set(re.findall(r"\b((?:LAB|[A-Z]+)_[A-Z_]+)(?==|:)", text))
    assert named
    ours = {name for name in named if not name.startswith(("POSTGRES_", "NGINX_"))}
    assert ours <= read | OTHERS
