"""A mistake in the environment is one sentence, not a traceback."""

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
    """Run Django's own check of a deployment; return what it complains of."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = os.environ | {"LAB_DATA": str(folder)} | environment
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)
    return done.stderr if done.returncode else ""


def deployed(**filled_in):
    """Return what deploy/lab.env says, with what somebody fills in."""
    lines = (ROOT / "deploy" / "lab.env").read_text().split("\n")
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#")) | filled_in


@pytest.mark.server
def test_a_deployment_passes_djangos_check_once_its_key_is_filled_in(tmp_path):
    assert check(tmp_path, **deployed(LAB_DATA=str(tmp_path), SECRET_KEY=secrets.token_urlsafe(50))) == ""
    assert "SECRET_KEY: still the placeholder" in check(tmp_path, **deployed(LAB_DATA=str(tmp_path)))
    assert "DEBUG" not in check(tmp_path)
    assert "DEBUG" in check(tmp_path, DEBUG="1")


def test_behind_https_a_page_by_http_leads_there_and_cookies_are_for_https_alone(start):
    server = start(LAB_HTTPS="1", FORWARDED_ALLOW_IPS="127.0.0.1")
    answer = get(server.url, "/polling/lobby/")
    assert (answer.status, answer.headers["location"]) == (301, f"https://127.0.0.1:{server.port}/polling/lobby/")
    answer = get(server.url, "/polling/lobby/", X_Forwarded_Proto="https")
    assert answer.status == 200
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=2592000"  # and nothing of other names
    assert get(server.url, "/healthz").status == 200  # a health check reaches the server directly, without the proxy


def test_git_knows_nothing_of_the_secret_key():
    key = ROOT / "data" / "secret_key"
    ignored = subprocess.run(["git", "check-ignore", "-q", str(key)], cwd=ROOT, timeout=COMMAND)
    assert ignored.returncode == 0


CONNECTION = 256 * 1_024  # bytes that one connection may hold, whatever its client sends and does not take
QUEUE, ROOM = 6_000, 12_000  # bytes of each, as test_memory.py measures them
RATE, DRAFT = 1_000, 2_000  # bytes of each that is counted by number
CACHES = 70e6  # heads, cookies and rooms' names that were read before
AT_WORK = 190e6  # the program itself, and what its threads read and write at one moment


def test_4_1_the_spec_tells_what_all_bounds_together_allow():
    from lab import settings

    a_body = 3 * settings.BODY_MAX  # as it comes, whole, and as Django keeps it
    assert settings.HEAD_MAX + a_body + settings.BUFFER_BYTES < CONNECTION
    in_bytes = {name: value for name, value in vars(settings).items() if name.endswith("_BYTES")}
    messages = sum(in_bytes.values()) - sum(in_bytes[f"{each}_BYTES"] for each in ("PAGE", "QUEUE", "BUFFER"))
    connections = settings.CONNECTIONS_MAX * CONNECTION
    counted = settings.QUEUES_MAX * QUEUE + settings.ROOMS_MAX * ROOM + settings.RATES_MAX * RATE
    rest = messages + counted + settings.WAITING_MAX * DRAFT + CACHES + AT_WORK
    told = re.search(
        r"at most ([\d.]+) GB in one process.*?allow a process ([\d.]+) GB: ([\d.]+) GB for its connections, "
        r"256 KiB each, and ([\d.]+) GB for everything else",
        " ".join((ROOT / "SPEC.md").read_text().split()),
    ).groups()
    assert told == (f"{messages / 1e9:.2f}", *(f"{each / 1e9:.1f}" for each in (connections + rest, connections, rest)))


def test_4_1_the_spec_tells_every_bound_as_it_is():
    from lab import settings

    table = re.findall(r"^\| `([A-Z_]+)`(?: \(`LAB_…`\))? \| ([\d,]+) \|", (ROOT / "SPEC.md").read_text(), re.MULTILINE)
    assert {name: int(value.replace(",", "")) for name, value in table} == {
        name: getattr(settings, name) for name, _value in table
    }
    ends = ("_MAX", "_IDLE", "_RATE", "_CONNECTIONS", "_QUEUES", "_ROOMS", "_SECONDS", "_BYTES", "_KEPT")
    bounds = {name for name in vars(settings) if name.endswith(ends)}
    assert {name for name in bounds if not name.startswith("SECURE_")} == {name for name, _value in table}
