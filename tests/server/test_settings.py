"""The settings: a mistake in the environment gives one sentence, a deployment is safe, and SPEC.md has all bounds."""

import os
import re
import secrets
import stat
import subprocess
import sys

import pytest

from support.processes import COMMAND, ROOT
from support.raw_http import get

MISTAKES = [
    ({"LAB_DATA": "/dev/null/data"}, "LAB_DATA: /dev/null/data cannot be used"),
    ({"LAB_PUBLISH_RATE": "many"}, "LAB_PUBLISH_RATE: a whole number, 0 or more."),
    ({"LAB_SESSION_RATE": "-1"}, "LAB_SESSION_RATE: a whole number, 0 or more."),
    ({"LAB_SESSION_REQUEST_RATE": "0.5"}, "LAB_SESSION_REQUEST_RATE: a whole number, 0 or more."),
    ({"LAB_ADDRESS_QUEUES": "-1"}, "LAB_ADDRESS_QUEUES: a whole number, 0 or more."),
    ({"DATABASE_URL": "oracle://nobody"}, "DATABASE_URL: not the address of an SQLite or PostgreSQL database"),
    ({"DATABASE_URL": "nonsense"}, "DATABASE_URL: not the address of an SQLite"),
    ({"DATABASE_URL": "postgres://127.0.0.1:1/nobody"}, "The database cannot be used"),
    ({"LAB_TECHNIQUES": "polling,pigeons"}, "LAB_TECHNIQUES: there is no folder pigeons"),
    ({"SECRET_KEY": "CHANGE-ME"}, "SECRET_KEY: still the placeholder of deploy/lab.env"),
    ({"LAB_HTTPS": "1"}, "LAB_HTTPS: needs FORWARDED_ALLOW_IPS"),
    ({"LAB_HTTPS": "1", "FORWARDED_ALLOW_IPS": ""}, "LAB_HTTPS: needs FORWARDED_ALLOW_IPS"),
    ({"PYTHONSAFEPATH": "1"}, "PYTHONSAFEPATH hides the lab's own packages from Python: unset it."),
    ({"DJANGO_SETTINGS_MODULE": "shop.settings"}, "names shop.settings, which is not the lab's: unset it."),
    ({"DJANGO_SETTINGS_MODULE": "django.conf.global_settings"}, "global_settings, which is not the lab's: unset it."),
]


@pytest.mark.server
@pytest.mark.parametrize(("environment", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_a_mistake_in_the_environment_is_one_sentence(tmp_path, environment, sentence):
    environment = os.environ | {"LAB_DATA": str(tmp_path)} | environment
    command = [sys.executable, "manage.py", "serve", "--port", "0"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(start, tmp_path):
    start().stop()
    path = tmp_path / "data" / "secret_key"
    key = path.read_text()
    assert len(key) == 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    start().stop()
    assert path.read_text() == key


def check(folder, **environment):
    """Run Django's own check of a deployment; return its complaints."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = os.environ | {"LAB_DATA": str(folder)} | environment
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    return done.stderr if done.returncode else ""


def deployed(**filled_in):
    """Return the variables of deploy/lab.env, with some filled in."""
    lines = (ROOT / "deploy" / "lab.env").read_text().split("\n")
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#")) | filled_in


@pytest.mark.server
def test_a_deployment_with_a_key_passes_djangos_check(tmp_path):
    assert check(tmp_path, **deployed(LAB_DATA=str(tmp_path), SECRET_KEY=secrets.token_urlsafe(50))) == ""
    assert "SECRET_KEY: still the placeholder" in check(tmp_path, **deployed(LAB_DATA=str(tmp_path)))
    assert "DEBUG" not in check(tmp_path)
    assert "DEBUG" in check(tmp_path, DEBUG="1")


def test_behind_https_pages_by_http_are_redirected_and_cookies_are_secure(start):
    server = start(LAB_HTTPS="1", FORWARDED_ALLOW_IPS="127.0.0.1")
    response = get(server.url, "/polling/lobby/")
    assert (response.status, response.headers["location"]) == (301, f"https://127.0.0.1:{server.port}/polling/lobby/")
    response = get(server.url, "/polling/lobby/", X_Forwarded_Proto="https")
    assert response.status == 200
    assert "Secure" in response.headers["set-cookie"]
    assert response.headers["strict-transport-security"] == "max-age=2592000"  # without subdomains
    assert get(server.url, "/healthz").status == 200  # a health check reaches the server directly, without the proxy


def test_git_ignores_the_secret_key():
    key = ROOT / "data" / "secret_key"
    ignored = subprocess.run(["git", "check-ignore", "-q", str(key)], cwd=ROOT, timeout=COMMAND)
    assert ignored.returncode == 0


CONNECTION = 256 * 1_024  # bytes of memory for one connection, whatever its client sends or does not read
QUEUE, ROOM = 6_000, 12_000  # bytes of memory for each, as measured by test_memory.py
RATE, DRAFT = 1_000, 2_000  # bytes of memory for each counted rate, and for each waiting message
CACHES = 70e6  # bytes: parsed heads, cookies and room names
AT_WORK = 190e6  # bytes: the program itself, and the data that its threads handle at one moment


def test_4_1_the_spec_has_the_sum_of_all_bounds():
    from lab import settings

    a_body = 3 * settings.BODY_MAX  # in pieces, complete, and as Django keeps it
    assert settings.HEAD_MAX + a_body + settings.BUFFER_BYTES < CONNECTION
    in_bytes = {name: value for name, value in vars(settings).items() if name.endswith("_BYTES")}
    messages = sum(in_bytes.values()) - sum(in_bytes[f"{each}_BYTES"] for each in ("PAGE", "QUEUE", "BUFFER"))
    connections = settings.CONNECTIONS_MAX * CONNECTION
    counted = settings.QUEUES_MAX * QUEUE + settings.ROOMS_MAX * ROOM + settings.RATES_MAX * RATE
    rest = messages + counted + settings.WAITING_MAX * DRAFT + CACHES + AT_WORK
    figures = re.search(
        r"at most ([\d.]+) GB in one process.*?allow a process ([\d.]+) GB: ([\d.]+) GB for its connections, "
        r"256 KiB each, and ([\d.]+) GB for everything else",
        " ".join((ROOT / "SPEC.md").read_text().split()),
    ).groups()
    gigabytes = [f"{each / 1e9:.1f}" for each in (connections + rest, connections, rest)]
    assert figures == (f"{messages / 1e9:.2f}", *gigabytes)


def test_4_1_the_spec_has_every_bound_with_its_value():
    from lab import settings

    table = re.findall(r"^\| `([A-Z_]+)`(?: \(`LAB_…`\))? \| ([\d,]+) \|", (ROOT / "SPEC.md").read_text(), re.MULTILINE)
    assert {name: int(value.replace(",", "")) for name, value in table} == {
        name: getattr(settings, name) for name, _value in table
    }
    ends = ("_MAX", "_IDLE", "_RATE", "_CONNECTIONS", "_QUEUES", "_ROOMS", "_SECONDS", "_BYTES", "_KEPT")
    bounds = {name for name in vars(settings) if name.endswith(ends)}
    assert {name for name in bounds if not name.startswith("SECURE_")} == {name for name, _value in table}
