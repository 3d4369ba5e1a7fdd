"""Advises a technique by the model's latency and bytes and the CPU of the newest measurements.

A technique fits if 99 in 100 messages arrive within the acceptable latency. Among those that fit, bytes (IP level) and
the server's CPU have equal weight: a technique's score is the geometric mean of both, each as a multiple of the lowest.
How far two scores must differ depends on the accuracy of the model and the runs.
"""

from dataclasses import dataclass, replace
from math import sqrt

from benchmarks import model
from benchmarks.advice import costs
from benchmarks.advice.costs import Measurements
from benchmarks.advice.question import Question
from benchmarks.model.parameters import Parameters
from benchmarks.model.sizes import empty, headers, message
from lab.pages.margin import MARGIN, worth_naming

RUNS_MIN = 3  # of each technique, to know their variation
INTERVALS = 0.1, 3600.0  # shortest and longest polling interval to advise, seconds
BUSY = 0.7  # of a core; more would leave no reserve for bursts


@dataclass(frozen=True)
class Option:
    """One technique with its latency and costs."""

    technique: str
    interval: float | None  # seconds between two polls; None without polling
    mean_ms: float
    p99_ms: float
    requests: float  # per second, of all clients
    bytes: float  # per second, of all clients, both directions, with every segment's headers
    cores: float | None  # of the server; None if nothing was measured, or only smaller rooms
    cores_max: float | None  # an upper bound; None if nothing was measured
    fits: bool
    score: float = 0.0  # multiple of the best; 0 if it does not fit

    @property
    def processes(self):
        """The number of server processes for these cores."""
        return None if self.cores is None else max(1, -(-self.cores // BUSY))


@dataclass(frozen=True)
class Advice:
    """The options, with the fitting ones first and the best of them on top."""

    question: Question
    measurements: Measurements
    options: tuple

    @property
    def fitting(self):
        """The options that are fast enough."""
        return [option for option in self.options if option.fits]

    @property
    def close(self):
        """The options that cost as much as the best one, within accuracy; with the best one."""
        return [option for option in self.fitting if option.score <= self.limit(option)]

    @property
    def fastest(self):
        """The options with the lowest 99th percentile, or one that is hardly higher."""
        lowest = min(option.p99_ms for option in self.options)
        return [option for option in self.options if not worth_naming(lowest, option.p99_ms)]

    def limit(self, option):
        """Return the score up to which an option costs as much as the best one."""
        best = self.fitting[0]
        if best.cores is None or option.cores is None:
            return MARGIN
        costs = [self.measurements.costs[one.technique] for one in (best, option)]
        return MARGIN * max(1.0, sqrt(costs[0].high / costs[1].low))


def advise(question, measurements=None):
    """Return the Advice on a Question; `measurements` are by default the newest ones."""
    measurements = costs.newest() if measurements is None else measurements
    options = [create_option(name, question, measurements) for name in model.MODELS]
    scored = score([one for one in options if one.fits])
    return Advice(question, measurements, (*scored, *(one for one in options if not one.fits)))


def create_option(technique, question, measurements):
    """Return the Option of a technique; polling gets the longest interval that is fast enough.

    Costs measured in much smaller rooms than the question's are only an upper bound, and do not count.
    """
    p = parameters(technique, question, measurements)
    polls = technique == "polling"
    if polls:
        p = replace(p, interval=longest_interval(p, (question.latency_ms - question.jitter_ms) / 1000))
    p99_ms = 1000 * model.quantile(technique, p, 0.99) + question.jitter_ms
    cost, applies = measurements.costs.get(technique), measurements.apply_to(question.clients / question.rooms)
    publishes = question.rooms * question.rate
    units = question.clients * (p.rate if model.MODELS[technique].push else model.requests(technique, p))
    cores = None if cost is None else cost.cores(publishes, units)
    return Option(
        technique,
        p.interval if polls else None,
        1000 * model.mean(technique, p) + question.jitter_ms / 2,
        p99_ms,
        question.clients * model.requests(technique, p),
        question.clients * model.ip(technique, p),
        cores if applies else None,
        cores,
        p99_ms <= question.latency_ms * (1 + 1e-9),
    )


def parameters(technique, question, measurements):
    """Return the model's Parameters: a room's readers are served one after another, except those who poll."""
    readers = question.clients / question.rooms
    cost = measurements.costs.get(technique) if measurements.apply_to(readers) else None
    return Parameters(
        rate=question.rate,
        delay=question.delay_ms / 1000 + measurements.base,
        headers=headers(technique),
        message=message(technique, question.text_bytes),
        empty=empty(technique),
        fan_out=cost.unit * readers if cost and technique != "polling" else 0.0,
    )


def longest_interval(p, seconds):
    """Return the longest polling interval, to two digits, with which 99 in 100 messages come within `seconds`.

    A client polls again only after its response, so no interval is shorter than a round trip.
    """
    longest = max((seconds - p.delay) / 0.99, 1e-9)
    rounded = float(f"{longest:.2g}")
    rounded = rounded if rounded <= longest else float(f"{0.95 * longest:.2g}")
    return min(max(rounded, p.round_trip, INTERVALS[0]), INTERVALS[1])


def score(options):
    """Return the options with their scores, the best first; only bytes count if no CPU was measured."""
    if not options:
        return []
    fewest = min(one.bytes for one in options)
    costs = [one.bytes / fewest for one in options]
    if all(one.cores for one in options):
        least = min(one.cores for one in options)
        costs = [sqrt(cost * one.cores / least) for cost, one in zip(costs, options, strict=True)]
    scored = [replace(one, score=cost / min(costs)) for cost, one in zip(costs, options, strict=True)]
    return sorted(scored, key=lambda one: one.score)
