"""Functions for the lessons: start a lab, talk to it byte by byte, measure, and draw."""

import atexit
import contextlib
import functools
import os
import signal
import socket
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # first, because another package is named websocket too
os.chdir(ROOT)

from lab import packages  # noqa: E402

with packages.needed():
    from benchmarks.analysis.style import style_of
    from benchmarks.servers.process import run_lab
    from lab.net import orphans
    from lab.techniques import TECHNIQUES
    from notebooks import limits, wires

SHORT = os.environ.get("LESSON") == "short"  # for the tests: every step, in as little time as possible
SHORT_SETTINGS = {
    "warmup": 0.3,
    "duration": 1.5,
    "repetitions": 1,
    "arrivals": "regular",
}  # random ones might all come after the end
SETTINGS = {"warmup": 1.5, "repetitions": 1}  # a lesson has little time

os.environ.setdefault("MATPLOTLIBRC", str(ROOT / "notebooks"))  # before matplotlib is imported

_stack = contextlib.ExitStack()  # closed at the end of the lesson
atexit.register(_stack.close)


@functools.cache
def folder():
    """Return a temporary folder that is deleted at the end of the lesson."""
    return orphans.make_folder("lesson-")


@functools.cache
def _server():
    return _stack.enter_context(run_lab(folder()))


def lab():
    """Start a lab for this lesson, once; return its address."""
    return _server()[0]


def server_id():
    """Return the process id of this lesson's lab."""
    return _server()[1]


def freeze_later(seconds, duration):
    """After so many seconds stop the lab's process for a while, as a full disk or a collection of garbage might."""

    def freeze():
        os.kill(server_id(), signal.SIGSTOP)
        time.sleep(duration)
        os.kill(server_id(), signal.SIGCONT)

    timer = threading.Timer(seconds, freeze)
    timer.daemon = True
    timer.start()


def talk(*parts, seconds=1.0):
    """Send `parts` over a plain socket one after another, and print what arrives within `seconds`.

    In a text, `{host}` is replaced by the lab's host and line ends by CRLF; bytes are sent unchanged.
    """
    host = urlsplit(lab()).netloc
    name, _colon, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=seconds) as connection:
        for part in parts:
            is_text = isinstance(part, str)
            data = part.replace("{host}", host).replace("\n", "\r\n").encode() if is_text else part
            connection.sendall(data)
            show("→", data)
            receive(connection, time.monotonic() + seconds / len(parts))


def receive(connection, until):
    """Print what arrives on a connection, and when, until the monotonic clock shows `until`."""
    start = time.monotonic()
    with contextlib.suppress(TimeoutError):
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not (data := connection.recv(65_536)):
                break
            show(f"← after {time.monotonic() - start:.2f} s,", data)


def show(direction, data):
    """Print bytes as text, with hexadecimal escapes for the others."""
    lines = wires.readable(data).rstrip("\r\n").split("\r\n")
    print(f"{direction} {len(data):,} bytes", *("   " + line for line in lines), sep="\n")  # noqa: T201


def publish(technique, room, text):
    """Publish one message by a technique; return it as it is stored."""
    client = import_module(f"{technique}.client").Client(lab(), room, author="lesson")
    try:
        return client.publish(text)
    finally:
        client.close()


def publish_later(seconds, technique, room, text):
    """Publish after so many seconds, while the next lines of the lesson run."""
    timer = threading.Timer(seconds, publish, (technique, room, text))
    timer.daemon = True
    timer.start()


def one_message(room, text):
    """Return {technique: (request, exchange)} that brought one message; the request is None for push."""
    return wires.one_message(_address(), room, lambda: publish("sse", room, text))


def silence(seconds):
    """Return the traffic of so many seconds without messages, see wires.py."""
    return wires.silence(_address(), "silence", seconds)


def _address():
    server = urlsplit(lab())
    return server.hostname, server.port


def side_by_side(exchanges):
    """Show exchanges of several techniques side by side."""
    return wires.SideBySide(exchanges)


def title(technique):
    """Return the title of a technique."""
    return import_module(technique).TITLE


def style(technique):
    """Return a technique's colour, marker and label for matplotlib, as in the reports."""
    style = style_of(technique)
    options = {"color": style.colour, "marker": style.marker, "markersize": style.size, "label": title(technique)}
    return options | {"markeredgecolor": "#333333", "linewidth": 2.2}


def by_technique(frame):
    """Yield (technique, its rows) of a data frame, in the order of the reports."""
    for technique in TECHNIQUES:
        if len(rows := frame[frame.technique == technique]):
            yield technique, rows


def plain_ticks(*axes):
    """Format the ticks of logarithmic axes as plain numbers: 0.1, 1, 10, 1,000."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for each in (axis for one in axes for axis in (one.xaxis, one.yaxis) if axis.get_scale() == "log"):
        low, high = each.get_view_interval()
        each.set_major_locator(LogLocator(subs=(1,) if high / low > 150 else (1, 2, 5), numticks=12))
        each.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
        each.set_minor_formatter(NullFormatter())


def ip_bytes(client):
    """Return a client's bytes at IP level so far, both directions, with every segment's headers."""
    traffic = client.traffic()
    return traffic.ip_up + traffic.ip_down


def measure(scenario="quick", **settings):
    """Run a scenario with changed `settings` and return its Results; a list is a sweep over its values."""
    from benchmarks import compare  # not at the top, because it takes a second

    settings = (SETTINGS if scenario == "quick" else {}) | settings
    return compare(scenario, out=folder(), progress=False, **(shortened(scenario, settings) if SHORT else settings))


def valid(results):
    """Return the valid runs as a data frame, and print which were refused and why; all runs if none is valid."""
    frame = results.frame
    for _index, run in frame[~frame.valid].iterrows():
        print(f"refused, {run['place']}: {'; '.join(run['flags'])}")  # noqa: T201
    return frame[frame.valid] if frame.valid.any() else frame


def find_limit(technique, first, bound_ms, **settings):
    """Return a data frame of runs with more and more readers, until a run fails, see limits.py."""
    return limits.find(measure, technique, first, bound_ms, runs_max=1 if SHORT else limits.RUNS_MAX, **settings)


def limit_table(runs):
    """Return a row for each technique: its last run that succeeded, its first that failed, see limits.py."""
    return limits.table(runs)


def shortened(scenario, settings):
    """Return the settings for the tests: the ends of every sweep, and as few techniques as possible."""
    techniques = settings.get("techniques", TECHNIQUES)
    few = list(dict.fromkeys([techniques[0], techniques[-1]])) if scenario == "quick" else [techniques[0]]
    ends = {name: [value[0], value[-1]] for name, value in settings.items() if isinstance(value, list)}
    return settings | ends | SHORT_SETTINGS | {"techniques": few}
