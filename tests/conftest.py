"""A real server process for the tests, and a fresh room in it for each."""

import itertools
import os
import signal

from lab.net import orphans
from support import needs

os.environ["LAB_DATA"] = str(orphans.make_folder("lab-tests-"))  # settings that are read here leave no trace
os.environ["DJANGO_SETTINGS_MODULE"] = "lab.settings"

import django
import pytest

from lab.techniques import TECHNIQUES
from support.processes import SMALL, RedisProcess, Scaled, ServerProcess

django.setup()  # for the tests of what needs no server

DEADLINE = 1_200  # seconds: no test may last longer, whatever it waits for; a busy machine is ten times slower
AGAIN = 30  # seconds until the alarm interrupts a test that swallowed it
_rooms = itertools.count(1)

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, and by our children too, where a script runs us


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what each test needs besides Python."""
    for item in items:
        needs.mark(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Let a test start only what its marks name."""
    needs.watch(item)


def pytest_generate_tests(metafunc):
    """Run a test that names a `technique` for every one of them, and one of a module `also_scaled` behind nginx too."""
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
    """Return a function that starts servers of the test's own, on one database unless `data` names another."""
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
    """A Redis of the test's own."""
    with RedisProcess() as redis:
        yield redis


@pytest.fixture
def room():
    """A room that no other test has used."""
    return f"room-{next(_rooms)}"


@pytest.fixture(autouse=True)
def _deadline():
    """Let no test wait for ever: the alarm interrupts whatever it waits for, and goes on until it ends."""

    def too_long(number, frame):
        pytest.fail(f"a test may last {DEADLINE} s")  # no OSError: clients would come back after it

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE, AGAIN)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _no_tracebacks():
    """Section 4: whatever a test did, no server's log tells of a bug."""
    yield
    for server in ServerProcess.running:
        server.check()
