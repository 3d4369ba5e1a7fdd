"""The calibration as rows of a table: what each server of known behaviour should show, and what was measured."""

from benchmarks.analysis.metrics import number_at


def checks(calibration):
    """Return {"valid", "flags", "rows": [(server, expected, percentile, measured ms)]}; None without a calibration."""
    if not isinstance(calibration, dict):
        return None
    servers = calibration.get("servers") or {}
    echo, wait, stall = (servers.get(name) or {} for name in ("echo", "wait", "stall"))
    expected, length = number_at(wait, "expected_ms"), number_at(stall, "stall_ms")
    rows = [
        ("responds at once", "the minimum", "median", number_at(echo, "latency_ms", "p50")),
        ("responds at once", "the minimum", "99th", number_at(echo, "latency_ms", "p99")),
        ("waits", f"{expected:g} ± 0.5 ms" if expected else "", "median", number_at(wait, "latency_ms", "p50")),
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
        "rows": [row for row in rows if row[3] is not None],
    }
