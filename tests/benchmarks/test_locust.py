"""Locust by hand, against a real server: its table, its files and its exit code show what went wrong."""

import csv
import json
import re
import socket
import subprocess
import sys
from contextlib import contextmanager, nullcontext

import pytest

from support.processes import COMMAND, ROOT, connections, free_port, until
from support.raw_http import get

pytestmark = pytest.mark.server
LOCUST = [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks" / "locustfile.py"), "--headless"]
FEW = {"users": 3, "spawn-rate": 3, "rooms": 1, "publishers": 2, "rate": 20, "interval": 0.1, "run-time": "3s"}


@pytest.fixture
def locust(tmp_path):
    """Return a function that runs Locust without its page until it ends; other options replace those of FEW."""

    def run(host, *more, **options):
        return subprocess.run(
            [*command(host, **options), *more], cwd=tmp_path, capture_output=True, text=True, timeout=COMMAND
        )

    return run


def command(host, processes=1, **options):
    """Return the command; several processes find each other on a port of their own."""
    if processes > 1:
        port = free_port()
        options |= {"processes": processes, "master_bind_port": port, "master_port": port}
    return [*LOCUST, "--host", host, *(f"--{name.replace('_', '-')}={text}" for name, text in (FEW | options).items())]


def rows(path):
    """Return {name: row} of Locust's table in a CSV file."""
    with path.open(newline="") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def failures(folder, name):
    """Return {error: how often} of one row of Locust's table."""
    path = folder / "load_failures.csv"  # which Locust writes once a second
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row["Error"]: int(row["Occurrences"]) for row in csv.DictReader(file) if row["Name"] == name}


def test_a_load_without_faults_fails_nowhere_and_exits_with_0(server, locust, tmp_path, technique):
    done = locust(server.url, "--csv=load", "--csv-full-history", "--html=load.html", technique=technique)
    assert done.returncode == 0, done.stderr
    table = rows(tmp_path / "load_stats.csv")
    assert set(table) == {"delivery", "publish", "Aggregated"}
    assert all(int(row["Failure Count"]) == 0 for row in table.values())
    published, delivered = (int(table[name]["Request Count"]) for name in ("publish", "delivery"))
    assert published > 0
    assert 2 * published < delivered  # to three readers each; the last ones may be on their way
    with (tmp_path / "load_stats_history.csv").open(newline="") as file:
        assert max(int(row["User Count"]) for row in csv.DictReader(file)) == 3  # readers alone
    assert "delivery" in (tmp_path / "load.html").read_text()


def test_json_is_all_that_is_written_on_standard_output(server, locust):
    done = locust(server.url, "--json", "--only-summary")
    assert done.returncode == 0, done.stderr
    assert {row["name"] for row in json.loads(done.stdout)} == {"delivery", "publish"}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--tags", "read"], set()),
        (["--tags", "publish"], {"publish"}),
        (["--exclude-tags", "publish"], set()),
        (["--exclude-tags", "read"], {"publish"}),
        (["--tags", "read", "publish"], {"publish", "delivery"}),
    ],
)
def test_tags_choose_what_the_load_does(server, locust, options, names):
    done = locust(server.url, "--json", *options)
    assert done.returncode == 0, done.stderr
    assert {row["name"] for row in json.loads(done.stdout)} == names


def test_tags_that_leave_nothing_are_told_in_one_sentence(server, locust):
    done = locust(server.url, "--tags", "nonsense")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("--tags: read and publish are what the load does")


@contextmanager
def running(folder, host, **options):
    """Run a load without an end, with its table in `folder`; at the end of the block stop it, and see that it fails."""
    command_line = command(host, **{"csv": "load", "run_time": "600s"} | options)
    with subprocess.Popen(command_line, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
    assert process.returncode == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_a_refused_publish_is_a_failure_of_the_load(start, tmp_path, technique, processes):
    server = start(LAB_PUBLISH_RATE="1")
    with running(tmp_path, server.url, technique=technique, processes=processes):
        errors = until(lambda: failures(tmp_path, "publish"), "no publish fails")
    assert any("too many messages" in error for error in errors)


def test_a_text_that_the_server_refuses_is_a_failure_each_time(server, tmp_path, technique):
    with running(tmp_path, server.url, technique=technique, text_bytes=4_001):
        (error,) = until(lambda: failures(tmp_path, "publish"), "no publish fails")
    assert "text: at most 4,000 characters." in error
    row = rows(tmp_path / "load_stats.csv")["publish"]
    assert int(row["Failure Count"]) == int(row["Request Count"]) > 0


def test_a_connection_that_cannot_be_opened_is_a_failure(start, tmp_path, technique):
    server = start(LAB_ADDRESS_CONNECTIONS="2")
    with running(tmp_path, server.url, technique=technique, users=6, spawn_rate=6):
        errors = until(lambda: failures(tmp_path, "connection"), "no connection fails")
    assert any("too many connections of one address" in error for error in errors)


def test_a_reader_that_is_cut_off_is_a_failure(start, tmp_path, technique):
    server = start()
    with running(tmp_path, server.url, technique=technique, publishers=0):
        until(lambda: connections(server) >= 3, "the readers never come")
        server.kill()
        server.start()
        until(lambda: connections(server) >= 3, "the readers never come back")
        cut = until(lambda: failures(tmp_path, "connection"), "no reader fails")
    assert sum(cut.values()) >= 1
    assert "delivery" not in rows(tmp_path / "load_stats.csv")


@contextmanager
def refusing():
    """Yield the address of a port where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def mute():
    """Yield the address of a server that never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("host", [refusing, mute, lambda: nullcontext("http://nowhere.invalid:80")])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_dead_host_ends_with_one_sentence(locust, host, processes):
    with host() as url:
        done = locust(url, processes=processes, run_time="600s")
    assert done.returncode == 1
    (sentence,) = [line for line in done.stderr.splitlines() if "no server" in line]  # workers log their end after it
    assert re.fullmatch(rf"{re.escape(url)}: no server is there: .+[^.]\.", sentence)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["https://127.0.0.1", "nonsense", "http://127.0.0.1:8000/path"])
def test_a_host_that_is_no_address_is_told_in_one_sentence(locust, host):
    done = locust(host)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("--host: ")
    assert "Traceback" not in done.stderr


def test_the_page_shows_failures_too(start, tmp_path):
    server = start(LAB_PUBLISH_RATE="1")
    port = free_port()
    page = [part for part in command(server.url, **{"web-port": port}) if part not in ("--headless", "--run-time=3s")]
    with subprocess.Popen([*page, "--autostart"], cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            shown = until(lambda: stats(port), "nothing fails")
        finally:
            process.terminate()
    assert shown["user_count"] == 3
    assert any("too many messages" in error["error"] for error in shown["errors"])


def stats(port):
    """Return what Locust's page shows, as soon as it shows an error."""
    try:
        shown = get(f"http://127.0.0.1:{port}", "/stats/requests").json
    except OSError:
        return None
    return shown if shown["errors"] and shown["user_count"] else None
