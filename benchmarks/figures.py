"""The figures of one run, from what its recorder noted."""

from benchmarks.measures import Histogram, flags


def run(recorder, window):
    """Return the run's figures; bytes, requests and CPU are those of the `window`, latencies those of its messages."""
    due = recorder.due
    publishes = recorder.publishes_in_window()
    latencies = [arrived - scheduled for *_rest, scheduled, arrived in recorder.deliveries_in_window()]
    histogram = Histogram(latencies)
    figures = {
        **recorder.ledger(),
        "latency_ms": histogram.summary(),
        **_traffic(window),
        "requests": window.requests,
        "empty_responses": window.empty_responses,
        "reconnects": window.reconnects,
        "connections": sum(reader.reading.traffic().connections for reader in recorder.readers),
        "duration_s": window.at,
        **_server(recorder.server, window),
        "generator_cpu": window.generator_cpu / window.at,
        "other_cpu": max(0, window.machine_cpu - window.generator_cpu - window.server_cpu) / window.at,
        "loop_lag_ms": Histogram(recorder.lags).summary(),
        "publisher_lag_ms": Histogram(
            started - scheduled for *_r, scheduled, started, _answered in publishes
        ).summary(),
        "unanswered": due - len(publishes),
        "early": sum(latency < 0 for latency in latencies),
        "failure": recorder.failure,
        "histogram": histogram.encoded,
    }
    refusals = flags(figures)
    return figures | {"valid": not refusals, "flags": refusals}


def _traffic(window):
    """Return the bytes of the readers and of the publishers, and the deliveries that came with them."""
    readers, publishers = window.traffic, window.publish_traffic
    return {
        "arrived": window.arrived,
        "tcp_bytes": {"up": readers.tcp_up, "down": readers.tcp_down},
        "ip_bytes": {"up": readers.ip_up, "down": readers.ip_down},
        "bytes_per_message": {
            "tcp": per(readers.tcp_up + readers.tcp_down, window.arrived),
            "ip": per(readers.ip_up + readers.ip_down, window.arrived),
        },
        # Where a technique publishes and delivers on one connection, these hold the deliveries `heard` too.
        "heard": window.heard,
        "publish_bytes": {
            "tcp": {"up": publishers.tcp_up, "down": publishers.tcp_down},
            "ip": {"up": publishers.ip_up, "down": publishers.ip_down},
        },
    }


def _server(server, window):
    """Return what the server used; None where it is not ours to look at."""
    if server is None:
        return dict.fromkeys(("server_cpu_s", "server_rss_bytes", "cpu_ms_per_1000_deliveries"))
    processes = [server, *server.children(recursive=True)]
    return {
        "server_cpu_s": window.server_cpu,
        "server_rss_bytes": sum(process.memory_info().rss for process in processes),
        "cpu_ms_per_1000_deliveries": per(1e6 * window.server_cpu, window.arrived + window.heard),
    }


def per(amount, count):
    """Return `amount` for each of `count`; None where there is none."""
    return amount / count if count else None
