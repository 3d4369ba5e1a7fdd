"""The data folder: its files and their modes, the secret key, the database's path, and servers that start at once."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import quote

import psycopg
import pytest

from lab.net import data_folder
from support.processes import COMMAND, PATIENCE, ROOT, run_command, until
from support.raw_http import get, post, room_path
from support.technique_io import TECHNIQUES, publish, read

LOCKS = {"lab.sqlite3.lock", "secret_key.lock"}
MADE = {"lab.sqlite3", "lab.sqlite3.lock", "secret_key", "secret_key.lock"}
# Put before a command whose access must depend on the files' modes, because root may read everything.
BOUND_BY_MODES = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
AWKWARD = ["a#b", "a?b", "a%20b", "a b+c", "$HOME", "é物", "file:x", ":memory:", "mode=memory", "a&b=c;d'\"", "a\udcff"]


def modes(folder):
    """Return {name: mode} of a folder (under the name ".") and its files."""
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]
    }


def started_at_once(start, count, *options, **environment):
    """Start several servers at the same moment; check that each is healthy and logs nothing."""
    with ThreadPoolExecutor(count) as pool:
        servers = list(pool.map(lambda _number: start(*options, **environment), range(count)))
    for server in servers:
        until(lambda server=server: well(server), "a server is never well", 4 * PATIENCE)
        assert server.log.read_text() == ""
    return servers


def well(server):
    """Return whether a server is healthy; its workers may not run yet."""
    try:
        return get(server.url, "/healthz").status == 200
    except TimeoutError:
        return False


@pytest.mark.parametrize(("count", "workers"), [(5, "1"), (3, "2")])
def test_several_servers_start_at_once_in_an_empty_folder(start, room, count, workers):
    here, *others = started_at_once(start, count, "--workers", workers)
    assert publish("polling", here, room)[0] == 201
    for other in others:
        assert read("polling", other, room, 1, "?after=0").messages[0]["text"] == "hi"


def test_servers_that_start_at_once_make_one_key(start):
    servers = started_at_once(start, 4)
    (session,) = sessions(servers[0])
    assert [sessions(server, session) for server in servers] == [[]] * 4  # each server accepts it, and sets no other


def sessions(server, cookie=""):
    """Return the session cookies that a page sets for a browser that sends `cookie`."""
    request = urllib.request.Request(f"{server.url}/polling/lobby/", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return [given for given in response.headers.get_all("Set-Cookie", []) if given.startswith("lab_session=")]


def test_several_servers_start_at_once_on_an_empty_postgresql(start, scaled, room):
    with psycopg.connect(scaled.postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")
    here, *others = started_at_once(start, 4, DATABASE_URL=scaled.postgres.url.replace("/postgres", "/fresh"))
    assert publish("polling", here, room)[0] == 201
    for other in others:
        assert read("polling", other, room, 1, "?after=0").ids == [1]


def test_servers_with_folders_of_their_own_and_one_database_start_at_once(start, tmp_path):
    numbers = iter(range(4))
    database = f"sqlite:///{tmp_path}/shared/lab.sqlite3"
    with ThreadPoolExecutor(4) as pool:
        servers = list(pool.map(lambda number: start(data=f"data-{number}", DATABASE_URL=database), numbers))
    assert {get(server.url, "/healthz").status for server in servers} == {200}


def test_only_the_owner_may_use_the_files_that_a_server_makes(start, room, tmp_path):
    server = start(LAB_DATA=str(tmp_path / "own"))
    publish("polling", server, room)
    assert modes(tmp_path / "own") == {".": 0o700} | dict.fromkeys(MADE | {"lab.sqlite3-wal", "lab.sqlite3-shm"}, 0o600)


def test_files_that_others_could_read_are_closed_to_them(start, room, tmp_path):
    server = start(LAB_DATA=str(tmp_path / "own"))
    publish("polling", server, room)
    server.kill()  # so that all of its files stay
    for path in (tmp_path / "own").iterdir():
        path.chmod(0o644)
    (tmp_path / "own").chmod(0o755)  # as the folder's owner may choose
    run_command("check", data=tmp_path / "own")
    permissions = modes(tmp_path / "own")
    assert permissions.pop(".") == 0o755
    assert {name for name, mode in permissions.items() if mode != 0o600} <= LOCKS


@pytest.mark.server
def test_the_default_folder_of_an_older_lab_is_closed_to_others(tmp_path):
    shutil.copytree(ROOT / "lab", tmp_path / "lab", ignore=shutil.ignore_patterns("static", "locale", "wire"))
    for technique in TECHNIQUES:
        shutil.copytree(ROOT / technique, tmp_path / technique)
    (tmp_path / "data").mkdir(mode=0o755)
    environment = {name: value for name, value in os.environ.items() if name != "LAB_DATA"}
    for more in ({}, {"LAB_DATA": "", "DATABASE_URL": "", "SECRET_KEY": ""}):  # an empty variable counts as not set
        assert settings(tmp_path, environment | more, "DATA") == str(tmp_path / "data")
        assert modes(tmp_path / "data") == {".": 0o700} | dict.fromkeys(MADE - {"lab.sqlite3.lock"}, 0o600)


def settings(folder, environment, name):
    """Return the value of a setting, as text, in a process that is started in `folder`."""
    code = f"from lab import settings; print(settings.{name})"
    environment = environment | {"PYTHONIOENCODING": "utf-8:surrogateescape"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, timeout=COMMAND
    )
    assert done.returncode == 0, done.stderr
    return os.fsdecode(done.stdout).strip()


# The secret key.
NO_KEY = [b"", b"\n", b" ", b"\0" * 50]


@pytest.mark.parametrize("left", NO_KEY, ids=repr)
def test_a_key_that_a_power_cut_emptied_is_replaced(start, tmp_path, left):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").write_bytes(left)
    servers = started_at_once(start, 2)
    assert {get(server.url, "/polling/lobby/").status for server in servers} == {200}
    assert len((tmp_path / "data" / "secret_key").read_text()) == 50


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_power_cut_while_the_key_is_written_leaves_no_incomplete_key(tmp_path, step):
    environment = os.environ | {"LAB_DATA": str(tmp_path)}
    code = f"import os, pathlib; pathlib.Path.replace = os.{step} = lambda *args: os._exit(9); from lab import settings"
    code = code.replace("pathlib.Path.replace = os.fsync", "os.fsync")
    cut = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, timeout=COMMAND)
    assert cut.returncode == 9
    assert not (tmp_path / "secret_key").exists()
    assert len(settings(ROOT, environment, "SECRET_KEY")) == 50
    assert {path.name for path in tmp_path.iterdir()} == MADE - {"lab.sqlite3.lock"}


def test_the_key_is_on_disk_before_its_file_has_its_name(tmp_path, monkeypatch):
    steps = []
    monkeypatch.setattr(os, "fsync", lambda opened: steps.append(os.readlink(f"/proc/self/fd/{opened}")))
    path = tmp_path / "secret_key"
    data_folder.write_atomically(path, "key")
    assert steps == [str(tmp_path / "secret_key.new"), str(tmp_path)]


def test_a_folder_without_hard_links_keeps_a_key(tmp_path):
    environment = os.environ | {"LAB_DATA": str(tmp_path)}
    code = "import os; del os.link; from lab import settings"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, timeout=COMMAND, check=True)
    assert len((tmp_path / "secret_key").read_text()) == 50


@pytest.mark.server
@pytest.mark.parametrize("file", ["secret_key", "lab.sqlite3", "secret_key.lock", "lab.sqlite3.lock"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, file):
    (tmp_path / file).touch(mode=0)
    done = served(tmp_path, before=BOUND_BY_MODES)
    assert str(tmp_path / file) in done.stderr
    one_sentence(done)


@pytest.mark.server
@pytest.mark.parametrize("file", ["secret_key", "lab.sqlite3"])
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, file):
    (tmp_path / "secret_key").write_text("key" if file == "lab.sqlite3" else "")
    tmp_path.chmod(0o500)
    done = served(tmp_path, before=BOUND_BY_MODES)
    tmp_path.chmod(0o700)
    assert str(tmp_path / file) in done.stderr
    one_sentence(done)


@pytest.mark.server
@pytest.mark.parametrize(("file", "content"), [("secret_key", b"\xff\xfe key"), ("lab.sqlite3", b"no database" * 99)])
def test_a_file_with_other_content_is_named(tmp_path, file, content):
    (tmp_path / file).write_bytes(content)
    done = served(tmp_path)
    assert str(tmp_path / file) in done.stderr
    one_sentence(done)


@pytest.mark.server
@pytest.mark.parametrize("file", ["secret_key", "secret_key.lock", "lab.sqlite3", "lab.sqlite3.lock"])
def test_a_folder_in_place_of_a_file_is_named(tmp_path, file):
    (tmp_path / file).mkdir()
    done = served(tmp_path)
    assert str(tmp_path / file) in done.stderr
    one_sentence(done)


def served(folder, before=(), **environment):
    """Run a server that cannot start, with `folder` as its data folder."""
    command = [*before, sys.executable, "manage.py", "serve", "--port", "0"]
    environment = os.environ | {"LAB_DATA": str(folder)} | environment
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=COMMAND)


def one_sentence(done):
    """Check that a command failed with one line."""
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr


# Paths.
@pytest.mark.parametrize("name", AWKWARD)
def test_a_path_may_have_the_special_characters_of_urls(start, room, tmp_path, name):
    here, there = (tmp_path / os.fsencode(name).decode("utf-8", "surrogateescape") / each for each in ("1", "2"))
    servers = [start(data=number, LAB_DATA=str(folder)) for number, folder in (("s1", here), ("s2", there))]
    assert publish("polling", servers[0], room)[0] == 201
    assert read("polling", servers[1], room, 0).messages == []  # each server has its own database
    for folder in (here, there):
        assert {path.name for path in folder.iterdir()} >= MADE
    assert {path.name for path in tmp_path.iterdir()} == {name, "s1", "s2"}


@pytest.mark.parametrize("name", AWKWARD)
def test_a_database_may_be_at_any_path_as_a_url_writes_it(tmp_path, name):
    path = tmp_path / name / "x.sqlite3"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{quote(os.fsencode(path))}"}
    assert settings(ROOT, environment, "DATABASES['default']['NAME']") == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


NO_PATHS = [
    ("sqlite:////{}/a#b/x.sqlite3", "# is written %23"),
    ("sqlite:////{}/a?b/x.sqlite3", "? is written %3F"),
    ("sqlite://{}/x.sqlite3", "sqlite:///PATH"),
    ("sqlite://data/x.sqlite3", "sqlite:///PATH"),
    ("sqlite:x.sqlite3", "sqlite:///PATH"),
    ("sqlite://:memory:", "needs a file"),
    ("sqlite:///:memory:", "needs a file"),
    ("sqlite://", "needs a file"),
    ("sqlite:///", "needs a file"),
    ("sqlite:////{}/folder/", "needs a file"),
    ("SQLite:////{}/folder/", "needs a file"),
    ("sqlite:////dev/null/folder/x.sqlite3", "/dev/null/folder cannot be used"),
    ("sqlite:////{}/x%00", "null byte"),
]


@pytest.mark.server
@pytest.mark.parametrize(("url", "sentence"), NO_PATHS)
def test_a_database_url_without_a_file_is_refused_in_one_sentence(tmp_path, url, sentence):
    done = served(tmp_path, DATABASE_URL=url.format(str(tmp_path)[1:]))
    assert "DATABASE_URL: " in done.stderr
    assert sentence in done.stderr
    one_sentence(done)
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith("secret_key")]


def test_the_folder_of_a_database_is_made_if_it_is_missing(start, room, tmp_path):
    path = tmp_path / "not" / "there" / "x.sqlite3"
    server = start(DATABASE_URL=f"sqlite:///{path}")
    assert publish("polling", server, room)[0] == 201
    assert path.stat().st_size > 0


@pytest.mark.server
@pytest.mark.parametrize("command", [("demo",), ("serve",), ("serve", "--workers", "2")], ids=" ".join)
def test_a_relative_path_counts_from_the_current_folder(tmp_path, command):
    environment = {"LAB_DATA": "kept", "DATABASE_URL": "sqlite:///based/x.sqlite3", "PYTHONUNBUFFERED": ""}
    environment = os.environ | environment | {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    command = [sys.executable, str(ROOT / "manage.py"), *command, "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = re.search(r"http://[^/]+", process.stdout.readline()).group()
            assert post(url, room_path("polling", "lobby"), {"author": "Ann", "text": "hi"}).status == 201
        finally:
            process.terminate()
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "based"}
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"secret_key", "secret_key.lock"}
    with closing(sqlite3.connect(tmp_path / "based" / "x.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM lab_message").fetchone() == (1,)
    assert not [name for name in ("kept", "based") if (ROOT / name).exists()]


def test_a_dollar_sign_in_a_variable_is_an_ordinary_character(tmp_path):
    environment = os.environ | {"SECRET_KEY": "$HOME", "LAB_DATA": str(tmp_path)}
    assert settings(ROOT, environment, "SECRET_KEY") == "$HOME"
