"""The resources that a deployment's server processes use."""

import json
from pathlib import Path

import psutil

from faults.fault_injection import ASK
from support.processes import until


def read(processes, data):
    """Return {name: amount} for all server processes together; their data is in the folder `data`."""
    each = [_of(psutil.Process(number), Path(data)) for number in processes]
    return {name: sum(held[name] for held in each) for name in each[0]}


def _of(process, data):
    path = data / f"held.{process.pid}"
    path.unlink(missing_ok=True)
    process.send_signal(ASK)
    held = json.loads(until(lambda: path.exists() and path.read_text(), "the server does not say what it holds"))
    own = {
        "MB of memory": round(process.memory_info().rss / 1e6),
        "descriptors": process.num_fds(),
        "threads": process.num_threads(),
    }
    return own | held
