"""Reasons for deviations of request counts: cuts, chance, and the time of clients and server."""

import math

from benchmarks import model
from benchmarks.analysis import prediction
from benchmarks.analysis.format import number
from benchmarks.analysis.metrics import arrived, number_at, ratio, reader_seconds
from benchmarks.findings.reasons.latency import SIGMAS


def reasons(row):
    """Yield the possible reasons for the deviation of a number of requests."""
    series, settings = row.series, row.comparison.settings
    seconds = series.estimate_of(reader_seconds).median
    readers = series.estimate_of(lambda run: number_at(run, "clients")).median
    excess = row.excess * (seconds or 0)  # requests of all readers in a window
    reconnects = series.estimate_of(lambda run: number_at(run, "reconnects")).median or 0
    away = series.estimate_of(lambda run: number_at(run, "reconnect", "back_ms", "mean")).median or 0.0
    if 0 < excess <= reconnects:
        yield f"readers reconnected {reconnects:,.0f} times, each with a new request"
    if 0 < -excess <= row.predicted * reconnects * away / 1000:
        yield f"readers were cut off for {number(away, 2)} ms on average, and sent no requests meanwhile"
    if series.technique == "longpoll":
        yield from sharing(row)
    elif abs(excess) <= SIGMAS * 0.5 * math.sqrt(readers or 1):
        yield "the first poll of each reader is at a random phase, which a short window does not average out"
    elif excess < 0 and settings.get("pacing") != "pause":
        interval_ms = 1000 * (settings.get("interval") or 1.0)
        if shortest_ms(row) > interval_ms:
            yield f"a poll waits for the previous response, and a round trip takes {number(shortest_ms(row), 2)} ms"


def shortest_ms(row):
    """Return the shortest duration of a poll in ms: the link in both directions, and the server's computing."""
    return 1000 * prediction.parameters(row.comparison, row.series).gap


def sharing(row):
    """Yield how many messages share a response of long polling, if that explains fewer requests."""
    shared = row.series.estimate_of(lambda run: ratio(arrived(run), full_responses(run))).median
    p = prediction.parameters(row.comparison, row.series)
    responses = row.predicted * (1 - model.empty_share("longpoll", p))
    if row.difference < 0 and shared and responses and shared > p.rate / responses:
        yield (
            f"{number(shared, 2)} messages share a response, instead of {number(p.rate / responses, 2)}: the gap "
            "between two requests is longer than link and server make it"
        )


def full_responses(run):
    """Return the number of a run's responses with messages."""
    empty, requests = number_at(run, "empty_responses"), number_at(run, "requests")
    return None if None in (empty, requests) else requests - empty
