"""The load that Locust drives: readers and publishers of one technique.

By itself, with Locust's own web page, against a running `manage.py serve`: `locust -f benchmarks/locustfile.py`.
"""

import secrets
import sys
from itertools import count
from pathlib import Path

import gevent
import psutil
from locust import events  # before anything of the lab's: it patches the sockets and locks that clients use

# The project's `websocket` shares its name with a package that others import: the root comes first. Twice, in the
# place of this file's folder: Locust puts that there while it reads the file, and then drops the first place.
ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(ROOT)] * 2

import websocket  # noqa: E402
from benchmarks.people import Publisher, Reader  # noqa: E402
from benchmarks.recorder import Recorder  # noqa: E402
from lab.techniques import TECHNIQUES  # noqa: E402

if Path(websocket.__file__).parent != ROOT / "websocket":
    sys.exit(f"Another package named websocket was imported first: {websocket.__file__}.")

__all__ = ["Publisher", "Reader"]  # whom Locust finds here
GRACE = 3.0  # seconds, besides a polling interval, in which stragglers may still arrive


@events.init_command_line_parser.add_listener
def add_arguments(parser):
    """Name the options; Locust's page shows them, but for the last ones."""
    # The web page on this machine alone; Locust would open it to the network.
    parser.set_defaults(host="http://127.0.0.1:8000", web_host="127.0.0.1", num_users=44, spawn_rate=44)
    parser.add_argument("--technique", choices=TECHNIQUES, default=TECHNIQUES[0], help="how messages are delivered")
    parser.add_argument("--stage", default="", help="a step of the technique's staircase; empty: the finished one")
    parser.add_argument("--rooms", type=int, default=4, help="rooms over which the readers are spread")
    parser.add_argument("--publishers", type=int, default=1, help="publishers in each room; they count as users")
    parser.add_argument("--rate", type=float, default=2.0, help="messages a second in each room")
    parser.add_argument("--text-bytes", type=int, default=100, help="length of a text")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between two polls")
    parser.add_argument("--hold", type=int, default=25, help="seconds that a long poll is held")
    parser.add_argument("--seed", type=int, default=1, help="of the publishing instants and the texts")
    hidden = {"include_in_web_ui": False}
    parser.add_argument("--record", default="", help="folder: measure one window, write it there, and quit", **hidden)
    parser.add_argument("--warmup", type=float, default=3.0, help="seconds before the window", **hidden)
    parser.add_argument("--duration", type=float, default=20.0, help="seconds of the window", **hidden)
    parser.add_argument("--server-pid", type=int, default=0, help="the process whose CPU is measured", **hidden)


@events.init.add_listener
def listen(environment, **_):
    """Remember what ends a reader or publisher too early; with --record, measure as soon as all are there."""

    def note(exception, **_):
        environment.recorder.failure = f"{type(exception).__name__}: {exception}"

    environment.events.user_error.add_listener(note)
    if environment.parsed_options.record:
        environment.events.spawning_complete.add_listener(lambda **_: gevent.spawn(record, environment))


@events.test_start.add_listener
def prepare(environment, **_):
    """Begin to note; without a window to measure, let publishing begin at once."""
    options = environment.parsed_options
    environment.recorder = Recorder(psutil.Process(options.server_pid) if options.server_pid else None)
    environment.numbers = {person.__name__: count() for person in (Reader, Publisher)}
    load = secrets.token_hex(4)
    environment.rooms = [f"load-{load}-{number}" for number in range(options.rooms)]
    Publisher.fixed_count = options.rooms * options.publishers
    if not options.record:
        environment.recorder.begin()


def record(environment):
    """Measure one window, write it down, and quit."""
    options, recorder = environment.parsed_options, environment.recorder
    recorder.begin(options.warmup, options.duration)
    figures = recorder.measure(options.interval + GRACE)
    recorder.write(Path(options.record), figures)
    environment.runner.quit()
