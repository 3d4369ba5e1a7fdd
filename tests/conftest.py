"""Fixtures of all tests: real server processes, a new room for each test, and checks after each test."""

import itertools
import os
import signal

from lab.net import orphans
from support import needs

os.environ["LAB_DATA"] = str(
    orphans.make_folder("lab-tests-")
)  # importing the settings makes files; these are temporary
os.environ["DJANGO_SETTINGS_MODULE"] = "lab.settings"

import django
import pytest

from lab.techniques import TECHNIQUES
from support.processes import SMALL, RedisProcess, Scaled, ServerProcess

django.setup()  # for the tests that need no server

DEADLINE = 1_200  # seconds that a test may last at most; a busy machine is ten times slower
AGAIN = 30  # seconds until the alarm interrupts a test again that ignored it
_rooms = itertools.count(1)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a script that runs us may ignore it


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark each test with what it needs besides Python."""
    for item in items:
        needs.mark(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Let a test start only the processes that its marks allow."""
    needs.watch(item)


def pytest_generate_tests(metafunc):
    """Run a test with the fixture `technique` for each technique, and a test marked `also_scaled` also behind nginx."""
    named = [marker.args[0] for marker in metafunc.definition.iter_markers("parametrize")]
    if "technique" in metafunc.fixturenames and not any("technique" in names for names in named):
        metafunc.parametrize("technique", TECHNIQUES)
    twice = metafunc.definition.get_closest_marker("also_scaled")
    if twice and not metafunc.definition.get_closest_marker("not_scaled") and "server" in metafunc.fixturenames:
        metafunc.parametrize("server", ["one_process", "scaled"], indirect=True)


@pytest.fixture(scope="session")
def server(request):
    """The server that most tests share, or the one behind nginx."""
    return request.getfixturevalue(getattr(request, "param", "one_process"))


@pytest.fixture(scope="session")
def one_process(tmp_path_factory):
    """A server of one process, without nginx."""
    server = ServerProcess(tmp_path_factory.mktemp("data")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A server with small bounds."""
    server = ServerProcess(tmp_path_factory.mktemp("small"), **SMALL).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def scaled():
    """Two servers behind nginx, on PostgreSQL and Redis."""
    with Scaled() as scaled:
        yield scaled


@pytest.fixture
def start(tmp_path):
    """Return a function that starts servers for one test, on one database unless `data` names another."""
    servers = []

    def started(*options, data="data", **environment):
        server = ServerProcess(tmp_path / data, **environment)
        servers.append(server)
        return server.start(*options)

    yield started
    for server in servers:
        server.stop()


@pytest.fixture
def redis():
    """A Redis for one test."""
    with RedisProcess() as redis:
        yield redis


@pytest.fixture
def room():
    """A room that no other test has used."""
    return f"room-{next(_rooms)}"


@pytest.fixture(autouse=True)
def _deadline():
    """End a test that lasts too long: an alarm interrupts it, again and again until it ends."""

    def too_long(number, frame):
        pytest.fail(f"a test may last {DEADLINE} s")  # not an OSError, after which clients would reconnect

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE, AGAIN)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _no_tracebacks():
    """Section 4: after each test, no server's log may show a bug."""
    yield
    for server in ServerProcess.running:
        server.check()
