"""The server's event-loop lag and database statements in a window, as `lab.server.loop_monitor` records them."""

import csv
from pathlib import Path

from benchmarks.generator.histogram import Histogram, per

FILE = "pulse.csv"


def read(folder, start, end):
    """Return {"server_loop_lag_ms": summary, "queries_per_second"} from `start` to `end`, seconds since the epoch.

    Both are None if the server left no file in `folder`, or fewer than two samples in that time.
    """
    path = Path(folder) / FILE
    rows = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    samples = [row for row in rows if row["queries"] and start <= float(row["at_ms"]) / 1000 < end]
    if len(samples) < 2:
        return {"server_loop_lag_ms": None, "queries_per_second": None}
    first, last = samples[0], samples[-1]
    seconds = (float(last["at_ms"]) - float(first["at_ms"])) / 1000
    return {
        "server_loop_lag_ms": Histogram(float(sample["lag_ms"]) for sample in samples).summary(),
        "queries_per_second": per(int(last["queries"]) - int(first["queries"]), seconds),
    }
