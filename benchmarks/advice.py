"""Which technique to take out: the model's latency and bytes, the newest measurement's CPU, and a verdict.

A technique fits when 99 in 100 messages come in the time that is acceptable. Among those that fit, bytes (IP level) and
the server's CPU weigh the same: a technique's score is the geometric mean of both, each as a multiple of the best.
"""

import json
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

from benchmarks import model
from benchmarks.model import Parameters
from benchmarks.sizes import empty, headers, message

RESULTS = Path(__file__).resolve().parent / "results"
CLOSE = 1.1  # a score within this multiple of the best cannot be told from it: the model is no better than 10 %
INTERVALS = 0.1, 3600.0  # seconds between two polls, shortest and longest that are advised
BUSY = 0.7  # of a core: more than that leaves no room for bursts
BOUNDS = {  # smallest and largest value of a Question's fields
    "rate": (1e-6, 10_000),
    "clients": (1, 10_000_000),
    "rooms": (1, 10_000_000),
    "latency_ms": (1, 3_600_000),
    "text_bytes": (1, 4_000),
    "delay_ms": (0, 60_000),
    "jitter_ms": (0, 60_000),
}


class CannotAdvise(ValueError):
    """The question cannot be answered; the text is one sentence that says why."""


@dataclass(frozen=True)
class Question:
    """What is to be built: `rate` in messages a second in each room, `clients` in all rooms together."""

    rate: float = 1.0
    clients: int = 100
    rooms: int = 1
    latency_ms: float = 1000.0  # acceptable for 99 in 100 messages
    text_bytes: int = 100
    delay_ms: float = 0.0  # of the network, one way
    jitter_ms: float = 0.0

    def __post_init__(self):
        """Raise CannotAdvise where a field cannot be."""
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(self, name) <= high:
                raise CannotAdvise(f"{name}: from {low:,} to {high:,}.")
        if self.rooms > self.clients:
            raise CannotAdvise("rooms: no more than clients.")


@dataclass(frozen=True)
class Measured:
    """What a comparison on this machine found: of the server's CPU, and of what a delivery takes at least."""

    folder: str = ""
    cpu: dict | None = None  # {technique: seconds for one request where it is asked, for one delivery where it pushes}
    base: float = 0.0  # seconds


@dataclass(frozen=True)
class Option:
    """What one technique would give and cost."""

    technique: str
    interval: float | None  # seconds between two polls; None where nothing is polled
    mean_ms: float
    p99_ms: float
    requests: float  # a second, of all clients
    bytes: float  # a second, of all clients, both ways, with every segment's headers
    cores: float | None  # of the server; None where nothing was measured
    fits: bool
    score: float = 0.0  # multiple of the best; 0 where it does not fit

    @property
    def processes(self):
        """How many server processes that takes."""
        return None if self.cores is None else max(1, -(-self.cores // BUSY))


@dataclass(frozen=True)
class Advice:
    """The options, those that fit first and the best of them at the top."""

    question: Question
    measured: Measured
    options: tuple

    @property
    def fitting(self):
        """The options that are fast enough."""
        return [option for option in self.options if option.fits]

    @property
    def close(self):
        """The options that cannot be told from the best, it included."""
        return [option for option in self.fitting if option.score <= CLOSE]


def advise(question, measured=None):
    """Return the Advice on a Question; `measured` is a Measured, the newest one where it is left out."""
    measured = newest() if measured is None else measured
    options = [option(name, question, measured) for name in model.MODELS]
    scored = score([one for one in options if one.fits])
    return Advice(question, measured, (*scored, *(one for one in options if not one.fits)))


def option(technique, question, measured):
    """Return the Option of a technique, with the longest polling interval that is fast enough."""
    p = parameters(technique, question, measured)
    polls = technique == "polling"
    if polls:
        p = replace(p, interval=interval(p, (question.latency_ms - question.jitter_ms) / 1000))
    p99_ms = 1000 * model.quantile(technique, p, 0.99) + question.jitter_ms
    cpu = (measured.cpu or {}).get(technique)
    units = p.rate if model.MODELS[technique].push else model.requests(technique, p)
    return Option(
        technique,
        p.interval if polls else None,
        1000 * model.mean(technique, p) + question.jitter_ms / 2,
        p99_ms,
        question.clients * model.requests(technique, p),
        question.clients * model.ip(technique, p),
        None if cpu is None else question.clients * units * cpu,
        p99_ms <= question.latency_ms * (1 + 1e-9),
    )


def parameters(technique, question, measured):
    """Return the model's Parameters: a room's readers are served one after another, which only polls escape."""
    cpu = (measured.cpu or {}).get(technique, 0.0)
    return Parameters(
        rate=question.rate,
        delay=question.delay_ms / 1000 + measured.base,
        headers=headers(technique),
        message=message(technique, question.text_bytes),
        empty=empty(technique),
        fan_out=0.0 if technique == "polling" else cpu * question.clients / question.rooms,
    )


def interval(p, seconds):
    """Return the longest polling interval, to two digits, with which 99 in 100 messages come in these seconds.

    A client polls again only when it has its answer, so no interval is shorter than a round trip.
    """
    longest = max((seconds - p.delay) / 0.99, 1e-9)
    rounded = float(f"{longest:.2g}")
    rounded = rounded if rounded <= longest else float(f"{0.95 * longest:.2g}")
    return min(max(rounded, p.round_trip, INTERVALS[0]), INTERVALS[1])


def score(options):
    """Return the options with their scores, the best first; bytes alone count where no CPU was measured."""
    if not options:
        return []
    fewest = min(one.bytes for one in options)
    costs = [one.bytes / fewest for one in options]
    if all(one.cores for one in options):
        least = min(one.cores for one in options)
        costs = [sqrt(cost * one.cores / least) for cost, one in zip(costs, options, strict=True)]
    scored = [replace(one, score=cost / min(costs)) for cost, one in zip(costs, options, strict=True)]
    return sorted(scored, key=lambda one: one.score)


def newest(folder=RESULTS):
    """Return the Measured of the newest results in `folder` that have every technique; an empty one without any."""
    for path in sorted(Path(folder).glob("*/results.json"), reverse=True):
        measured = read(path)
        if measured.cpu and set(model.MODELS) <= set(measured.cpu):
            return measured
    return Measured()


def read(path):
    """Return the Measured of one results.json, of its valid runs of finished techniques; an empty one if unreadable."""
    try:
        runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
        runs = [run for run in runs if run["valid"] is True and not run["stage"] and run["server_cpu_s"]]
        cpu = {name: cpu_of(name, [run for run in runs if run["technique"] == name]) for name in model.MODELS}
        pushed = [run["latency_ms"]["p50"] for run in runs if model.MODELS[run["technique"]].push]
    except (OSError, ValueError, LookupError, TypeError):
        return Measured()
    cpu = {name: seconds for name, seconds in cpu.items() if seconds}
    return Measured(path.parent.name, cpu, min(pushed, default=0.0) / 1000)


def cpu_of(technique, runs):
    """Return the server's CPU seconds for one request, or for one delivery where it pushes; None without runs."""
    units = ("arrived", "heard") if model.MODELS[technique].push else ("requests",)
    count = sum(run[unit] for run in runs for unit in units)
    return sum(run["server_cpu_s"] for run in runs) / count if count else None
