"""What the lessons share: a lab of their own, talking to it byte by byte, and measurements that end soon."""

import atexit
import contextlib
import functools
import os
import socket
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # first, as another package is named websocket too
os.chdir(ROOT)

from benchmarks.analysis import style  # noqa: E402
from benchmarks.servers.process import serving  # noqa: E402
from lab.net import orphans  # noqa: E402
from lab.techniques import TECHNIQUES  # noqa: E402
from notebooks import limits, wires  # noqa: E402

SHORT = os.environ.get("LESSON") == "short"  # as the tests run the lessons: every step, hardly any time
BRIEF = {"warmup": 0.3, "duration": 1.5, "repetitions": 1, "arrivals": "regular"}  # at random, perhaps none comes
SETTINGS = {"warmup": 1.5, "repetitions": 1}  # seconds; and a lesson is no campaign

os.environ.setdefault("MATPLOTLIBRC", str(ROOT / "notebooks"))  # before matplotlib is imported

_kept = contextlib.ExitStack()  # what ends with the lesson
atexit.register(_kept.close)


@functools.cache
def folder():
    """Return a folder that is gone when the lesson ends."""
    return orphans.make_folder("lesson-")


@functools.cache
def lab():
    """Start a lab of the lesson's own, once; return its address."""
    url, _process = _kept.enter_context(serving(folder()))
    return url


def talk(*parts, seconds=1.0):
    """Send `parts` over a plain socket, one after the other's answer, and print what comes back within `seconds`.

    A text's `{host}` becomes the lab's host, its line ends CRLF; bytes go as they are.
    """
    host = urlsplit(lab()).netloc
    name, _colon, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=seconds) as connection:
        for part in parts:
            text = isinstance(part, str)
            said = part.replace("{host}", host).replace("\n", "\r\n").encode() if text else part
            connection.sendall(said)
            show("→", said)
            hear(connection, time.monotonic() + seconds / len(parts))


def hear(connection, until):
    """Print what comes on a connection, and when, until the monotonic clock says `until`."""
    began = time.monotonic()
    with contextlib.suppress(TimeoutError):
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not (data := connection.recv(65_536)):
                break
            show(f"← after {time.monotonic() - began:.2f} s,", data)


def show(direction, data):
    """Print bytes as text, and as hexadecimal escapes those that are none."""
    lines = wires.readable(data).rstrip("\r\n").split("\r\n")
    print(f"{direction} {len(data):,} bytes", *("   " + line for line in lines), sep="\n")  # noqa: T201


def publish(technique, room, text):
    """Publish one message by a technique; return it as it is stored."""
    client = import_module(f"{technique}.client").Client(lab(), room, author="lesson")
    try:
        return client.publish(text)
    finally:
        client.close()


def later(seconds, technique, room, text):
    """Publish in so many seconds, while the next lines of the lesson run."""
    timer = threading.Timer(seconds, publish, (technique, room, text))
    timer.daemon = True
    timer.start()


def one_message(room, text):
    """Return {technique: (request, exchange)} that brought one message; the request is None where it is pushed."""
    return wires.one_message(_address(), room, lambda: publish("sse", room, text))


def silence(seconds):
    """Return what passes in so many seconds in which nothing is said, see wires.py."""
    return wires.silence(_address(), "silence", seconds)


def _address():
    server = urlsplit(lab())
    return server.hostname, server.port


def beside(exchanges):
    """Show exchanges of several techniques side by side."""
    return wires.Beside(exchanges)


def title(technique):
    """Return what a technique is called."""
    return import_module(technique).TITLE


def look(technique):
    """Return how a technique is drawn: colour, marker and name as in the reports."""
    drawn = style.look(technique)
    look = {"color": drawn.colour, "marker": drawn.marker, "markersize": drawn.size, "label": title(technique)}
    return look | {"markeredgecolor": "#333333", "linewidth": 2.2}


def by_technique(frame):
    """Yield (technique, its rows) of a data frame, in the order of the reports."""
    for technique in TECHNIQUES:
        if len(rows := frame[frame.technique == technique]):
            yield technique, rows


def plain(*axes):
    """Write the logarithmic axes' ticks in plain numbers: 0.1, 1, 10, 1,000."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for each in (axis for one in axes for axis in (one.xaxis, one.yaxis) if axis.get_scale() == "log"):
        low, high = each.get_view_interval()
        each.set_major_locator(LogLocator(subs=(1,) if high / low > 150 else (1, 2, 5), numticks=12))
        each.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.10g}"))
        each.set_minor_formatter(NullFormatter())


def ip_bytes(client):
    """Return the bytes that a client has had on the wire, both ways, with every segment's headers."""
    traffic = client.traffic()
    return traffic.ip_up + traffic.ip_down


def measure(scenario="quick", **settings):
    """Run a scenario with other `settings`, once, and return its Results; a list is a sweep over its values."""
    from benchmarks import compare  # takes a second, which a lesson's first cell need not

    settings = (SETTINGS if scenario == "quick" else {}) | settings
    return compare(scenario, out=folder(), progress=False, **(brief(scenario, settings) if SHORT else settings))


def valid(results):
    """Return the valid runs as a data frame, a line each, and say which were refused and why; all where none is."""
    frame = results.frame
    for _index, run in frame[~frame.valid].iterrows():
        print(f"refused, {run['place']}: {'; '.join(run['flags'])}")  # noqa: T201
    return frame[frame.valid] if frame.valid.any() else frame


def climb(technique, first, bound_ms, **settings):
    """Return a data frame of runs with more and more readers, until one does not hold, see limits.py."""
    return limits.climb(measure, technique, first, bound_ms, runs_max=1 if SHORT else limits.RUNS_MAX, **settings)


def ends(climbs):
    """Return a row a technique: its last run that held, its first that did not, and why not, see limits.py."""
    return limits.ends(climbs)


def brief(scenario, settings):
    """Return the settings of the short form: the ends of every sweep, and as few techniques as will do."""
    techniques = settings.get("techniques", TECHNIQUES)
    few = list(dict.fromkeys([techniques[0], techniques[-1]])) if scenario == "quick" else [techniques[0]]
    cut = {name: [value[0], value[-1]] for name, value in settings.items() if isinstance(value, list)}
    return settings | cut | BRIEF | {"techniques": few}
