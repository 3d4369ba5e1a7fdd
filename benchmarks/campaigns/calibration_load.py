"""The load of the calibration: Locust's readers and publishers before servers of known behaviour, in one process.

They are those of every run, and so are the recorder and its window; only the servers are not the lab's. The servers
come one after another: two loads in a process delay each other by some tenths of a millisecond. Only before the server
that stalls, a naive load runs beside. Argument: the plan that `benchmarks.campaigns.calibration` makes, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import gevent
from locust import argument_parser  # before anything of the lab's: Locust patches the sockets and locks
from locust.env import Environment

from benchmarks import locustfile
from benchmarks.generator.measures import Histogram
from websocket.client import Client

NAIVE_PAUSE = 0.01  # seconds between an answer and the next publish


def environment(options):
    """Return Locust's Environment with one reader and one publisher, ready to measure one window and write it."""
    parser = argument_parser.get_parser(default_config_files=[])
    parsed = parser.parse_args([f"--{name}={value}" for name, value in options.items()])
    made = Environment(user_classes=[locustfile.Reader, locustfile.Publisher], host=parsed.host, parsed_options=parsed)
    made.events.test_start.add_listener(locustfile.prepare)
    locustfile.listen(made)
    made.create_local_runner()
    return made


def naive(host, path, seconds):
    """Publish, wait for the answer, pause, and again; write the times from publish to answer, in ms."""
    client, histogram, end = Client(host, "naive"), Histogram(), time.time() + seconds
    while (started := time.time()) < end:
        client.publish("x" * 100)
        histogram.record((time.time() - started) * 1000)
        time.sleep(NAIVE_PAUSE)
    client.close()
    Path(path).write_text(json.dumps(histogram.summary()))


def main(plan):
    """Drive the servers of the plan in turn."""
    for options in plan["servers"]:
        runner = environment(options).runner
        runner.start(2, spawn_rate=2)
        beside = plan["naive"]
        closed_loop = gevent.spawn(naive, **beside) if beside["host"] == options["host"] else None
        runner.greenlet.join()
        if closed_loop:
            closed_loop.get()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
