"""The summary of one run: the figures from its records and from the measurements beside them."""

from importlib import import_module

from benchmarks.generator import message_stamps, reconnects
from benchmarks.generator.histogram import Histogram, per
from benchmarks.generator.validity import judge


def summarize(records, measured, options):
    """Return the run's figures; bytes, requests and CPU are those of the window, latencies those of its messages."""
    window, latencies, error = records.window, records.latencies(), measured["clock"]["error_ms"]
    histogram = Histogram(latencies)
    busiest = max(load["cpu"] for load in records.loads)
    used = measured["used"]
    figures = {
        **records.ledger(),
        "latency_ms": withheld(histogram.summary(), error),
        # Between the timestamps of several machines, the parts are unknown.
        "latency_parts_ms": None if error else message_stamps.parts(records, measured["stamps"]),
        "tcp_info": records.supported("tcp_info"),
        "kernel_stamps": records.supported("kernel_stamps"),
        **_traffic(records),
        "requests": window.requests,
        "empty_responses": window.empty_responses,
        "reconnects": window.reconnects,
        "reconnect": reconnects.summarize(records, measured["cut_at"]),
        "connections": sum(client[-1] for client in records.clients),
        "duration_s": window.at,
        **_per_client(records, used),
        **_server(records, measured),
        "generator_cpu": busiest,
        "other_cpu": max(0, used.machine - window.cpu - used.server) / window.at,
        "loop_lag_ms": max((Histogram(load["lag_ms"]).summary() for load in records.loads), key=_p99),
        "publisher_lag_ms": Histogram(
            started - scheduled for *_key, scheduled, started, _acknowledged in records.publishes
        ).summary(),
        "unanswered": records.due - len(records.publishes),
        "silent": options.rate > 0 and not records.publishes,
        "early": sum(latency < -error for latency in latencies),
        "failure": records.failure,
        "clock": measured["clock"],
        "histogram": histogram.encoded,
    }
    return figures | judge(figures, may_lose(options.technique, options.stage))


def may_lose(technique, stage):
    """Return whether a stage may lose messages: any but the last one before the finished technique."""
    return bool(stage) and stage != import_module(technique).STAGES[-1]


def withheld(summary, error):
    """Return a summary with None for each value below the clocks' error (ms)."""
    return {name: None if value is not None and value < error else value for name, value in summary.items()}


def _p99(summary):
    return summary["p99"] or 0


def _traffic(records):
    """Return the bytes of readers and publishers, and the deliveries that came with them."""
    window, counted = records.window, records.supported("tcp_info")
    readers, publishers = (_by_level(traffic, counted) for traffic in (window.traffic, window.publish_traffic))
    return {
        "arrived": window.arrived,
        "payload_bytes": window.payload,
        "tcp_bytes": readers["tcp"],
        "ip_bytes": readers["ip"],
        "bytes_per_message": {level: per(both_ways(readers[level]), window.arrived) for level in readers},
        # If a technique publishes and delivers on one connection, these include the deliveries `heard`.
        "heard": window.heard,
        "publish_bytes": publishers,
    }


def _by_level(traffic, counted):
    """Return {"tcp" or "ip": {"up", "down"}}; all bytes are None if the kernel does not count them."""
    levels = {
        "tcp": {"up": traffic.tcp_up, "down": traffic.tcp_down},
        "ip": {"up": traffic.ip_up, "down": traffic.ip_down},
    }
    return levels if counted else {level: dict.fromkeys(ways) for level, ways in levels.items()}


def both_ways(ways):
    """Return the sum of bytes {"up", "down"}; None if they are unknown."""
    return None if None in ways.values() else sum(ways.values())


def _per_client(records, used):
    """Return the cost of one reader for a second: bytes of TCP payload and at IP level, requests, server CPU in µs."""
    window, readers = records.window, _by_level(records.window.traffic, records.supported("tcp_info"))
    seconds = window.at * len(records.clients)
    amounts = {level: both_ways(ways) for level, ways in readers.items()}
    amounts |= {"requests": window.requests, "cpu_us": 1e6 * used.server}
    return {"per_client_second": {name: per(amount, seconds) for name, amount in amounts.items()}}


def _server(records, measured):
    """Return what the server used; None for a server on another machine."""
    window, memory, before = records.window, measured["memory"], measured["memory_before"]
    metrics = {name: measured[name] for name in ("server_loop_lag_ms", "queries_per_second")}
    if not memory:
        names = ("server_cpu_s", "server_rss_bytes", "server_sockets", "rss_per_connection_bytes")
        return dict.fromkeys((*names, "cpu_ms_per_1000_deliveries")) | metrics
    return {
        **metrics,
        "server_cpu_s": measured["used"].server,
        "server_rss_bytes": memory,
        "server_sockets": measured["sockets"],
        # With traffic, the messages that the server keeps would count as memory of the connections.
        "rss_per_connection_bytes": None if records.due else per(memory - before, measured["sockets"]),
        "cpu_ms_per_1000_deliveries": per(1e6 * measured["used"].server, window.arrived + window.heard),
    }
