"""Made-up results in the format of the measurements, and helpers to read their reports."""

import csv
import json
import random
import re
from html import unescape

from benchmarks import report
from benchmarks.analysis.results import Results
from benchmarks.plots import drawing
from benchmarks.report import context, templating

drawing.STYLE["savefig.dpi"] = 50  # draws twice as fast; the SVG beside each PNG file is not affected

TITLES = {
    "polling": "Short polling",
    "longpoll": "Long polling",
    "sse": "Server-Sent Events",
    "websocket": "WebSocket",
}
HOSTILE = """<script>alert("1")</script>&'"$\\frac{1}{0}$ {{ 7*7 }}"""
BYTES = {"polling": (1_900, 3_300), "longpoll": (2_000, 4_300), "sse": (520, 3_350), "websocket": (540, 3_300)}
COST = {"polling": 1.9, "longpoll": 0.4, "sse": 0.06, "websocket": 0.05}


def make_run(technique, repetition=1, **more):
    """Return (run, deliveries) as the measurements write them; the figures are made up, and the same every time."""
    rng = random.Random(f"{technique} {repetition}")
    waits = {"polling": lambda: rng.uniform(0, 1000), "longpoll": lambda: rng.expovariate(1.5)}
    wait = waits.get(technique, lambda: 0)
    scheduled = sorted(rng.uniform(0, 20_000) for _ in range(40))
    deliveries = [(at, 1.5 + rng.expovariate(2) + wait()) for at in scheduled for _ in range(20)]
    values = sorted(latency for _at, latency in deliveries)
    count = len(values)
    up, down = BYTES.get(technique, (600, 3_000))
    parts_ms = {"sent": 0.1, "received": 0.3, "committed": 0.8, "announced": 0.2, "arrived": 0.1, "read": 0.2}
    parts_ms["written"] = sum(values) / count - 1.5
    stage, point = more.get("stage"), more.get("point", 0)
    parts = technique, "stage" if stage else "", str(point), str(repetition)
    run = {
        "technique": technique, "stage": None, "scenario": "default", "repetition": repetition, "point": point,
        "place": "runs/" + "-".join(part for part in parts if part).replace("/", "_"), "label": None,
        "clients": 20, "rooms": 1, "publishers": 1, "rate": 2.0, "text_bytes": 100, "interval": 1.0, "hold": 25,
        "delay_ms": 0.0, "pacing": "rate", "arrivals": "poisson", "cookie_bytes": 0, "server": "uvicorn",
        "layer": "memory", "cut": "none", "reconnect": None, "duration_s": 20.0,
        "published": 40, "expected": count, "delivered": count, "arrived": count, "heard": 0,
        "lost": 0, "repeated": 0, "reordered": 0,
        "latency_ms": {"mean": sum(values) / count, "max": values[-1]}
        | {name: values[int(share * count)] for name, share in drawing.curves.SHARES.items()},
        "latency_parts_ms": parts_ms,
        "tcp_bytes": {"up": up * 80, "down": down * 80}, "ip_bytes": {"up": up * 140, "down": down * 110},
        "requests": {"polling": 400, "longpoll": count}.get(technique, 0),
        "empty_responses": 60 if technique == "polling" else 0,
        "server_cpu_s": COST.get(technique, 0.1) * rng.uniform(0.9, 1.1), "server_rss_bytes": 64_000_000,
        "generator_cpu": 0.31, "loop_lag_ms": {"p99": 3.0}, "publisher_lag_ms": {"p99": 1.0},
        "valid": True, "flags": [],
    }  # fmt: skip
    return run | more, deliveries


def make_folder(folder, runs, calibration=None, traces=None, **manifest):
    """Write a folder with the results of these (run, deliveries)."""
    manifest = {
        "scenario": "default", "seed": 7, "commit": "0a10fb6", "started": "2026-11-21T11:00:00+00:00",
        "purpose": "What does each technique cost?", "prediction": "Polling waits.", "sweep": None,
        "machine": {"cpu": "a processor", "cores": 2}, "versions": {"python": "3.11.7", "django": "5.2.19"},
    } | manifest  # fmt: skip
    for run, deliveries in runs:
        place = folder / run["place"]
        place.mkdir(parents=True)
        rows = [
            (number % 20, "room", number // 20 + 1, at, at + latency, latency)
            for number, (at, latency) in enumerate(deliveries)
        ]
        table(place / "deliveries.csv", "client room id scheduled_ms arrived_ms latency_ms", rows)
        rows = [("room", row[2], row[3], row[3], row[3] + 1.5 + row[2] % 7 / 7) for row in rows[::20]]
        table(place / "publishes.csv", "room id scheduled_ms started_ms answered_ms", rows)
    document = {"manifest": manifest, "calibration": calibration, "traces": traces}
    document["runs"] = [run for run, _deliveries in runs]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(document))
    return folder


def table(path, columns, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns.split(), *rows])


def all_techniques(repetitions=3):
    return [make_run(name, number) for number in range(1, repetitions + 1) for name in TITLES]


def refused_run(technique, reason, repetition=1, **more):
    return make_run(technique, repetition, valid=False, flags=[reason], **more)


def write_report(folder, runs, **manifest):
    return report.write(make_folder(folder, runs, **manifest)).read_text(encoding="utf-8")


def text_of(page):
    """Return the visible text of a page."""
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def plot_names(folder, ending="svg"):
    return sorted(path.stem for path in (folder / "plots").glob(f"*.{ending}"))


def read(folder, name="report.html", before=None):
    """Return the report's text, without drawing the plots."""
    return templating.render(name, context.create(Results.load(folder), [], before))


CALIBRATION = {
    "valid": False,
    "flags": ["the server that waits 50 ms read 51.2 at the median"],
    "servers": {
        "echo": {"latency_ms": {"p50": 0.41, "p99": 0.83}},
        "wait": {"latency_ms": {"p50": 51.2}, "expected_ms": 50.0},
        "stall": {
            "latency_ms": {"p50": 0.5, "p90": 900.0, "p99": 1_390.0, "p999": 1_399.0, "max": 1_400.0},
            "naive_ms": {"p50": 0.4, "p90": 0.5, "p99": 0.9, "p999": 1_400.0, "max": 1_400.0},
            "stall_ms": 1_400.0,
        },
    },
}


def sweep_of(setting, values, techniques=TITLES, repetitions=3):
    """Return the runs of a sweep; the bytes of each point are multiplied by its number, so that they grow."""
    runs = []
    for point, value in enumerate(values):
        for number in range(1, repetitions + 1):
            for name in techniques:
                more = {"point": point, "label": f"{setting} {value}", setting: value}
                ways = zip(("up", "down"), BYTES[name], strict=True)
                more["ip_bytes"] = {way: (point + 1) * amount * 140 + number for way, amount in ways}
                runs.append(make_run(name, number, **more))
    return runs
