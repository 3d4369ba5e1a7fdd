"""The calibration as rows of a table: for each server of known behaviour, the expected and the measured latency."""

from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import number_at
from benchmarks.campaigns.calibration import floor_error_max


def checks(calibration):
    """Return {"valid", "flags", "floor", "rows": [(server, expected, percentile, measured ms)]}; None without one."""
    if not isinstance(calibration, dict):
        return None
    servers = calibration.get("servers") or {}
    echo, wait, stall = (servers.get(name) or {} for name in ("echo", "wait", "stall"))
    floor, length = number_at(echo, "latency_ms", "p50"), number_at(stall, "stall_ms")
    rows = [
        ("responds at once", "the floor", "median", floor),
        ("responds at once", "the floor", "99th", number_at(echo, "latency_ms", "p99")),
        ("waits", expected_wait(wait, floor), "median", number_at(wait, "latency_ms", "p50")),
        ("stalls once", f"{length:,.0f} ms" if length else "", "99th", number_at(stall, "latency_ms", "p99")),
        (
            "stalls once",
            "coordinated omission hides it",
            "99th, by a client that waits for each response",
            number_at(stall, "naive_ms", "p99"),
        ),
    ]
    return {
        "valid": calibration.get("valid") is True,
        "flags": calibration.get("flags") or [],
        "floor": floor,
        "rows": [row for row in rows if row[3] is not None],
    }


def expected_wait(wait, floor):
    """Return in words what the server that waits should show: the time that it really waited, and the floor."""
    waited = number_at(wait, "waited_ms", "p50") or number_at(wait, "expected_ms")
    if waited is None or floor is None:
        return ""
    return f"{number(waited, 4)} ms and the floor, ± {number(floor_error_max(floor), 2)} ms"
