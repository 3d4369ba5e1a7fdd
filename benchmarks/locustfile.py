"""The load that Locust drives: readers, which are Locust's users, and publishers beside them, of one technique.

It also works alone, with Locust's own web page, against a running `manage.py serve`:
`locust -f benchmarks/locustfile.py`.
"""

import secrets
import sys
from http.client import HTTPException
from itertools import count
from pathlib import Path

import gevent
from locust import events  # before any module of the lab: it patches the sockets and locks that clients use
from locust.runners import MasterRunner, WorkerRunner

# The project's `websocket` shares its name with a package that others import, so the root comes first. It comes twice,
# in place of this file's folder: Locust puts that folder there while it reads the file, and then drops the first entry.
ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(ROOT)] * 2

import websocket  # noqa: E402
from benchmarks.generator import window, workers  # noqa: E402
from benchmarks.generator.clients import create_client  # noqa: E402
from benchmarks.generator.recorder import Recorder  # noqa: E402
from benchmarks.generator.server_usage import ServerUsage  # noqa: E402
from benchmarks.generator.users import PUBLISH, READ, TAGS, Publisher, Reader, wants  # noqa: E402
from benchmarks.scenarios.settings import CHOICES  # noqa: E402
from lab.client.connection import Connection, parse_address  # noqa: E402
from lab.net.system import freeze_gc  # noqa: E402
from lab.techniques import TECHNIQUES  # noqa: E402

if Path(websocket.__file__).parent != ROOT / "websocket":
    sys.exit(f"Another package named websocket was imported first: {websocket.__file__}.")

__all__ = ["Reader"]  # for Locust
WARM_UP_TIMEOUT = 5.0  # seconds, timeout of the first message
REACH_TIMEOUT = 5  # seconds, timeout of the request that finds out whether there is a server


@events.init_command_line_parser.add_listener
def add_arguments(parser):
    """Add the options; Locust's page shows all but the last ones."""
    # Only this machine may open the web page; Locust's default is any.
    parser.set_defaults(host="http://127.0.0.1:8000", web_host="127.0.0.1", num_users=40, spawn_rate=40)
    parser.add_argument("--technique", choices=TECHNIQUES, default=TECHNIQUES[0], help="how messages are delivered")
    parser.add_argument("--stage", default="", help="a stage of the technique; empty: the finished technique")
    parser.add_argument("--rooms", type=int, default=4, help="rooms; the readers are spread over them")
    parser.add_argument("--publishers", type=int, default=1, help="publishers in each room, beside --users")
    parser.add_argument("--rate", type=float, default=2.0, help="messages a second in each room; 0: none")
    parser.add_argument("--arrivals", choices=CHOICES["arrivals"], default="poisson", help="times of publishing")
    parser.add_argument("--text-bytes", type=int, default=100, help="length of a text")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between two polls")
    parser.add_argument("--pacing", choices=CHOICES["pacing"], default="rate", help="of polls")
    parser.add_argument("--cookie-bytes", type=int, default=0, help="length of a Cookie header on every request")
    parser.add_argument("--hold", type=int, default=25, help="seconds that a long poll is held")
    parser.add_argument("--seed", type=int, default=1, help="seed of the publishing times and the texts")
    hidden = {"include_in_web_ui": False}
    parser.add_argument("--record", default="", help="folder: measure one window, write it there, and quit", **hidden)
    parser.add_argument("--warmup", type=float, default=3.0, help="seconds before the window", **hidden)
    parser.add_argument("--duration", type=float, default=20.0, help="seconds of the window", **hidden)
    parser.add_argument("--server-pid", type=int, default=0, help="process id of the server to measure", **hidden)
    parser.add_argument("--stamps", type=int, default=0, help="1: the server timestamps messages", **hidden)
    parser.add_argument("--via", default="", help="address of the wire for the readers", **hidden)
    parser.add_argument("--delay-ms", type=float, default=0.0, help="one-way delay of that wire", **hidden)
    parser.add_argument("--cut", choices=CHOICES["cut"], default="none", help="cut readers off once", **hidden)
    parser.add_argument("--cut-by", default="", help="address of that wire's control", **hidden)


@events.init.add_listener
def listen(environment, **_):
    """Refuse a load that cannot run; with --record, measure as soon as all readers have started."""
    options = environment.parsed_options
    environment.publishers = []
    environment.events.test_stopping.add_listener(stop)
    workers.listen(environment)
    if isinstance(environment.runner, WorkerRunner):
        return
    if not any(wants(options, name) for name in TAGS):
        sys.exit(f"--tags: {' and '.join(TAGS)} are what the load does; nothing is left of it.")
    if not wants(options, READ):
        options.num_users = 0
    if options.headless:
        reach(environment.host)
    if options.record:
        environment.events.spawning_complete.add_listener(
            lambda **_: gevent.spawn(window.measure_and_quit, environment)
        )


def reach(host):
    """End with one sentence unless a server responds at `host`."""
    try:
        with gevent.Timeout(REACH_TIMEOUT, TimeoutError(f"no response within {REACH_TIMEOUT} seconds")):
            connection = Connection(*parse_address(host.rstrip("/")), timeout=REACH_TIMEOUT)
            connection.request("HEAD", "/")
            connection.getresponse()
            connection.close()
    except ValueError as exc:
        sys.exit(f"--host: {str(exc).removeprefix('url: ')}")
    except (OSError, HTTPException) as exc:
        sys.exit(f"{host}: no server is there: {getattr(exc, 'strerror', None) or exc}.")


@events.test_start.add_listener
def prepare(environment, **_):
    """Prepare the recorder, the rooms and the publishers; without --record, begin publishing at once."""
    options, runner = environment.parsed_options, environment.runner
    environment.recorder = Recorder()
    if isinstance(runner, WorkerRunner):
        if options.record:
            workers.send_clock(environment)
    else:
        options.mark = secrets.token_hex(4)  # so that each run has its own rooms
        options.workers = sorted(worker.id for worker in runner.clients.all) if isinstance(runner, MasterRunner) else []
        environment.load = (workers.Workers if options.workers else window.SingleProcess)(environment)
        if not options.rate:
            room = f"warm-{options.mark}"
            warm_up(create_client(options, options.technique, options.stage, environment.host, room, "warm"))
        environment.usage = ServerUsage(options.server_pid)
    environment.rooms = [f"load-{options.mark}-{number}" for number in range(options.rooms)]
    processes = len(options.workers) or 1
    first = options.workers.index(runner.client_id) if isinstance(runner, WorkerRunner) else 0
    environment.reader_numbers = count(first, processes)
    if wants(options, PUBLISH) and not isinstance(runner, MasterRunner):
        numbers = range(first, options.rooms * options.publishers, processes)
        environment.publishers = [Publisher(environment, number) for number in numbers]
    freeze_gc()
    if not options.record:
        environment.recorder.begin()


def stop(environment, **_):
    """Stop the publishers; Locust stops the readers."""
    for publisher in environment.publishers:
        publisher.stop()
    environment.publishers = []


def warm_up(client):
    """Send and receive one message, so that the memory for a first message is not counted as that of connections."""
    with gevent.Timeout(WARM_UP_TIMEOUT, False):
        client.publish("warm")
        next(client.messages())
    client.close()
