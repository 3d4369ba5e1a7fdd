"""Which technique to take: the model's latency and bytes, the newest measurements' CPU, and a verdict.

A technique fits when 99 in 100 messages come in the time that is acceptable. Among those that fit, bytes (IP level) and
the server's CPU weigh the same: a technique's score is the geometric mean of both, each as a multiple of the best.
How far the scores of two must lie apart depends on what the model and the runs can tell.
"""

from dataclasses import dataclass, replace
from math import sqrt

from benchmarks.advice import costs
from benchmarks.advice.costs import Measured
from benchmarks.advice.question import Question
from benchmarks.model import model
from benchmarks.model.parameters import Parameters
from benchmarks.model.sizes import empty, headers, message
from lab.pages.margin import MARGIN, worth_naming

UNSURE = 1.25  # MARGIN where too few runs were made for them to say how far they lie apart, or none
RUNS = 3  # of each technique, from which on they say that
INTERVALS = 0.1, 3600.0  # seconds between two polls, shortest and longest that are advised
BUSY = 0.7  # of a core: more than that leaves no room for bursts


@dataclass(frozen=True)
class Option:
    """What one technique would give and cost."""

    technique: str
    interval: float | None  # seconds between two polls; None where nothing is polled
    mean_ms: float
    p99_ms: float
    requests: float  # a second, of all clients
    bytes: float  # a second, of all clients, both ways, with every segment's headers
    cores: float | None  # of the server; None where nothing was measured, or smaller rooms alone
    cores_most: float | None  # as many at most; None where nothing was measured
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
        return [option for option in self.fitting if option.score <= self.limit(option)]

    @property
    def soonest(self):
        """The options whose 99th percentile is the lowest, or no worse by what is worth naming."""
        least = min(option.p99_ms for option in self.options)
        return [option for option in self.options if not worth_naming(least, option.p99_ms)]

    def limit(self, option):
        """Return the score up to which an option cannot be told from the best."""
        best = self.fitting[0]
        if best.cores is None or option.cores is None:
            return UNSURE
        costs = [self.measured.costs[one.technique] for one in (best, option)]
        if min(cost.runs for cost in costs) < RUNS:
            return UNSURE
        return MARGIN * max(1.0, sqrt(costs[0].high / costs[1].low))


def advise(question, measured=None):
    """Return the Advice on a Question; `measured` is a Measured, the newest one where it is left out."""
    measured = costs.newest() if measured is None else measured
    options = [option(name, question, measured) for name in model.MODELS]
    scored = score([one for one in options if one.fits])
    return Advice(question, measured, (*scored, *(one for one in options if not one.fits)))


def option(technique, question, measured):
    """Return the Option of a technique, with the longest polling interval that is fast enough.

    Costs measured in rooms much smaller than the question's are a bound, and weigh nothing.
    """
    p = parameters(technique, question, measured)
    polls = technique == "polling"
    if polls:
        p = replace(p, interval=interval(p, (question.latency_ms - question.jitter_ms) / 1000))
    p99_ms = 1000 * model.quantile(technique, p, 0.99) + question.jitter_ms
    cost, holds = measured.costs.get(technique), measured.holds(question.clients / question.rooms)
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
        cores if holds else None,
        cores,
        p99_ms <= question.latency_ms * (1 + 1e-9),
    )


def parameters(technique, question, measured):
    """Return the model's Parameters: a room's readers are served one after another, which only polls escape."""
    cost = measured.costs.get(technique) if measured.holds(question.clients / question.rooms) else None
    return Parameters(
        rate=question.rate,
        delay=question.delay_ms / 1000 + measured.base,
        headers=headers(technique),
        message=message(technique, question.text_bytes),
        empty=empty(technique),
        fan_out=cost.unit * question.clients / question.rooms if cost and technique != "polling" else 0.0,
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
