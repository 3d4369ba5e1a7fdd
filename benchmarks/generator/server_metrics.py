"""The server's pulse in one window, from the file that `lab.server.loop_monitor` writes beside the run's others."""

import csv
from pathlib import Path

from benchmarks.generator.measures import Histogram, per

FILE = "pulse.csv"


def read(folder, start, end):
    """Return {"server_loop_lag_ms": summary, "queries_per_second"} of the seconds from `start` to `end`.

    Both are None where no server of ours has left a pulse in `folder`, or it did not beat twice in that time.
    """
    path = Path(folder) / FILE
    rows = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    beats = [row for row in rows if row["queries"] and start <= float(row["at_ms"]) / 1000 < end]
    if len(beats) < 2:
        return {"server_loop_lag_ms": None, "queries_per_second": None}
    first, last = beats[0], beats[-1]
    seconds = (float(last["at_ms"]) - float(first["at_ms"])) / 1000
    return {
        "server_loop_lag_ms": Histogram(float(row["lag_ms"]) for row in beats).summary(),
        "queries_per_second": per(int(last["queries"]) - int(first["queries"]), seconds),
    }
