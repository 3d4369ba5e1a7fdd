"""What the calibration read of servers of known behaviour, as rows of a table."""

from benchmarks.analysis.metrics import dig


def checks(known):
    """Return {valid, flags, rows: [(server, what it must read, percentile, what was read in ms)]}; None without any."""
    if not isinstance(known, dict):
        return None
    servers = known.get("servers") or {}
    echo, wait, stall = (servers.get(name) or {} for name in ("echo", "wait", "stall"))
    expected, length = dig(wait, "expected_ms"), dig(stall, "stall_ms")
    rows = [
        ("answers at once", "the floor", "median", dig(echo, "latency_ms", "p50")),
        ("answers at once", "the floor", "99th", dig(echo, "latency_ms", "p99")),
        ("waits", f"{expected:g} ± 0.5 ms" if expected else "", "median", dig(wait, "latency_ms", "p50")),
        ("stalls once", f"{length:,.0f} ms" if length else "", "99th", dig(stall, "latency_ms", "p99")),
        ("stalls once", "coordinated omission", "99th, by a loop that waits", dig(stall, "naive_ms", "p99")),
    ]
    flags = known.get("flags") or []
    return {"valid": known.get("valid") is True, "flags": flags, "rows": [row for row in rows if row[3] is not None]}
