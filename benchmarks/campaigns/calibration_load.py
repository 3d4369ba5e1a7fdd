"""The load of the calibration: one reader and one publisher for each server of known behaviour, in one process.

Users, recorder and window are those of every run; only the servers differ. They are measured one after another, because
two loads in one process would delay each other by some tenths of a millisecond. Only the server that stalls gets a
naive load beside the real one. Argument: the tasks of `calibration.plan`, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import gevent
from locust import argument_parser  # before any module of the lab: Locust patches sockets and locks
from locust.env import Environment

from benchmarks import locustfile
from benchmarks.generator.histogram import Histogram
from websocket.client import Client

NAIVE_PAUSE = 0.01  # seconds between a response and the next publish


def create_environment(options):
    """Return Locust's Environment with one reader and one publisher, ready to measure and write one window."""
    parser = argument_parser.get_parser(default_config_files=[])
    parsed = parser.parse_args([f"--{name}={value}" for name, value in options.items()])
    environment = Environment(user_classes=[locustfile.Reader], host=parsed.host, parsed_options=parsed)
    environment.events.test_start.add_listener(locustfile.prepare)
    locustfile.listen(environment)
    environment.create_local_runner()
    return environment


def naive(host, path, seconds):
    """Publish, wait for the response, pause, repeat; write the times from publish to response, in ms."""
    client, histogram, end = Client(host, "naive"), Histogram(), time.time() + seconds
    while (start := time.time()) < end:
        client.publish("x" * 100)
        histogram.record((time.time() - start) * 1000)
        time.sleep(NAIVE_PAUSE)
    client.close()
    Path(path).write_text(json.dumps(histogram.summary()))


def main(tasks):
    """Measure the servers of the tasks one after another."""
    for options in tasks["servers"]:
        runner = create_environment(options).runner
        runner.start(1, spawn_rate=1)
        beside = tasks["naive"]
        closed_loop = gevent.spawn(naive, **beside) if beside["host"] == options["host"] else None
        runner.greenlet.join()
        if closed_loop:
            closed_loop.get()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
