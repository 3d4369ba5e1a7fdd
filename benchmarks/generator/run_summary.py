"""The figures of one run, from the notes of its load and what was measured beside it."""

from importlib import import_module

from hdrh.log import HistogramLogWriter

from benchmarks.generator.measures import Histogram, per
from benchmarks.generator.reconnects import returning
from benchmarks.generator.validity import verdict


def run(notes, measured, options):
    """Return the run's figures; bytes, requests and CPU are those of the window, latencies those of its messages."""
    window, latencies, error = notes.window, notes.latencies(), measured["clock"]["error_ms"]
    histogram = Histogram(latencies)
    busiest = max(load["cpu"] for load in notes.loads)
    used = measured["used"]
    figures = {
        **notes.ledger(),
        "latency_ms": withheld(histogram.summary(), error),
        **_traffic(window),
        "requests": window.requests,
        "empty_responses": window.empty_responses,
        "reconnects": window.reconnects,
        "reconnect": returning(notes, measured["cut_at"]),
        "connections": sum(client[-1] for client in notes.clients),
        "duration_s": window.at,
        **_per_client(notes, used),
        **_server(notes, measured),
        "generator_cpu": busiest,
        "other_cpu": max(0, used.machine - window.cpu - used.server) / window.at,
        "loop_lag_ms": max((Histogram(load["lag_ms"]).summary() for load in notes.loads), key=_p99),
        "publisher_lag_ms": Histogram(
            started - scheduled for *_r, scheduled, started, _answered in notes.publishes
        ).summary(),
        "unanswered": notes.due - len(notes.publishes),
        "silent": options.rate > 0 and not notes.publishes,
        "early": sum(latency < -error for latency in latencies),
        "failure": notes.failure,
        "clock": measured["clock"],
        "histogram": histogram.encoded,
    }
    return figures | verdict(figures, may_lose(options.technique, options.stage))


def may_lose(technique, stage):
    """Tell whether a stage of a staircase is one that leads to the finished one, and may still lose something."""
    return bool(stage) and stage != import_module(technique).STAGES[-1]


def withheld(summary, error):
    """Return a summary without the figures that the clocks' error (ms) could make up: they are None."""
    return {name: None if value is not None and value < error else value for name, value in summary.items()}


def write_histograms(folder, notes):
    """Write the latencies as HdrHistogram's tools read them: percentiles (.hgrm), a log second by second (.hlog)."""
    Histogram(notes.latencies()).write(folder / "latency.hgrm")
    seconds = {}
    for *_what, scheduled, arrived in notes.deliveries:
        seconds.setdefault(int(scheduled // 1000), []).append(arrived - scheduled)
    with (folder / "latency.hlog").open("w") as file:
        log = HistogramLogWriter(file)
        log.output_log_format_version()
        log.output_legend()
        for second, latencies in sorted(seconds.items()):
            counts = Histogram(latencies).counts
            counts.set_start_time_stamp(second * 1000)
            counts.set_end_time_stamp((second + 1) * 1000)
            log.output_interval_histogram(counts, second, second + 1)


def _p99(summary):
    return summary["p99"] or 0


def _traffic(window):
    """Return the bytes of the readers and of the publishers, and the deliveries that came with them."""
    readers, publishers = window.traffic, window.publish_traffic
    return {
        "arrived": window.arrived,
        "payload_bytes": window.payload,
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


def _per_client(notes, used):
    """Return what one reader costs in a second: bytes of TCP payload and at IP level, requests, server CPU in µs."""
    window, readers = notes.window, notes.window.traffic
    seconds = window.at * len(notes.clients)
    amounts = {
        "tcp": readers.tcp_up + readers.tcp_down,
        "ip": readers.ip_up + readers.ip_down,
        "requests": window.requests,
        "cpu_us": 1e6 * used.server,
    }
    return {"per_client_second": {name: per(amount, seconds) for name, amount in amounts.items()}}


def _server(notes, measured):
    """Return what the server used; None where it is not ours to look at."""
    window, memory, before = notes.window, measured["memory"], measured["memory_before"]
    pulse = {name: measured[name] for name in ("server_loop_lag_ms", "queries_per_second")}
    if not memory:
        names = ("server_cpu_s", "server_rss_bytes", "server_sockets", "rss_per_connection_bytes")
        return dict.fromkeys((*names, "cpu_ms_per_1000_deliveries")) | pulse
    return {
        **pulse,
        "server_cpu_s": measured["used"].server,
        "server_rss_bytes": memory,
        "server_sockets": measured["sockets"],
        # With traffic, the messages that the server remembers would count as the connections' memory.
        "rss_per_connection_bytes": None if notes.due else per(memory - before, measured["sockets"]),
        "cpu_ms_per_1000_deliveries": per(1e6 * measured["used"].server, window.arrived + window.heard),
    }
